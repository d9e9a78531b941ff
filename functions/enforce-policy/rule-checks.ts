import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { type EnforceRule, groupWishes } from './enforce-rule.ts';

/** Most user groups that one call gives access (API notes, AuthorizeInstanceGroup). */
const mostUserGroups = 20;

/** Finds what is wrong between the keys of a rule. */
export function checkEnforceRule(rule: EnforceRule, _context: RuleCheckContext, report: RuleReport): void {
  const wishes = groupWishes.filter((key) => rule[key] !== undefined);
  if (rule.groups === undefined && rule.tenant === undefined) {
    report({ path: [], text: 'is for nothing; add groups, such as groups: all, or tenant: {expiryReminder: true} for the account itself' });
  } else if (rule.groups !== undefined && rule.tenant !== undefined) {
    report({ path: ['tenant'], at: 'key', text: 'is for the account itself, and this rule is for groups; write a rule of its own' });
  } else if (rule.tenant !== undefined) {
    for (const key of wishes)
      report({ path: [key], at: 'key', text: 'is for delivery groups, and this rule is for the account itself; write a rule with groups' });
  } else if (wishes.length === 0) {
    report({ path: [], text: `asks for nothing; add one of ${groupWishes.join(', ')}` });
  }
  const { userGroups, requireTags } = rule;
  if (userGroups && userGroups.length > mostUserGroups) {
    report({ path: ['userGroups'], text: `names ${userGroups.length} user groups, and one call takes ${mostUserGroups}; name fewer` });
  }
  for (const [key, list] of [
    ['userGroups', userGroups],
    ['requireTags', requireTags],
  ] as const) {
    const twice = list?.findIndex((item, index) => list.indexOf(item) < index) ?? -1;
    if (twice >= 0) report({ path: [key, twice], severity: 'warning', text: `${list?.[twice]} stands here a second time; remove one` });
  }
}
