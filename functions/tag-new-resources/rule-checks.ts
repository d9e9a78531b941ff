import type { CommonRule, RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { looseKey } from '../../shared/policy/selector.ts';
import { selectingKeys } from './selecting-keys.ts';
import { type Consequential, consequential, longestText, mostPerCall, type TagRule } from './tag-rule.ts';

/** Begins the keys by which the service is steered (API notes, tags). */
const systemPrefix = 'system/';

/** Begins the keys that Streamwarden's other functions set and lift themselves. */
const ownPrefix = 'streamwarden:';

/** Finds what is wrong in a rule, and which rules of other functions its tags bring into force without saying so. */
export function checkTagRule(rule: TagRule, context: RuleCheckContext, report: RuleReport): void {
  checkKeys(rule, report);
  checkConsequences(rule, context, report);
}

function checkKeys({ set, groups }: TagRule, report: RuleReport): void {
  const keys = Object.keys(set);
  if (keys.length === 0) report({ path: ['set'], text: 'sets no tag; add one, such as {department: finance}' });
  if (keys.length > mostPerCall)
    report({ path: ['set'], text: `sets ${keys.length} tags, and one call takes ${mostPerCall}; spread them over rules` });
  const met = new Map<string, string>();
  for (const key of keys) {
    const other = met.get(looseKey(key));
    met.set(looseKey(key), key);
    if (other !== undefined)
      report({
        path: ['set', key],
        at: 'key',
        text: `"${key}" and "${other}" are nearly the same key, and rules could not tell which is meant; keep one`,
      });
    const complaint = wrongKey(key);
    if (complaint !== undefined) report({ path: ['set', key], at: 'key', text: complaint });
    else if (groups.tags && Object.hasOwn(groups.tags, key)) {
      const text = `is never set, since the rule selects groups that have the tag "${key}"; write missingTag: ${key} instead, or remove it`;
      report({ path: ['set', key], at: 'key', severity: 'warning', text });
    }
  }
}

function wrongKey(key: string): string | undefined {
  if (key.trim() === '') return 'is empty; a tag needs a key of 1 to 128 characters';
  if (key.length > longestText) return `has ${key.length} characters; a key takes at most ${longestText}`;
  if (key.toLowerCase().startsWith(systemPrefix)) return `"${key}" steers the service itself and is no tag for groups; remove it`;
  if (key.toLowerCase().startsWith(ownPrefix)) return `"${key}" is a mark that Streamwarden sets and lifts itself; choose another key`;
  return undefined;
}

function checkConsequences(rule: TagRule, { rules }: RuleCheckContext, report: RuleReport): void {
  const declared: readonly Consequential[] = rule.bringsUnder ?? [];
  for (const name of consequential) {
    const others = rules.get(name);
    if (others === undefined) continue;
    const hits = Object.keys(rule.set).flatMap((key) => {
      const other = others.find((each) => meet(rule, each) && selectingKeys(each).has(key));
      return other === undefined ? [] : [{ key, other }];
    });
    if (!declared.includes(name)) {
      for (const { key, other } of hits) {
        const text = `can bring groups under the rule "${other.name}" of ${name}, which goes by this tag; if that is meant, add bringsUnder: [${[...declared, name].join(', ')}]`;
        report({ path: ['set', key], at: 'key', text });
      }
    } else if (hits.length === 0) {
      const text = `no rule of ${name} goes by a tag that is set here; remove ${name}`;
      report({ path: ['bringsUnder', declared.indexOf(name)], severity: 'warning', text });
    }
  }
}

/** Whether two rules can be about the same group: they share a target. */
function meet(rule: TagRule, other: CommonRule): boolean {
  return rule.targets === undefined || other.targets === undefined || rule.targets.some((target) => other.targets?.includes(target));
}
