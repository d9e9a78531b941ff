import { type Reason, type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of log-off-sessions can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered': 'No rule matches the group, or its region is outside the target; it is left alone.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'schedule-not-compiled': 'The policy has no timeline of the schedule, or no days of the rule, for this target.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  'unpublished-day': 'The kind of the day is not published yet, and the calendar says hold.',
  'exception-unknown': 'Whether an exception keeps the capacity up cannot be told from what was observed.',
  'outside-window': 'It is not the time of a log-off.',
  'window-over': 'Read again right before the call, the window of the log-off was over.',
  'window-open': 'The log-off is due; it lapses two hours later or ten minutes before the next period.',
  'period-near': "A period of the service's own weekly schedule begins within ten minutes; nobody is logged off any more.",
  status: 'The group is not serving (its status is not PUBLISHED).',
  'sessions-unknown': 'The sessions, or the persistent ones among them, could not be read completely.',
  'no-sessions': 'Nobody has a session on the group.',
  'nobody-to-log-off': 'None of the sessions is one that the rule logs off.',
  'whole-group': 'One call logs off everyone on the group.',
  'with-group': 'The session ends with the call for its whole group, or stays with it.',
  'one-by-one': 'The sessions are ended one by one; each has a decision of its own.',
  'not-whole': 'The call for the whole group is not possible.',
  'reset-unconfirmed': "Unbinding could wipe a user's data: the rule does not state resetAfterUnbind: disabled.",
  'logged-off': 'The log-off of this window was done; whoever came back stays.',
  'log-off-unclear': 'It is not known whether the log-off of this window took place; it is done once only.',
  'log-off-failed': 'The service refused the log-off of this window twice.',
  'log-off-again': 'The first try in this window was refused and ended nothing; it is tried once more.',
  'user-unknown': 'Somebody is on the app instance and the answer does not say who.',
  'session-status': 'The status of the app instance is not one in which a session can be ended safely.',
  ending: 'The app instance is closing already.',
  'persistent-kept': 'A persistent session stays unless the rule says otherwise.',
  connected: 'The user is connected, and the rule logs off the disconnected only.',
  'connection-unknown': 'The service does not say that the user is disconnected, and the rule logs off the disconnected only.',
  'not-long-enough': 'The session has not been in use for as long as the rule says.',
  'usage-unknown': 'How long the session has been in use is unknown, and the rule goes by it.',
  'tags-unknown': 'Whether the group is drained cannot be told: its tags are unknown.',
  'drain-due': 'The log-off is near: new users are kept out until shortly after it.',
  drained: 'New users are kept out by Streamwarden until the time in the marker.',
  'drain-over': 'The time of our drain is over: new users are let in again.',
  'drain-left': 'Our drain should be lifted, and the function only observes: new users are kept out until somebody removes it. Told daily.',
  'drain-unreadable': 'The marker of our drain carries no time that can be read: new users are let in again.',
  'drain-edited': 'The marker of a drain carries a time that is further away than ours ever are; a person changed it.',
  'drain-lifted': 'A person has let new users in again; the marker goes when its time is over.',
  'drained-by-person': 'New users are kept out, and not by Streamwarden; that is never touched.',
  'drain-removed': 'The drain of this window was set before and is not there any more; it is not set again.',
  'drain-unclear': 'It is not known whether the drain of this window was set; it is set once only.',
  'drain-failed': 'The service refused the drain of this window twice.',
  'not-drained': 'Nobody is kept out of the group.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of log-off-sessions. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;

/** A verdict other than to act, with why; the planner adds rule and resource. */
export interface NoAction {
  readonly verdict: 'keep' | 'hold';
  readonly because: readonly Reason[];
}

/** It is as wanted, or nothing is wanted. */
export function keep(...because: readonly Reason[]): NoAction {
  return { verdict: 'keep', because };
}

/** Something is wanted, or may be, and must not be done. */
export function hold(...because: readonly Reason[]): NoAction {
  return { verdict: 'hold', because };
}
