import type { EpochMs } from '../../shared/client/clock.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { WrittenView } from '../../shared/journal/written.ts';
import { reason } from './reasons.ts';
import type { ManualChange } from './scale-rule.ts';
import { isOurs, withoutDate } from './strategy-value.ts';

/** What is known of a setting that differs from what is wanted. */
export interface Difference {
  readonly resourceId: string;
  readonly setting: string;
  /** What is there and what is wanted, as the journal keeps them: with the disable date of a weekly schedule. */
  readonly observed: string;
  readonly wanted: string;
  /** Whether what is wanted stays the same from step to step, as a weekly schedule does. */
  readonly steady: boolean;
}

/** A person's change: it stands and the decision holds, or it is over and gets overwritten. */
export interface Standing {
  readonly stands: boolean;
  readonly because: Reason;
}

/**
 * Whether a difference is a person's change, and whether it stands. A value that we meant to write is ours, outcome or not; a weekly
 * schedule of ours that ends earlier than we wrote is a person's. A
 * setting that we never wrote with certainty has no change by a person: then we simply act. A change stands until the first step after we
 * first saw it. One that we see for the first time only after a step has asked for another value is over already, except for a weekly
 * schedule: its two days of deviation change at midnight, which is no step.
 */
export function manualChange(
  difference: Difference,
  written: WrittenView,
  mode: ManualChange,
  nextStepMs: (ms: EpochMs) => EpochMs | undefined,
  nowMs: EpochMs,
  localText: (ms: EpochMs) => string,
): Standing | undefined {
  const { resourceId, setting, observed, wanted, steady } = difference;
  const values = written.values(resourceId, setting);
  const last = values.at(-1);
  if (last === undefined || !values.some((value) => value.outcome === 'done') || values.some((value) => isOurs(value.value, observed)))
    return undefined;
  const foreign = written.foreign(resourceId, setting);
  const seenMs = foreign?.value === observed ? foreign.sinceMs : undefined;
  const data = { setting, value: observed, ours: last.value };
  const changed = `a person changed this to "${observed}"`;
  if (mode === 'report-only') {
    return { stands: true, because: reason('manual-change', `${changed}; the rule says to report only`, data) };
  }
  const over = (why: string): Standing => ({ stands: false, because: reason('manual-change-overwritten', `${changed}; ${why}`, data) });
  if (mode === 'overwrite') return over('the rule says to overwrite');
  const stepMs = nextStepMs(seenMs ?? nowMs);
  if (stepMs !== undefined && stepMs <= nowMs) return over('the next step of the schedule has come');
  if (
    seenMs === undefined &&
    !steady &&
    withoutDate(last.value) !== withoutDate(wanted) &&
    (nextStepMs(last.atMs) ?? Number.POSITIVE_INFINITY) <= nowMs
  ) {
    return over('the schedule has taken a step since');
  }
  const until = stepMs === undefined ? 'the schedule has no further step, so it stands' : `it stands until ${localText(stepMs)}`;
  return { stands: true, because: reason('manual-change', `${changed}; ${until}`, { ...data, untilMs: stepMs ?? null }) };
}
