import { type OrderQuestion, type OrderReading, type OrderTruth, orderLagMs, orderTruth } from '../../../shared/billing/order-truth.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { addOrderCheck, type OrderCheck, type OrderChecks, readOrderChecks } from '../../../shared/journal/renewals/order-checks.ts';
import type { RenewalEntry, RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import type { ClaimBody } from '../../../shared/journal/renewals/renewal-record.ts';
import { JournalError } from '../../../shared/journal/store/store.ts';
import type { TargetBilling } from '../../../shared/policy/compiled.ts';
import {
  defaultRules,
  isJournalFailure,
  type ObservedSubscription,
  type ProtocolRules,
  type PurchaseRun,
  type Purchasing,
  type RenewalResource,
  rereadSubscription,
} from './contract.ts';
import { expiryMovedBy } from './expiry-moved-by.ts';
import { type CheckedOrder, notMovedAfterMs, surelyOverAfterMs } from './settle.ts';

/** Two looks at billing that close a claim as void are at least this far apart, in milliseconds (purchase protocol, P24). */
const looksApartMs = 30 * 60_000;

/** An order may have been placed this much before the claim's time, by clocks that are apart, in milliseconds. */
const clocksApartMs = 15 * 60_000;

/** What is checked: an open claim, and where its order is looked for. */
export interface CheckInput {
  readonly target: string;
  readonly resource: RenewalResource;
  readonly billing: TargetBilling;
  readonly view: RenewalView;
  /** As read when it was found that the expiry has not moved. */
  readonly observed: ObservedSubscription | undefined;
  /** The run's one `now`: what is read later counts from then. */
  readonly nowMs: EpochMs;
}

/**
 * Looks in billing for the order of an open claim that has not moved the expiry (purchase protocol, P24). Undefined where nothing is to be asked yet. Billing can
 * keep a claim open, and say what people have to do; it closes one only where no order of it can be paid any more. Never sends anything.
 * @throws StoreError
 */
export function* checkOrder(
  run: PurchaseRun,
  input: CheckInput,
  rules: ProtocolRules = defaultRules,
): Purchasing<CheckedOrder | undefined> {
  const { view, observed, nowMs, resource, billing } = input;
  const entry = view.open;
  if (!entry?.claim || !isAsked(entry.claim, entry, observed, nowMs)) return undefined;
  const { claim } = entry;
  let known: OrderChecks;
  try {
    known = yield* readOrderChecks(view.stream, entry.n, entry.link);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { truth: { state: 'unknown', because: `earlier checks cannot be trusted: ${error.message}` }, closes: false, observed };
  }
  const ordered = entry.answer?.outcome === 'ordered' ? entry.answer.orderId : undefined;
  const orderId = ordered ?? known.checks.findLast((check) => check.orderId !== undefined)?.orderId;
  const question: OrderQuestion = {
    ...{ resourceId: resource.id, orderId, expiresAtMs: claim.expiry * 1000 },
    ...{ fromMs: claim.t - clocksApartMs, untilMs: claim.t + surelyOverAfterMs },
  };
  const reading = (yield { type: 'read-order', target: input.target, question }) as OrderReading;
  const truth = orderTruth(question, reading, billing, nowMs, rules.billingLag ? orderLagMs : 0);
  const isOver = nowMs >= claim.t + surelyOverAfterMs || !rules.voidAfterAnHour;
  const isGone = (truth.state === 'absent' || truth.state === 'cancelled') && isOver;
  const found = { truth, closes: false, observed };
  const last = known.checks.at(-1);
  if (!isGone) {
    // What was found is looked for by its number from now on; what was gone and is there again has to go twice anew.
    if (isSighting(truth) && (last === undefined ? ordered === undefined : !isSame(last, truth)))
      yield* note(run, known, entry, truth, nowMs);
    return found;
  }
  const fresh = yield* readAgain(input);
  if (fresh === 'unread') return found;
  if (!isUnmoved(claim, fresh)) return { ...found, observed: fresh };
  if (!rules.twoLooks) return { truth, closes: true, observed: fresh };
  if (last !== undefined && isSame(last, truth)) return { truth, closes: nowMs - last.atMs >= looksApartMs, observed: fresh };
  yield* note(run, known, entry, truth, nowMs);
  return { ...found, observed: fresh };
}

/** The subscription as it is after billing was read. A failure leaves the claim open, and keeps nobody from being told of it. */
function* readAgain({ target, resource }: CheckInput): Purchasing<ObservedSubscription | undefined | 'unread'> {
  try {
    return yield* rereadSubscription(target, resource);
  } catch (error) {
    if (isJournalFailure(error)) throw error;
    return 'unread';
  }
}

/** True where an order may have been placed, and had its time to move the expiry. */
function isAsked(
  claim: ClaimBody,
  { answer }: Pick<RenewalEntry, 'answer'>,
  observed: ObservedSubscription | undefined,
  nowMs: EpochMs,
): boolean {
  if (claim.abandoned || answer?.outcome === 'rejected' || answer?.outcome === 'not-sent') return false;
  return nowMs - claim.t >= notMovedAfterMs && isUnmoved(claim, observed);
}

function isUnmoved({ expiry }: ClaimBody, observed: ObservedSubscription | undefined): boolean {
  return observed?.expiresAtMs !== undefined && expiryMovedBy(expiry * 1000, observed.expiresAtMs) === 'none';
}

type Told = Exclude<OrderTruth, { state: 'unknown' }>;

function isSighting(truth: OrderTruth): truth is Extract<OrderTruth, { state: 'paid' | 'unpaid' }> {
  return truth.state === 'paid' || truth.state === 'unpaid';
}

function isSame(check: OrderCheck, truth: Told): boolean {
  return check.state === truth.state && check.orderId === ('orderId' in truth ? truth.orderId : undefined);
}

function* note(run: PurchaseRun, known: OrderChecks, entry: RenewalEntry, truth: Told, atMs: EpochMs): Purchasing<void> {
  const order = 'orderId' in truth ? { orderId: truth.orderId } : {};
  yield* addOrderCheck(known, { owner: run.owner, atMs }, { state: truth.state, ...order, claim: entry.link });
}
