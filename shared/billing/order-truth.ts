import type { EpochMs } from '../client/clock.ts';

/** An order as billing shows it. */
export interface BilledOrder {
  readonly id: string;
  /** Undefined where billing does not say. */
  readonly productCode?: string | undefined;
  /** `Renew`, `New`, `Upgrade`, …; undefined where billing does not say. */
  readonly type?: string | undefined;
  /** `Unpaid`, `Paid`, `Cancelled`, or a status that is not known here. */
  readonly status?: string | undefined;
  /** What the order is for, as billing names it; undefined where it was not read or cannot be. */
  readonly resourceIds?: readonly string[] | undefined;
  /** Until when what was bought runs; undefined where billing does not say. */
  readonly untilMs?: EpochMs | undefined;
}

/** A subscription as billing lists it. */
export interface BilledInstance {
  readonly resourceId: string;
  readonly productCode?: string | undefined;
  readonly productType?: string | undefined;
  /** When it ends; undefined where billing does not say. */
  readonly endsAtMs?: EpochMs | undefined;
  /** `AutoRenewal`, `ManualRenewal`, `NotRenewal`; undefined where billing does not say. */
  readonly renewal?: string | undefined;
}

/** What is asked of billing: what became of one order of ours. */
export interface OrderQuestion {
  readonly resourceId: string;
  /** The order, where its id is known. Absent: it is looked for among the orders of the window. */
  readonly orderId?: string | undefined;
  /** When orders were placed among which it would be, `[fromMs, untilMs)`. */
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  /** The expiry that the order was to move. */
  readonly expiresAtMs: EpochMs;
}

/** What billing answered to it. `whole: false`: it was not read, or not to its end. */
export type OrderReading =
  | { readonly whole: false; readonly why: string }
  | {
      readonly whole: true;
      /** The order with the id that was asked for, part by part; or all orders of the window, of whatever product. */
      readonly orders: readonly BilledOrder[];
      /** The subscription, by the product of the policy; undefined where billing does not list it, or was not asked. */
      readonly instance?: BilledInstance | undefined;
    };

/** What became of an order. */
export type OrderTruth =
  /** It is paid, and runs until `untilMs` where billing says so. */
  | { readonly state: 'paid'; readonly orderId: string; readonly untilMs?: EpochMs | undefined }
  /** It waits for payment. */
  | { readonly state: 'unpaid'; readonly orderId: string }
  /** It was canceled, so nobody can pay it any more. */
  | { readonly state: 'cancelled'; readonly orderId: string }
  /** No such order was placed. */
  | { readonly state: 'absent' }
  /** Billing does not tell. */
  | { readonly state: 'unknown'; readonly because: string };

/** How an account is billed, as far as orders are told apart by it. */
interface Product {
  readonly productCode: string;
  readonly productType?: string | undefined;
}

/**
 * How long an order that exists may be missing in billing, in milliseconds. Nothing says how long it takes until an order is listed; bills are documented to be
 * 24 hours behind, and no other lag is named (service notes, Billing).
 */
export const orderLagMs = 24 * 3_600_000;

/** What two readings of one expiry may differ by, in milliseconds. */
const sameExpiryMs = 3_600_000;

/**
 * What became of an order, by what billing answered at `nowMs`. Pure. What was found counts at once. That nothing was found counts only after the lag, and
 * only where billing is proven to be asked for the right thing: it lists the subscription by the policy's product code and by the id that App Streaming
 * gives it, with the expiry that the order was to move; and each order of the window is known to be another's.
 * @param lagMs how long an order may be missing; default `orderLagMs`
 */
export function orderTruth(
  question: OrderQuestion,
  reading: OrderReading,
  product: Product,
  nowMs: EpochMs,
  lagMs = orderLagMs,
): OrderTruth {
  if (!reading.whole) return unknown(reading.why);
  const { orders, instance } = reading;
  if (question.orderId !== undefined) return knownOrder(question.orderId, orders);
  const named = orders.filter(({ resourceIds }) => resourceIds?.includes(question.resourceId));
  const live = named.filter(({ type, status }) => type !== 'Renew' || status !== 'Cancelled');
  const [first] = live;
  if (first?.type === 'Renew' && named.length === 1) return statusOf([first]);
  if (first) return unknown('billing shows another order for it in that hour');
  return absence(question, orders, instance, product, nowMs, lagMs) ?? { state: 'absent' };
}

function knownOrder(orderId: string, orders: readonly BilledOrder[]): OrderTruth {
  const parts = orders.filter(({ id }) => id === orderId);
  return parts.length === 0 ? unknown(`billing does not show order ${orderId}`) : statusOf(parts as [BilledOrder, ...BilledOrder[]]);
}

/** The state of one order, which all its parts have to agree on. */
function statusOf(parts: readonly [BilledOrder, ...BilledOrder[]]): OrderTruth {
  const [{ id: orderId, status, untilMs }] = parts;
  if (parts.every((part) => part.status === status)) {
    if (status === 'Paid') return { state: 'paid', orderId, ...(untilMs === undefined ? {} : { untilMs }) };
    if (status === 'Unpaid') return { state: 'unpaid', orderId };
    if (status === 'Cancelled') return { state: 'cancelled', orderId };
  }
  return unknown(`order ${orderId} is in no state that is known here`);
}

/** Why that nothing was found proves nothing; undefined where it proves that no order was placed. */
function absence(
  { resourceId, untilMs, expiresAtMs }: OrderQuestion,
  orders: readonly BilledOrder[],
  instance: BilledInstance | undefined,
  { productCode, productType }: Product,
  nowMs: EpochMs,
  lagMs: number,
): OrderTruth | undefined {
  if (nowMs < untilMs + lagMs) return unknown('an order may take a day until billing shows it');
  const isListed =
    instance?.resourceId === resourceId &&
    instance.productCode === productCode &&
    (productType === undefined || instance.productType === productType) &&
    instance.endsAtMs !== undefined &&
    Math.abs(instance.endsAtMs - expiresAtMs) < sameExpiryMs;
  if (!isListed) return unknown('billing does not list the subscription with this expiry under the product of the policy');
  const unclear = orders.find((order) => !isOthers(order, resourceId, productCode));
  return unclear && unknown(`whose order ${unclear.id} is cannot be told`);
}

/** True for an order that is certainly for something else. */
function isOthers({ productCode, resourceIds }: BilledOrder, resourceId: string, ownCode: string): boolean {
  if (productCode !== undefined && productCode !== '' && productCode !== ownCode) return true;
  if (resourceIds === undefined || resourceIds.length === 0) return false;
  // A canceled order for it was looked at before. Billing may have ids of its own, which say nothing.
  return resourceIds.every((id) => id === resourceId || isOfService(id, resourceId));
}

/** True for an id that App Streaming gives: of the kind of the resource, or of another kind. */
function isOfService(id: string, resourceId: string): boolean {
  const kind = (text: string): string => text.slice(0, text.indexOf('-') + 1);
  return kind(id) !== '' && (kind(id) === kind(resourceId) || /^(aig|ws)-/.test(id));
}

function unknown(because: string): OrderTruth {
  return { state: 'unknown', because };
}

/** Whether a subscription renews itself, as billing lists it; undefined where that is not known. */
export function autoRenewalOf(instance: BilledInstance | undefined): 'on' | 'off' | undefined {
  if (instance?.renewal === 'AutoRenewal') return 'on';
  return instance?.renewal === 'ManualRenewal' || instance?.renewal === 'NotRenewal' ? 'off' : undefined;
}
