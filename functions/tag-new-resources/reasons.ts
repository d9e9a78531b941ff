import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of tag-new-resources can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered': 'No rule matches the group, or its region is outside the target; it is left alone.',
  'as-wanted': 'The group has every tag that its rules set.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  status: 'The status of the group is unknown, or the group is being reclaimed.',
  missing: 'The group lacks tags that a rule sets; they are added.',
  restored: 'A tag that was set before is gone; it is set once more, to the value that it had.',
  'not-confirmed':
    'The service accepted a tag but never showed it on the group, so nobody can tell whether somebody removed it. It is set twice at most.',
  'not-shown-yet': 'The tag was set a few minutes ago, and reads may not show it yet. It is not set again until they must.',
  'removed-again': 'A tag was restored once and is gone again; somebody does not want it, so it is left out.',
  unresolved: 'What a template names is not known, or its text is too long for a tag; that tag is left out.',
  'near-key': 'The group has a tag whose key differs in case, spaces or signs alone; the tag is left out until one of them is settled.',
  'too-many-tags': 'The group would have more than twenty tags of its own; none is added.',
  'refused-lately': 'The service refused these very tags a short while ago; they are tried again later.',
  'brings-under': 'The tags bring the group under a rule of another function, as the rule says they may.',
  'takes-from': 'The tags take the group from a rule of another function.',
  'not-declared': 'The tags would bring the group under a rule of a function that bringsUnder does not name; none is added.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of tag-new-resources. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
