import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of power-workstations can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered': 'No rule matches the workstation, or its region is outside the target; it is left alone.',
  'left-alone': 'The rule says to leave these workstations alone.',
  'service-timer': 'A timer of the service starts and stops this workstation; it belongs to that timer.',
  'as-wanted': 'The workstation is on or off as the schedule wants, or on as an exception keeps it.',
  'schedule-on': 'The schedule wants it on, or an exception keeps it on, and it is stopped.',
  'schedule-off': 'The schedule wants it off, and it runs.',
  'saves-nothing': 'The workstation is a subscription: stopping it saves no money.',
  'no-price': 'The service gives no price for workstations, so neither a cost nor a saving is estimated.',
  sighted: 'It was seen as the schedule wants it since its last step; what differs later in this stretch is the doing of a person.',
  'in-transit': 'It was asked to start or to stop a short while ago and is on its way.',
  'not-reached': 'It was asked to start or to stop more than 15 minutes ago and has not come there.',
  'moved-by-others': 'It is starting or stopping, and not because of us.',
  'manual-change': 'A person started or stopped it after it had been as wanted; that stands until the next step of the schedule.',
  'in-use': 'Somebody has a session on it, and the rule stops only without.',
  'sessions-unknown': 'Whether somebody has a session on it cannot be told, so it is not stopped.',
  'waits-for-batch': 'As many workstations of the rule as it allows at once are under way; this one follows once they are there.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'schedule-not-compiled': 'The policy has no timeline of the schedule for this target.',
  'unpublished-day': 'The kind of the day is not published yet; it is switched as on an ordinary day.',
  'exception-unknown': 'Whether an exception keeps the capacity up cannot be told from what was observed.',
  status: 'The workstation is in a state in which it is neither started nor stopped, or in one that is not known.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of power-workstations. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
