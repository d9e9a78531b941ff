import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of approve-ota-windows can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  due: 'The window begins soon, and nothing forbids the update.',
  'not-covered': 'No ring of a rule matches the group, or its region is outside the target; it is left alone.',
  'no-offer': 'No new version is on offer.',
  approved: 'The update is approved, waits or runs; it cannot be withdrawn.',
  finished: 'The update has finished, and the service still shows the offer.',
  'put-back': 'The update has finished, and the group runs another version all the same; a version is approved once.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'region-unknown': 'The answer did not name the region of the group, which an approval needs.',
  'selector-unknown': 'Whether a ring selects the group cannot be told from what was observed.',
  'offer-unknown': 'Which version is on offer cannot be told from what was observed.',
  status: 'The group is not serving (its status is not PUBLISHED).',
  'task-id-unknown': 'The answer did not name the task that an approval needs.',
  'never-version': 'The rule never approves this version.',
  halted: 'Somebody halted this version.',
  'tasks-unknown': 'The updates of the group could not be read.',
  'update-unclear': 'An update of the group has a state or a start that is not known.',
  'update-failed': 'The update failed on this group, wholly or in part; the version is halted for all.',
  'version-failed': 'The version failed on another group and is halted for all.',
  'update-overdue': 'An approved update has not ended hours after its start.',
  'other-update': 'Another version is approved for the group and has not finished.',
  'approval-unclear': 'It is not known whether an approval was executed; the list of updates tells within an hour.',
  'approval-not-listed': 'The service accepted an approval, and the list of updates does not show it.',
  'waits-for-window': 'Updates are approved shortly before a window; the next is named.',
  'window-missed': 'A window has begun without an approval, and an update starts at the beginning of one only; the next is named.',
  'no-window': 'The ring has no window in the time that the policy was compiled for.',
  'unpublished-day': 'Whether the day of the window is one of the days of the ring is not published yet.',
  'exception-in-window': 'An exception forbids updates or cutting sessions at some time in the window.',
  'exception-unknown': 'Whether an exception applies in the window cannot be told from what was observed.',
  'frozen-in-window': 'A freeze of the policy begins before the window ends.',
  'sessions-unknown': 'How many sessions are connected could not be read.',
  sessions: 'More sessions are connected than the rule lets an update cut.',
  'ring-waits': 'A group of an earlier ring has not finished this version.',
  'ring-soaks': 'The last update of an earlier ring has not been finished for long enough.',
  'ring-empty': 'An earlier ring has no group that finished this version, so nothing was tried there.',
  'ring-unknown': 'Whether every group of the earlier rings has finished cannot be told.',
  'ring-stuck': 'A group did not finish a version in a window of its ring, or its progress is unknown, so later rings wait. Told daily.',
  'ring-starved': 'Each version is replaced before the earlier rings finish it, so none reaches this ring. Told daily.',
  sighted: 'A state of which the journal keeps since when it is known.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of approve-ota-windows. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
