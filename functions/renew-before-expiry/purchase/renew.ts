import type { EpochMs } from '../../../shared/client/clock.ts';
import { ApiError, CredentialsError, InputError } from '../../../shared/client/errors.ts';
import { provesNotExecuted } from '../../../shared/client/failure.ts';
import { releaseReservations } from '../../../shared/journal/renewals/budget.ts';
import { place } from '../../../shared/journal/renewals/renewal.ts';
import { type AnswerBody, type ClaimBody, type EndBody, renewalKey } from '../../../shared/journal/renewals/renewal-record.ts';
import { moneyToJson } from '../../../shared/policy/money.ts';
import { makeClaim, notNow, rereadOffer, type WonClaim } from './claim.ts';
import {
  defaultRules,
  isJournalFailure,
  moment,
  type ProtocolRules,
  type PurchaseRun,
  type Purchasing,
  rereadSubscription,
  sendOnce,
} from './contract.ts';
import { type MonthOf, monthOfOrder } from './month.ts';
import { outcomeOfOrder, outcomeOfStop, type RenewalOutcome, type Stop, unrecorded } from './renewal-outcome.ts';
import type { Reservation, ReserveRequest } from './reserve.ts';
import { releaseClaim, type Settled, settleOpen, writeEnd } from './settle.ts';

export type { RenewalOutcome, StopCode } from './renewal-outcome.ts';

/** An order is sent at most this long after its claim's time, in milliseconds (purchase protocol, P7). */
const sendWithinMs = 30_000;

/** How long the only transmission may take, in milliseconds (purchase protocol, P7). */
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
 * Orders one renewal (purchase protocol, P5 to P8): read again, claim, look again, send once, write down the answer; then end what came to
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
  const stop = (again && (yield* again('before-claim'))) ?? (yield* rereadOffer(request));
  const claim = stop ?? (yield* makeClaim(run, request, reservation, monthOf, rules));
  if (!('link' in claim)) return yield* stopped(run, request, reservation, claim, rules);
  const sent = yield* sendPromptly(request, claim.claim.t, run, again, rules);
  return yield* conclude(run, request, claim, sent, monthOf, rules);
}

/** Step 7. The order is dated by the very look at the clock that found it in time: see the effect `send`. */
function* sendPromptly<E>(
  { purchase }: ReserveRequest,
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
    return { answer: classifyAnswer(yield* sendOnce(purchase, atMs + sendTimeoutMs)), atMs };
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

/** What an order's answer says: `ordered` where it names the order; without a number nobody can tell what was done. */
export function classifyAnswer(output: unknown): AnswerBody {
  const { OrderId: orderId, RequestId: requestId } = (output ?? {}) as { readonly OrderId?: unknown; readonly RequestId?: unknown };
  const id = typeof requestId === 'string' ? { requestId } : {};
  if (typeof orderId === 'string' && orderId !== '') return { outcome: 'ordered', orderId, ...id };
  return { outcome: 'unclear', code: 'NoOrderId', ...id };
}

/** Codes of refusals that are about the one resource that was to be renewed; any other failure may meet the next order too. */
const ownToResource = /NotFound|NotExist|NotExists|Status|Released|Expired|InvalidParameter|InvalidPeriod|OperationDenied\.Resource/i;

/** Codes of CredentialsError: there are no keys, or they are not those of the account. */
const ofTheKeys: ReadonlySet<string | undefined> = new Set([
  ...['AccountMismatch', 'AccountUnknown', 'AssumeRoleFailed', 'MissingCredentials', 'MissingSecurityToken', 'ProfileUnusable'],
]);

/** True where nothing was sent because of the keys: a failure, where else what was not sent was kept back by us for the next run. */
export function lacksKeys({ outcome, code }: Pick<AnswerBody, 'outcome' | 'code'>): boolean {
  return outcome === 'not-sent' && ofTheKeys.has(code);
}

/**
 * Why no further order is placed in a run after this answer (purchase protocol, P20): a failure whose cause is not the resource's own,
 * such as the balance, a permission, the keys or the service itself. Undefined after an order that was placed, after what was kept back by us,
 * and where the refusal names the resource.
 */
export function orderBlock(answer: AnswerBody): string | undefined {
  const { outcome, code = 'no code' } = answer;
  if (outcome === 'ordered' || (outcome === 'not-sent' && !lacksKeys(answer))) return undefined;
  return ownToResource.test(code) ? undefined : code;
}

/**
 * What a failed order means (purchase protocol, P8). `rejected` takes an answer with a code that comes before execution only;
 * `not-sent` the client's proof that not one byte left the process. Everything else is `unclear`.
 */
export function classifyFailure(error: unknown): AnswerBody {
  if (error instanceof InputError || error instanceof CredentialsError) return { outcome: 'not-sent', code: error.code };
  if (!(error instanceof ApiError)) return { outcome: 'unclear', code: 'UnexpectedFailure' };
  const { code, httpStatus, requestId, executed } = error;
  const rest = { code, ...(requestId === undefined ? {} : { requestId }) };
  if (httpStatus !== undefined) return { outcome: provesNotExecuted(code, httpStatus) ? 'rejected' : 'unclear', ...rest };
  return { outcome: executed === 'no' ? 'not-sent' : 'unclear', ...rest };
}

/** What is known of an order, and since when. */
interface Sent {
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
function* conclude(
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
  { purchase, view }: ReserveRequest,
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
    const observed = yield* rereadSubscription(purchase.target, purchase.resource);
    return yield* settleOpen(run, { ...view, last: claim, open: claim }, observed, atMs, rules);
  } catch (error) {
    if (isJournalFailure(error)) throw error;
    // The next run reads again; the order itself is written down.
    return { end: undefined, alerts: [] };
  }
}
