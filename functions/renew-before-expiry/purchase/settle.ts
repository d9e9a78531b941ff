import type { OrderTruth } from '../../../shared/billing/order-truth.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { releaseReservations } from '../../../shared/journal/renewals/budget.ts';
import { place, type RenewalEntry, type RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import { type AnswerBody, type ClaimBody, type EndBody, renewalKey } from '../../../shared/journal/renewals/renewal-record.ts';
import { alertOn, instantText, resolveCommand, secondsOf } from './claim-state.ts';
import {
  type Alert,
  defaultRules,
  type InstantText,
  type ObservedSubscription,
  type ProtocolRules,
  type PurchaseRun,
  type Purchasing,
} from './contract.ts';
import { expiryMovedBy, shiftMatches } from './expiry-moved-by.ts';

/** An order that has not moved the expiry after this long is told, in milliseconds (purchase protocol, P9). */
export const notMovedAfterMs = 15 * 60_000;

/**
 * From this long after a claim on, nothing of it can still be executed, in milliseconds (purchase protocol, P9): a signature lives 15
 * minutes, clocks may be 15 minutes off, and what was accepted takes a while.
 */
export const surelyOverAfterMs = 60 * 60_000;

/** What billing says of the order of an open claim. */
export interface CheckedOrder {
  readonly truth: OrderTruth;
  /** True where the claim may end as void: twice nothing of its order was left, and the expiry, read after that, has not moved. */
  readonly closes: boolean;
  /** The subscription as it was read last. */
  readonly observed: ObservedSubscription | undefined;
}

/** What is to be done about an open claim. */
export interface Settlement {
  /** How the claim ends; undefined while it stays open. */
  readonly end: EndBody | undefined;
  readonly alerts: readonly Alert[];
}

/** A claim without an end. */
type OpenClaim = RenewalEntry & { readonly claim: ClaimBody };

/**
 * Decides about an open claim (purchase protocol, P9). Pure; `nowMs` is the time of the observation.
 * @param checked what billing says of its order. Default: it was not asked
 */
export function settlementOf(
  view: RenewalView,
  observed: ObservedSubscription | undefined,
  nowMs: EpochMs,
  rules: ProtocolRules = defaultRules,
  instant: InstantText = instantText,
  checked?: CheckedOrder | undefined,
): Settlement {
  const entry = view.open as OpenClaim | undefined;
  if (!entry) return { end: undefined, alerts: [] };
  const { claim } = entry;
  if (claim.abandoned) return { end: { outcome: 'void', by: 'run' }, alerts: [] };
  const ageMs = nowMs - claim.t;
  const answer =
    entry.answer ?? (rules.claimantAnswers || ageMs < notMovedAfterMs ? undefined : ({ outcome: 'not-sent' } satisfies AnswerBody));
  if (answer?.outcome === 'rejected' || answer?.outcome === 'not-sent') return { end: { outcome: 'void', by: 'run' }, alerts: [] };

  const expiresAtMs = observed?.expiresAtMs;
  const orderedForMs = claim.expiry * 1000;
  const facts = { orderId: answer?.orderId, code: answer?.code, expiresAtMs, claimedAtMs: claim.t };
  const move = expiresAtMs === undefined ? 'none' : expiryMovedBy(orderedForMs, expiresAtMs);
  if (expiresAtMs !== undefined && move === 'later') {
    if (answer?.outcome !== 'ordered' && ageMs < surelyOverAfterMs) return { end: undefined, alerts: [] };
    return moved(view, entry, expiresAtMs, nowMs, answer, observed?.unpaidOrderId, instant);
  }
  const alerts: Alert[] = [];
  if (expiresAtMs !== undefined && move === 'earlier') {
    const text = `The expiry moved back from ${instant(orderedForMs)} to ${instant(expiresAtMs)} while renewal ${entry.n} is open: a refund of an earlier one, perhaps. Look in the bill.`;
    alerts.push(alertOn(view.stream, entry, nowMs, { code: 'expiry-moved-back', severity: 'critical', text, data: facts }));
  }
  if (checked?.closes && move === 'none' && expiresAtMs !== undefined) return closed(view, entry, checked.truth, nowMs, instant);
  if (ageMs >= notMovedAfterMs) {
    const still = expiresAtMs === undefined ? 'cannot be read' : `is still ${instant(expiresAtMs)}`;
    const { code, text } = stuckOrder(view, claim, answer, checked?.truth, still, instant);
    alerts.push(alertOn(view.stream, entry, nowMs, { code, severity: 'critical', text, data: facts }));
  }
  return { end: undefined, alerts };
}

/** What people have to do about an order that billing shows as paid or unpaid, as a clause; `at` is when it was placed. */
export function billedText({ state, orderId }: Extract<OrderTruth, { state: 'paid' | 'unpaid' }>, at: string): string {
  return state === 'paid'
    ? `billing shows order ${orderId} of ${at} as paid, and the expiry has not moved: ask the support of the service`
    : `billing shows that order ${orderId} of ${at} waits for payment. Pay it in the console, or cancel it there: a run sees either for itself`;
}

/** What people are told of an order that has not moved the expiry, `still` being where that is. */
function stuckOrder(
  { stream }: RenewalView,
  { t }: ClaimBody,
  answer: AnswerBody | undefined,
  truth: OrderTruth | undefined,
  still: string,
  instant: InstantText,
): Pick<Alert, 'code' | 'text'> {
  const at = instant(t);
  if (truth?.state === 'paid' || truth?.state === 'unpaid')
    return { code: `order-${truth.state}`, text: `The expiry ${still}, and ${billedText(truth, at)}.` };
  const asked = truth === undefined ? '' : ` ${unclosedText(truth)}.`;
  if (answer?.outcome === 'ordered') {
    const text = `Order ${answer.orderId} was placed at ${at}, and the expiry ${still}: it waits for payment, or for the service.${asked} Pay it in the console; or cancel it there, then run '${resolveCommand(stream)} --void --order ${answer.orderId}'. It is never placed again.`;
    return { code: 'order-unpaid', text };
  }
  const text = `An order was sent at ${at}. Whether it was placed is not known, and the expiry ${still}.${asked} Look in the bill at ${instant(t + surelyOverAfterMs)} or later. No order there: run '${resolveCommand(stream)} --void'. An unpaid one: pay it, or cancel it and run the same. A run sees for itself when the expiry moves, and never sends the order again.`;
  return { code: 'order-unclear', text };
}

/** What billing says where that does not close the claim. */
function unclosedText(truth: Exclude<OrderTruth, { state: 'paid' | 'unpaid' }>): string {
  if (truth.state === 'unknown') return `Billing did not tell: ${truth.because.replace(/[.\s]+$/, '')}`;
  const what = truth.state === 'absent' ? 'no such order' : `order ${truth.orderId} as canceled`;
  return `Billing shows ${what}; if that stays so, a run closes it`;
}

/** The claim comes to nothing, as billing has shown twice. */
function closed(view: RenewalView, entry: OpenClaim, truth: OrderTruth, nowMs: EpochMs, instant: InstantText): Settlement {
  const order = truth.state === 'cancelled' ? truth.orderId : undefined;
  const end: EndBody = { outcome: 'void', by: 'billing', ...(order === undefined ? {} : { orderId: order }) };
  const what = order === undefined ? 'no order of it' : `order ${order} of it as canceled`;
  const text = `Renewal ${entry.n} of ${instant(entry.claim.t)} came to nothing: billing has shown ${what} twice. The rules decide anew.`;
  const alert = alertOn(view.stream, entry, nowMs, { code: 'order-closed', severity: 'warning', text, data: { orderId: order } });
  return { end, alerts: [alert] };
}

function moved(
  view: RenewalView,
  entry: OpenClaim,
  toMs: EpochMs,
  nowMs: EpochMs,
  answer: AnswerBody | undefined,
  unpaidOrderId: string | undefined,
  instant: InstantText,
): Settlement {
  const { claim } = entry;
  const matches = shiftMatches(claim.expiry * 1000, toMs, claim.period);
  const orderId = answer?.orderId;
  const end: EndBody = {
    outcome: 'moved',
    by: 'run',
    movedTo: secondsOf(toMs),
    shiftMatches: matches,
    ...(orderId === undefined ? {} : { orderId }),
  };
  if (matches && unpaidOrderId === undefined) return { end, alerts: [] };
  const suspect = unpaidOrderId ?? orderId;
  const check =
    suspect === undefined
      ? `Look in the bill for an order of renewal ${entry.n}, and cancel what is too much`
      : `Check or cancel order ${suspect}`;
  const why = matches
    ? 'an order stands unpaid beside it'
    : `which is not the ${claim.period.count} ${claim.period.unit} that renewal ${entry.n} ordered`;
  const text = `The expiry moved from ${instant(claim.expiry * 1000)} to ${instant(toMs)}, and ${why}. ${check}: somebody else may have renewed too.`;
  const alert = alertOn(view.stream, entry, nowMs, {
    code: 'shift-differs',
    severity: 'critical',
    text,
    data: { orderId: suspect, movedToMs: toMs },
  });
  return { end, alerts: [alert] };
}

/** What became of an open claim. `end` is what stands in the journal now, ours or another's; undefined while the claim is open. */
export interface Settled {
  readonly end: EndBody | undefined;
  readonly alerts: readonly Alert[];
  /** What billing says of its order; undefined where it was not asked. */
  readonly truth?: OrderTruth | undefined;
}

/**
 * Settles the open claim of a stream by what was observed: writes its end where one is due, and releases the reservation of a claim that
 * came to nothing. Sends nothing, neither orders nor alerts.
 * @param checked what billing says of its order. Default: it was not asked
 * @throws StoreError @throws JournalError
 */
export function* settleOpen(
  run: PurchaseRun,
  view: RenewalView,
  observed: ObservedSubscription | undefined,
  nowMs: EpochMs,
  rules: ProtocolRules = defaultRules,
  checked?: CheckedOrder | undefined,
): Purchasing<Settled> {
  const { end, alerts } = settlementOf(view, observed, nowMs, rules, run.text, checked);
  if (end && view.open) yield* writeEnd(run, view.stream, view.open, end, nowMs);
  return checked === undefined ? { end, alerts } : { end, alerts, truth: checked.truth };
}

/**
 * Ends a claim, and releases its reservation where the end is void. An end that stands there already is left as it is; what it says is for
 * the next run to read. True when this call's end stands. @throws StoreError @throws JournalError
 */
export function* writeEnd(run: PurchaseRun, stream: string, entry: RenewalEntry, end: EndBody, atMs: EpochMs): Purchasing<boolean> {
  const key = renewalKey(stream, entry.n, 'end');
  const body = { ...end, ...(entry.answerLink === undefined ? {} : { answer: entry.answerLink }) };
  const { mine } = yield* place(key, { kind: 'end', atMs, owner: run.owner, prev: entry.link, body });
  // Who finds another's end there leaves the release to them and to the next run: an end that is not ours may not be void.
  if (mine && end.outcome === 'void' && entry.claim) yield* releaseClaim(run, entry.claim, atMs);
  return mine;
}

/** Gives back what a claim had set aside. @throws StoreError @throws JournalError */
export function* releaseClaim(
  run: PurchaseRun,
  { price, month, otherMonth, reservation }: Pick<ClaimBody, 'price' | 'month' | 'otherMonth' | 'reservation'>,
  atMs: EpochMs,
): Purchasing<void> {
  for (const each of otherMonth === undefined ? [month] : [month, otherMonth]) {
    yield* releaseReservations(price.currency, each, [reservation], { owner: run.owner, atMs });
  }
}
