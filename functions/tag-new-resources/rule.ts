import * as z from 'zod/mini';
import type { CommonRule, RuleCheckContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { parsedText } from '../../shared/policy/schema/text.ts';
import { looseKey } from '../../shared/policy/selector.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { type Consequential, canSpendOrCut, consequential, longestText, mostPerCall, type TagRule } from './compiled-rule.ts';
import { templateWords, unknownWords } from './template.ts';

const words = templateWords.map((word) => `{${word}}`).join(', ');

const value = parsedText(
  (text) => {
    if (text === '') return refused('is empty; a tag needs a value of 1 to 128 characters');
    if (text.length > longestText) return refused(`has ${text.length} characters; a tag takes at most ${longestText}`);
    const [unknown] = unknownWords(text);
    if (unknown === undefined) return parsed(text);
    return refused(
      unknown === '{' || unknown === '}'
        ? `has a brace by itself; braces are for ${words}`
        : `knows no {${unknown}}; write one of ${words}`,
    );
  },
  {
    title: 'a tag value',
    description: `Text, or a template with ${words}. What cannot be filled in is left out and told.`,
    examples: ['finance', '{date}'],
  },
);

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  set: z.record(z.string(), value).check(
    z.meta({
      title: 'tags by key',
      description: 'Tags to add where the key is missing. A key that is there keeps its value, whatever it is.',
      minProperties: 1,
      examples: [{ department: 'finance' }],
    }),
  ),
  bringsUnder: z.exactOptional(
    z
      .array(z.enum(consequential))
      .check(z.meta({ description: 'Functions that spend or cut under whose rules these tags may bring a group. Default: none.' })),
  ),
});

/** What tag-new-resources adds to the policy language. */
export const ruleModule: RuleModule<TagRule, TagRule> = {
  name: 'tag-new-resources',
  frozen: 'sets no tag',
  schema,
  check: checkTagRule,
};

/** Begins the keys by which the service is steered (service notes, Tags). */
const systemPrefix = 'system/';

/** Begins the keys that Streamwarden's other functions set and lift themselves. */
const ownPrefix = 'streamwarden:';

/** Finds what is wrong in a rule, and which rules of other functions its tags bring into force without saying so. */
function checkTagRule(rule: TagRule, context: RuleCheckContext, report: RuleReport): void {
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
    const others = rules.get(name)?.filter((each) => canSpendOrCut(name, each));
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

/** The tag that `firstSeen` of a selector reads. */
const firstSeenTag = 'first-seen';

/** How deep a rule is looked through: selectors lie in rules, and in the rings of rules. */
const depth = 6;

/**
 * Keys of tags on which a rule depends, wherever in it: those that its selectors want or miss, that of `firstSeen`, and one that carries a
 * peak. Rules of any function may be given, since their selectors and peaks are spelled alike.
 */
function selectingKeys(rule: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  look(rule, keys, depth);
  return keys;
}

function look(value: unknown, keys: Set<string>, levels: number): void {
  if (typeof value !== 'object' || value === null || levels === 0) return;
  if (Array.isArray(value)) {
    for (const item of value) look(item, keys, levels - 1);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'tags' && typeof inner === 'object' && inner !== null) for (const key of Object.keys(inner)) keys.add(key);
    else if (name === 'missingTags' && Array.isArray(inner)) for (const key of inner) keys.add(String(key));
    else if (name === 'firstSeen' && inner !== undefined) keys.add(firstSeenTag);
    else if (name === 'tag' && typeof inner === 'string') keys.add(inner);
    else look(inner, keys, levels - 1);
  }
}
