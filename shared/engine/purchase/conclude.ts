import type { EpochMs } from '../../client/clock.ts';
import { releaseReservations } from '../../journal/renewals/budget.ts';
import { place } from '../../journal/renewals/renewal.ts';
import type { AnswerBody, ClaimBody, EndBody } from '../../journal/renewals/renewal-record.ts';
import { renewalKey } from '../../journal/renewals/renewal-record.ts';
import type { WonClaim } from './claim.ts';
import { type PurchaseRun, type Purchasing, rereadSubscription } from './contract.ts';
import { isJournalFailure } from './failure.ts';
import { type MonthOf, monthOfOrder } from './month.ts';
import { outcomeOfOrder, type RenewalOutcome, unrecorded } from './renewal-outcome.ts';
import type { ReserveRequest } from './reserve.ts';
import type { ProtocolRules } from './rules.ts';
import { releaseClaim, type Settled, settleOpen, writeEnd } from './settle.ts';

/** What is known of an order, and since when. */
export interface Sent {
  readonly answer: AnswerBody;
  /** When the order went out, or was kept back. */
  readonly atMs: EpochMs;
  /** Why it was kept back, for people; default: the answer's code says it. */
  readonly because?: string;
}

/**
 * Step 8, and what can be ended at once: writes the answer; voids what was surely not ordered; recognizes an order that has moved the
 * expiry already. The order may have been placed by now, so a journal that fails is reported in the outcome, not thrown.
 */
export function* conclude(
  run: PurchaseRun,
  request: ReserveRequest,
  claim: WonClaim,
  sent: Sent,
  monthOf: MonthOf,
  rules: ProtocolRules,
): Purchasing<RenewalOutcome> {
  const { answer, atMs, because } = sent;
  const outcome = outcomeOfOrder(request, claim.n, answer, because);
  const missing = unrecorded(request, claim, answer, atMs);
  let written = false;
  try {
    const key = renewalKey(request.view.stream, claim.n, 'answer');
    const { mine, link } = yield* place(key, { kind: 'answer', atMs, owner: run.owner, prev: claim.link, body: answer });
    written = mine;
    if (mine && answer.outcome === 'ordered') yield* releaseOtherMonth(run, claim.claim, monthOf, atMs);
    const { end, alerts } = yield* endAtOnce(run, request, { ...claim, answer, answerLink: mine ? link : undefined }, atMs, rules);
    return { ...outcome, end, alerts: written ? alerts : [...alerts, missing] };
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
    return { ...outcome, alerts: written ? [] : [missing], error };
  }
}

/** Near a change of month money was set aside in both months: once the order's month is known, the other has it back. */
function* releaseOtherMonth(run: PurchaseRun, claim: ClaimBody, monthOf: MonthOf, atMs: EpochMs): Purchasing<void> {
  const { month, otherMonth, reservation, price, t } = claim;
  const counts = otherMonth === undefined ? undefined : monthOfOrder(t, true, monthOf);
  if (otherMonth === undefined || counts === undefined) return;
  const spare = counts === month ? otherMonth : month;
  yield* releaseReservations(price.currency, spare, [reservation], { owner: run.owner, atMs });
}

function* endAtOnce(
  run: PurchaseRun,
  { wish, view }: ReserveRequest,
  claim: WonClaim & { readonly answer: AnswerBody },
  atMs: EpochMs,
  rules: ProtocolRules,
): Purchasing<Settled> {
  const { outcome } = claim.answer;
  if (outcome === 'rejected' || outcome === 'not-sent') {
    const end: EndBody = { outcome: 'void', by: 'claimant' };
    yield* writeEnd(run, view.stream, claim, end, atMs);
    return { end, alerts: [] };
  }
  if (outcome === 'unclear' && !rules.releaseOnProof) yield* releaseClaim(run, claim.claim, atMs);
  if (outcome === 'unclear' || !rules.claimFirst) return { end: undefined, alerts: [] };
  try {
    const observed = yield* rereadSubscription(wish.target, wish.resource);
    return yield* settleOpen(run, { ...view, last: claim, open: claim }, observed, atMs, rules);
  } catch (error) {
    if (isJournalFailure(error)) throw error;
    // The next run reads again; the order itself is written down.
    return { end: undefined, alerts: [] };
  }
}
