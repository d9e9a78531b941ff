import type { EpochMs } from '../../client/clock.ts';
import { type RenewalView, readRenewal } from '../../journal/renewals/renewal.ts';
import { StoreError } from '../../journal/store/store.ts';
import type { InstantText, Purchasing } from '../purchase/contract.ts';
import { isJournalFailure } from '../purchase/failure.ts';
import type { Candidate, DueSubscription } from '../purchase/round.ts';
import { settlementOf } from '../purchase/settle.ts';
import { standingOf } from '../purchase/standing.ts';
import { streamOf } from '../purchase/stream.ts';

/**
 * The candidates of a plan: what a round would find, without writing anything. What would be settled counts as settled. Nothing is read
 * from the service: it was observed a moment ago. @throws StoreError
 */
export function* previewCandidates<S extends DueSubscription, E>(
  due: readonly S[],
  nowMs: EpochMs,
  text?: InstantText,
): Purchasing<readonly Candidate<S>[], E> {
  const candidates: Candidate<S>[] = [];
  for (const each of due) candidates.push(yield* previewOf(each, nowMs, text));
  return candidates;
}

function* previewOf<S extends DueSubscription>(due: S, nowMs: EpochMs, text: InstantText | undefined): Purchasing<Candidate<S>> {
  const none = { due, view: undefined, standing: undefined, settled: undefined, failure: undefined };
  try {
    let view = yield* readRenewal(streamOf(due.account, due.resource.id, due.expiresAtMs));
    const settled = settlementOf(view, due, nowMs, undefined, text);
    view = endedBy(view, settled.end);
    return { ...none, view, standing: standingOf(view, due.expiresAtMs, nowMs, undefined, text), settled };
  } catch (failure) {
    if (failure instanceof StoreError || !isJournalFailure(failure)) throw failure;
    return { ...none, failure };
  }
}

/** The view as it would be after the end of its open claim was written. */
function endedBy(view: RenewalView, end: ReturnType<typeof settlementOf>['end']): RenewalView {
  const { open } = view;
  if (!open || !end) return view;
  const ended = { ...open, end };
  return end.outcome === 'moved'
    ? { ...view, last: ended, open: undefined, moved: ended }
    : { ...view, last: ended, open: undefined, voided: [ended, ...view.voided] };
}
