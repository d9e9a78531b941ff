import * as z from 'zod/mini';
import { timeoutNever, timeoutRange } from '../../shared/fleet/governed-group.ts';
import type { RuleCheckContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { oneOrMany, parsedText, plainText } from '../../shared/policy/schema/text.ts';
import { parseDuration } from '../../shared/policy/values/duration.ts';
import { type Parsed, parsed, refused } from '../../shared/policy/values/parsed.ts';
import { desiredGroups, type EnforceRule } from './compiled-rule.ts';

const notShown = 'no operation shows it again, so nobody could tell whether it holds';

/** Settings of a delivery group that the service takes and never shows (service notes, Delivery groups, ModifyAppPolicy), by why they cannot be held. */
const writeOnly = {
  resetAfterUnbind: notShown,
  preOpenMode: notShown,
  preOpenAppId: notShown,
  perSessionPerApp: notShown,
  storagePolicy: notShown,
  network: notShown,
  domainRules: notShown,
  videoPolicy: 'no operation reads a policy back, and whether groups share one is not known',
} as const satisfies Readonly<Record<string, string>>;

/** A key that is there to be refused with its reason: as an unknown key it would only look misspelled. */
function refusedKey(why: string) {
  return z.exactOptional(
    z.pipe(
      z.unknown().check(z.meta({ description: `Cannot be enforced: ${why}.`, not: {} })),
      z.transform((input: unknown, payload): never => {
        payload.issues.push({
          code: 'custom',
          input,
          message: `cannot be enforced: ${why}; remove it and set it in the console`,
          params: { at: 'key' },
        });
        return z.NEVER;
      }),
    ),
  );
}

/** Keys of a rule that are refused, each with its reason. */
const refusedKeys = Object.fromEntries(Object.entries(writeOnly).map(([key, why]) => [key, refusedKey(why)])) as Record<
  keyof typeof writeOnly,
  ReturnType<typeof refusedKey>
>;

const minuteMs = 60_000;

/** Sessions per node that any type of node takes; what a type takes at most only the service says. */
const capacityMost = 100;

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

function parseTimeout(text: string): Parsed<number> {
  if (text === 'never') return parsed(timeoutNever);
  const length = parseDuration(text);
  if (!length.ok) return length;
  const minutes = length.value / minuteMs;
  const { least, most } = timeoutRange;
  return minutes >= least && minutes <= most ? parsed(minutes) : refused(`"${text}" cannot be set; write ${least}m to ${most}m, or never`);
}

const timeout = parsedText(parseTimeout, {
  title: 'a session timeout',
  examples: ['15m', 'never'],
  pattern: '^(never|[1-9]\\d{0,2}[mh])$',
});
const tagKey = plainText({ title: 'a tag key', examples: ['owner'] });
const userGroup = parsedText(
  (text) => (/^[\w.-]+$/.test(text) ? parsed(text) : refused(`"${text}" is not the id of a user group; write an id such as ug-0abc`)),
  { title: 'the id of a user group', examples: ['ug-0abc'], pattern: '^[\\w.-]+$' },
);

const schema = z.strictObject({
  ...ruleKeys,
  groups: z.exactOptional(groupSelector),
  tenant: described(
    z
      .strictObject({
        expiryReminder: z.boolean().check(z.meta({ description: 'Whether the service reminds people of groups that expire.' })),
      })
      .check(z.meta({ title: 'settings of the account itself', examples: [{ expiryReminder: true }] })),
    'What the account itself is held to. A rule is for groups or for the account.',
  ),
  sessionTimeout: described(timeout, 'How long a disconnected session is kept: 3m to 300m, or never.'),
  nodeCapacity: described(
    z.int().check(z.minimum(1), z.maximum(capacityMost), z.meta({ title: 'sessions per node', examples: [4] })),
    'Sessions per node; the type of the nodes sets a limit of its own.',
  ),
  namePattern: described(
    plainText({ title: 'a name pattern', examples: ['fin-*'] }),
    'Pattern that the name must match, case-sensitive. Reported only: selectors and people go by names.',
  ),
  skipUserAuthCheck: described(
    z.boolean(),
    'Whether the check of users is skipped. Reported only: it is written together with a setting that cannot be read.',
  ),
  userGroups: described(
    z.array(userGroup).check(z.minLength(1)),
    'User groups that have access. Missing ones are added; any other is reported and never taken away.',
  ),
  requireTags: described(oneOrMany(tagKey), 'Keys of tags that a group must have. Reported only.'),
  insist: described(z.boolean(), 'Set again what somebody sets back, however often. Default false: three times, then it is left and told.'),
  ...refusedKeys,
});

/** A rule as the schema gives it: keys that are refused never come through. */
type ParsedRule = Omit<z.output<typeof schema>, keyof typeof refusedKeys>;

/** What enforce-policy adds to the policy language. */
export const ruleModule: RuleModule<EnforceRule, EnforceRule> = {
  name: 'enforce-policy',
  frozen: 'changes no attribute',
  schema: schema as z.core.$ZodType<ParsedRule>,
  check: checkEnforceRule,
};

/** Most user groups that one call gives access (service notes, Delivery groups). */
const mostUserGroups = 20;

/** Finds what is wrong between the keys of a rule. */
function checkEnforceRule(rule: EnforceRule, _context: RuleCheckContext, report: RuleReport): void {
  const needed = desiredGroups.filter((key) => rule[key] !== undefined);
  if (rule.groups === undefined && rule.tenant === undefined) {
    report({ path: [], text: 'is for nothing; add groups, such as groups: all, or tenant: {expiryReminder: true} for the account itself' });
  } else if (rule.groups !== undefined && rule.tenant !== undefined) {
    report({ path: ['tenant'], at: 'key', text: 'is for the account itself, and this rule is for groups; write a rule of its own' });
  } else if (rule.tenant !== undefined) {
    for (const key of needed)
      report({ path: [key], at: 'key', text: 'is for delivery groups, and this rule is for the account itself; write a rule with groups' });
  } else if (needed.length === 0) {
    report({ path: [], text: `asks for nothing; add one of ${desiredGroups.join(', ')}` });
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
