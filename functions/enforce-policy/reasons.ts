import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of enforce-policy can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered': 'No rule is for this, or its region is outside the target; it is left alone.',
  'as-wanted': 'Everything that the rule asks for holds.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  status: 'The group is not serving (its status is not PUBLISHED).',
  unreadable: 'What the rule asks for could not be read, or has a value that is not known; it is not changed.',
  'pool-count': 'The group does not have exactly one node pool, so its capacity is not changed.',
  drift: 'A setting differs from what the rule asks for.',
  'in-use': 'The setting would be lowered while nodes are in use, or while somebody is away from a session that it could end; that waits.',
  'in-use-unknown': 'The setting would be lowered, and it is unknown whether that would affect somebody.',
  'user-group-missing': 'A user group that should have access has none.',
  'user-group-extra': 'A user group has access that the rule does not name; it is reported, never taken away.',
  'name-off-pattern': 'The name does not match the pattern; it is reported only.',
  'auth-check-differs': 'Whether the check of users is skipped differs; it is reported only.',
  'tag-missing': 'The group lacks tags that it must have; that is reported only.',
  reverted: 'Somebody has set it back three times; it is not changed any more until people have agreed.',
  'refused-lately': 'This very change was tried a short while ago and came to nothing; it is tried again later.',
  'not-confirmed':
    'The service accepted a value but never showed it, so nobody can tell whether somebody set it back. After three times it is left.',
  'changed-back': 'Somebody has set back what was set before; it is set again.',
  sighted: 'How often somebody has set it back, or that it is not published yet, for the next runs.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of enforce-policy. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
