import { type Json, type Reason, reasonOf } from '../../shared/planning/decision.ts';

/** Why `import` leaves a group alone, by code; besides these it gives the codes of scale-on-schedule for what could not be read. */
export const leftAloneCodes = {
  status: 'The group is not serving, and no rule of other groups fits it.',
  'bought-nodes-only': 'A subscription without extra nodes: there is nothing to do by the clock.',
  'subscription-schedule': 'A subscription with a weekly schedule, which is not documented.',
  'schedule-ends-soon': 'The weekly schedule ends within 37 days: a rule would extend it.',
  'schedule-ended': 'The weekly schedule has ended: a rule would start it again.',
  'schedule-not-begun': 'The weekly schedule begins later: a rule would begin it today.',
  'schedule-empty': 'The weekly schedule has no periods: a rule would set a fixed count.',
  'through-midnight': 'A period ends at 23:59 and the next begins at 00:00; Streamwarden keeps nodes through midnight by a count.',
  'ends-at-midnight': 'A period ends at 24:00; Streamwarden writes 23:59 there.',
  'periods-unfit': 'Periods touch, overlap, are too short or too many, or give no nodes: Streamwarden would merge them.',
  'too-many-nodes': 'More nodes than a schedule of the policy can ask for.',
  'fixed-at-zero': 'A fixed count of zero; Streamwarden keeps one node at least.',
  'several-always-on': 'Usage scaling by the hour with more than one node that always runs; Streamwarden keeps one.',
  'usage-unreadable': 'A setting of usage scaling could not be read.',
  'id-unfit': 'The id holds characters that a policy should not carry.',
  'would-change': 'A rule for it would change something, by the word of the planner itself.',
} as const satisfies Readonly<Record<string, string>>;

/** Builds the reason for leaving a group alone. */
export function reason(code: keyof typeof leftAloneCodes, text: string, data?: Readonly<Record<string, Json>>): Reason {
  return reasonOf(code, text, data);
}
