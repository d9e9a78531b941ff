import type { EpochMs } from '../../shared/client/clock.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import {
  type IntentView,
  keptPrefix,
  notShownYet,
  type UnreadValue,
  unreadValue,
  type WrittenValue,
} from '../../shared/journal/intents/intent-view.ts';
import type { Reason, Sighted } from '../../shared/planning/decision.ts';
import type { ManualChange } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import { isOurs, withoutDate } from './strategy-value.ts';

/** What is known of a setting that differs from what is wanted. */
export interface Difference {
  readonly resourceId: string;
  readonly setting: string;
  /** What is there and what is wanted, as the journal keeps them: with the disable date of a weekly schedule. */
  readonly observed: string;
  readonly wanted: string;
  /** Whether another count has been wanted since an instant; never of a weekly schedule, which stays the same from step to step. */
  readonly steppedSince: (ms: EpochMs) => boolean;
  /** Whether what is wanted means fewer nodes right now. */
  readonly lowers: boolean;
}

/** What else tells whether a person's change stands. */
export interface Asking {
  readonly written: IntentView;
  readonly mode: ManualChange;
  readonly nextStepMs: (ms: EpochMs) => EpochMs | undefined;
  readonly nowMs: EpochMs;
  readonly localText: (ms: EpochMs) => string;
}

/** A value that is not what we wrote: it stands and the decision holds, or it is over and gets overwritten. */
export interface PersonsChange {
  readonly stands: boolean;
  readonly because: Reason;
}

/** So long nodes, or what the service shows, may take to follow a write, in milliseconds. */
export const arrivalMs = 30 * 60_000;

/** So often a value that is never shown is written, where it raises: what the service took and lost must not leave people without nodes. */
const mostWrites = 3;

/**
 * Whether a difference is a person's change, and whether it stands. A value that we meant to write is ours, outcome or not, unless another has stood
 * there since: then somebody has set it again. A value other than the one that we wrote is nobody's while ours has not been seen there. A weekly
 * schedule of ours that ends earlier than we wrote is a person's. A setting that we never wrote with certainty has no change by a person: then we
 * simply act. For some minutes after a write nobody is named, since what is read may be from before it; it stands all the same. A change stands until
 * the first step after we first saw it. One that we see for the first time only after a step has asked for another value is over already, except for a weekly
 * schedule: its two days of deviation change at midnight, which is no step.
 */
export function manualChange(difference: Difference, asking: Asking): PersonsChange | undefined {
  const { resourceId, setting, observed } = difference;
  const { written, nowMs, localText } = asking;
  const values = written.values(resourceId, setting);
  const last = values.at(-1);
  if (last === undefined || !values.some((value) => value.outcome === 'done')) return undefined;
  const own = values.findLast((value) => isOurs(value.value, observed));
  if (own !== undefined && !changedSince(own, difference, written)) return undefined;
  const unread = unreadValue(written, resourceId, setting);
  if (own === undefined && unread !== undefined) return notShown(unread, difference, asking);
  const change = changeOf(difference, last, asking);
  const young = notShownYet(values, nowMs);
  if (young === undefined) return change;
  // Seen once, and another value minutes later: a person's, or an older read again. It is neither overwritten nor said to be a person's.
  const text = `the setting differs from what was written at ${localText(young.atMs)}, and reads may be older`;
  return change.stands ? { stands: true, because: reason('not-shown-yet', text, { ...waiting, atMs: young.atMs }) } : undefined;
}

/** A value that somebody has set: whether it stands. */
function changeOf(difference: Difference, last: WrittenValue, { written, mode, nextStepMs, nowMs, localText }: Asking): PersonsChange {
  const { resourceId, setting, observed, wanted, steppedSince } = difference;
  const external = written.external(resourceId, setting);
  const seenMs = external?.value === observed ? external.sinceMs : undefined;
  const data = { setting, value: observed, ours: last.value };
  const changed = `a person changed this to "${observed}"`;
  if (mode === 'report-only') {
    return { stands: true, because: reason('manual-change', `${changed}; the rule says to report only`, data) };
  }
  const over = (why: string): PersonsChange => ({
    stands: false,
    because: reason('manual-change-overwritten', `${changed}; ${why}`, data),
  });
  if (mode === 'overwrite') return over('the rule says to overwrite');
  const stepMs = nextStepMs(seenMs ?? nowMs);
  if (stepMs !== undefined && stepMs <= nowMs) return over('the next step of the schedule has come');
  // What somebody else had made as wanted is no more than that: it ends with the step that wants another count.
  const kept = madeByOthers(last, difference, written);
  const isOver = kept !== undefined || withoutDate(last.value) !== withoutDate(wanted);
  if (seenMs === undefined && isOver && steppedSince(Math.max(last.atMs, kept?.sinceMs ?? 0)))
    return over('the schedule has taken a step since');
  const until = stepMs === undefined ? 'the schedule has no further step, so it stands' : `it stands until ${localText(stepMs)}`;
  return { stands: true, because: reason('manual-change', `${changed}; ${until}`, { ...data, untilMs: stepMs ?? null }) };
}

/** A write that the service took and does not show. Undefined where another is due anyhow. */
function notShown(
  { value, times, atMs }: UnreadValue,
  { observed, wanted, lowers }: Difference,
  { mode, nowMs, localText }: Asking,
): PersonsChange | undefined {
  if (withoutDate(value) !== withoutDate(wanted)) return undefined;
  const isFresh = nowMs - atMs < arrivalMs;
  const again = !isFresh && (mode === 'overwrite' || (mode !== 'report-only' && !lowers && times < mostWrites));
  const next = isFresh ? 'it is looked at again' : again ? 'it is written again' : 'look at it in the console';
  const text = `what was written at ${localText(atMs)} has not been seen since, but "${observed}"; ${next}`;
  return { stands: !again, because: reason('not-confirmed', text, isFresh ? waiting : { times }) };
}

/** What the journal calls that a setting is as wanted though we wrote something else last. */
function othersSetting(setting: string): string {
  return `${keptPrefix}as-wanted:${setting}`;
}

/**
 * What the journal is to keep of a setting that is as wanted: where not we made it so, what we wrote last is not there any more, and whoever sets that
 * again later does so on purpose. Undefined where there is nothing new.
 */
export function sightedByOthers(resourceId: string, setting: string, observed: string, written: IntentView): Sighted | undefined {
  const values = written.values(resourceId, setting);
  const last = values.at(-1);
  if (last?.outcome !== 'done' || values.some(({ value }) => isOurs(value, observed))) return undefined;
  if (unreadValue(written, resourceId, setting) !== undefined) return undefined;
  const sighted = { setting: othersSetting(setting), value: `${observed} after ${last.atMs}` };
  return written.external(resourceId, sighted.setting)?.value === sighted.value ? undefined : sighted;
}

/** Whether the setting had another value since we wrote this one, so that somebody has set it back to it. */
function changedSince(own: WrittenValue, difference: Difference, written: IntentView): boolean {
  const { resourceId, setting, observed } = difference;
  const external = written.external(resourceId, setting);
  if (external !== undefined && external.sinceMs >= own.atMs && !isOurs(own.value, external.value) && external.value !== observed)
    return true;
  return madeByOthers(own, difference, written) !== undefined;
}

/** What somebody else had made the setting after we wrote a value, where that was as wanted; and since when. */
function madeByOthers(own: WrittenValue, { resourceId, setting }: Difference, written: IntentView): ReturnType<IntentView['external']> {
  const kept = written.external(resourceId, othersSetting(setting));
  return kept?.value.endsWith(` after ${own.atMs}`) ? kept : undefined;
}
