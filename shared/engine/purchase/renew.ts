import type { EpochMs } from '../../client/clock.ts';
import type { ClaimBody } from '../../journal/renewals/renewal-record.ts';
import { moneyToJson } from '../../policy/money.ts';
import { lookAgain, makeClaim, notNow } from './claim.ts';
import { classifyAnswer, classifyFailure, lacksKeys } from './classify.ts';
import { conclude, type Sent } from './conclude.ts';
import { moment, type PurchaseRun, type Purchasing, sendOnce } from './contract.ts';
import { isJournalFailure } from './failure.ts';
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

/**
 * Looks again whether an order is still wanted as it was decided. `before-claim`: decides anew where the decision is too old. `before-send`:
 * reads again what people have said. Gives why not; undefined where it is. `E` are effects of the caller's own.
 */
export type Recheck<E> = (when: 'before-claim' | 'before-send') => Purchasing<Stop | undefined, E>;

/** What renewing goes by. */
export interface RenewContext<E = never> {
  readonly monthOf: MonthOf;
  /** Default: what was decided stands. */
  readonly recheck?: Recheck<E> | undefined;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/**
 * Orders one renewal (protocols, renewal, steps 5 to 8): read again, claim, look again, send once, write down the answer; then end what came to
 * nothing, and what has moved already. Where the journal fails before the order is sent, nothing is sent.
 * @throws StoreError @throws JournalError before anything was claimed
 */
export function* renew<E = never>(
  run: PurchaseRun,
  request: ReserveRequest,
  reservation: Reservation,
  { monthOf, recheck, rules = defaultRules }: RenewContext<E>,
): Purchasing<RenewalOutcome, E> {
  const again: Recheck<E> | undefined = rules.recheckBeforeSend ? recheck : undefined;
  const stop = (again && (yield* again('before-claim'))) ?? (yield* lookAgain(request));
  const claim = stop ?? (yield* makeClaim(run, request, reservation, monthOf, rules));
  if (!('link' in claim)) return yield* stopped(run, request, reservation, claim, rules);
  const sent = yield* sendPromptly(request, claim.claim.t, run, again, rules);
  return yield* conclude(run, request, claim, sent, monthOf, rules);
}

/** Step 7. The order is dated by the very look at the clock that found it in time: see the effect `send`. */
function* sendPromptly<E>(
  { wish }: ReserveRequest,
  t: EpochMs,
  run: PurchaseRun,
  recheck: Recheck<E> | undefined,
  rules: ProtocolRules,
): Purchasing<Sent, E> {
  const changed = recheck && (yield* recheckOf(recheck));
  const now = yield* moment();
  const atMs = now.nowMs;
  const late = changed ?? notNow(now, run);
  if (late) return { answer: { outcome: 'not-sent', code: late.code }, atMs, because: late.text };
  // A clock that was set back tells nothing about how old the claim is.
  const prompt = atMs >= t && atMs - t <= sendWithinMs;
  if (rules.sendPromptly && !prompt) return { answer: { outcome: 'not-sent', code: 'claim-too-old' }, atMs };
  try {
    return { answer: classifyAnswer(yield* sendOnce(wish, atMs + sendTimeoutMs)), atMs };
  } catch (error) {
    const answer = classifyFailure(error);
    return { answer, atMs, ...(lacksKeys(answer) ? { because: (error as Error).message } : {}) };
  }
}

/** What cannot be read again may forbid the order: nothing is sent then, and the claim is closed like any that was not sent. */
function* recheckOf<E>(recheck: Recheck<E>): Purchasing<Stop | undefined, E> {
  try {
    return yield* recheck('before-send');
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
    return { code: 'reread-failed', text: `Nothing was sent, since what forbids it could not be read again: ${error.message}` };
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
