import type { EpochMs } from '../../client/clock.ts';
import type { ClaimBody } from '../../journal/renewal-record.ts';
import { moneyToJson } from '../../policy/money.ts';
import { lookAgain, makeClaim, notNow } from './claim.ts';
import { classifyAnswer, classifyFailure } from './classify.ts';
import { conclude, type Sent } from './conclude.ts';
import { moment, type PurchaseRun, type Purchasing, sendOnce } from './contract.ts';
import type { MonthOf } from './month.ts';
import { outcomeOfStop, type RenewalOutcome, type Stop } from './renewal-outcome.ts';
import type { Reservation, ReserveRequest } from './reserve.ts';
import { defaultRules, type ProtocolRules } from './rules.ts';
import { releaseClaim } from './settle.ts';

export type { RenewalOutcome, StopCode } from './renewal-outcome.ts';

/** An order is sent at most this long after its claim's time, in milliseconds (protocols, renewal, step 7). */
const sendWithinMs = 30_000;

/** How long the only transmission may take, in milliseconds (protocols, renewal, step 7). */
export const sendTimeoutMs = 20_000;

/** What renewing goes by. */
export interface RenewContext {
  readonly monthOf: MonthOf;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/**
 * Orders one renewal (protocols, renewal, steps 5 to 8): read again, claim, send once, write down the answer; then end what came to nothing,
 * and what has moved already. Where the journal fails before the order is sent, nothing is sent.
 * @throws StoreError @throws JournalError before anything was sent
 */
export function* renew(
  run: PurchaseRun,
  request: ReserveRequest,
  reservation: Reservation,
  { monthOf, rules = defaultRules }: RenewContext,
): Purchasing<RenewalOutcome> {
  const stop = yield* lookAgain(request);
  const claim = stop ?? (yield* makeClaim(run, request, reservation, monthOf, rules));
  if (!('link' in claim)) return yield* stopped(run, request, reservation, claim, rules);
  const sent = yield* sendPromptly(request, claim.claim.t, run, rules);
  return yield* conclude(run, request, claim, sent, rules);
}

/** Step 7. The order is dated by the very look at the clock that found it in time: see the effect `send`. */
function* sendPromptly({ wish }: ReserveRequest, t: EpochMs, run: PurchaseRun, rules: ProtocolRules): Purchasing<Sent> {
  const now = yield* moment();
  const atMs = now.nowMs;
  const late = notNow(now, run);
  if (late) return { answer: { outcome: 'not-sent', code: late.code }, atMs };
  // A clock that was set back tells nothing about how old the claim is.
  const prompt = atMs >= t && atMs - t <= sendWithinMs;
  if (rules.sendPromptly && !prompt) return { answer: { outcome: 'not-sent', code: 'claim-too-old' }, atMs };
  try {
    return { answer: classifyAnswer(yield* sendOnce(wish, atMs + sendTimeoutMs)), atMs };
  } catch (error) {
    return { answer: classifyFailure(error), atMs };
  }
}

function* stopped(
  run: PurchaseRun,
  request: ReserveRequest,
  reservation: Reservation,
  stop: Stop,
  rules: ProtocolRules,
): Purchasing<RenewalOutcome> {
  // The reservation stays: another run may have claimed on it, and a later one uses it again.
  if (!rules.releaseOnProof) yield* releaseClaim(run, held(reservation), 0);
  return outcomeOfStop(request, stop);
}

function held({ id, month, amount }: Reservation): Pick<ClaimBody, 'price' | 'month' | 'reservation'> {
  return { price: moneyToJson(amount), month, reservation: id };
}
