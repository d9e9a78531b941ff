import { getOrderDetail } from '../client/billing/get-order-detail.ts';
import { queryAccountBalance } from '../client/billing/query-account-balance.ts';
import { queryAvailableInstances } from '../client/billing/query-available-instances.ts';
import { queryOrders } from '../client/billing/query-orders.ts';
import { atSite } from '../client/billing-sites.ts';
import type { CallOptions, Client } from '../client/client.ts';
import type { Clock, EpochMs } from '../client/clock.ts';
import { ApiError, CredentialsError } from '../client/errors.ts';
import type { TargetBilling } from '../policy/compiled.ts';
import { type Money, parsePrice } from '../policy/money.ts';
import type { BilledInstance, BilledOrder, OrderQuestion, OrderReading } from './order-truth.ts';

/** What can be asked of billing about the orders of one account. No question ever throws what the service or the keys refuse: that is an answer here. */
export interface OrderBook {
  /** What billing shows of one order of ours. */
  read(question: OrderQuestion): Promise<OrderReading>;
  /** The subscription as billing lists it; why not, where it does not. */
  instance(resourceId: string): Promise<BilledInstance | Unread>;
  /** What the account can spend; why not known, where it is not. */
  balance(): Promise<Money | Unread>;
}

/** Why something of billing is not known. */
export interface Unread {
  readonly unread: string;
}

/** How long one call may take, in milliseconds, retries included: whoever waits for it may have an order to place within 30 seconds of its claim. */
const callMs = 5_000;

/** How long all calls of a run may take together, in milliseconds: what a function has left after that belongs to its orders and alarms. */
const runMs = 60_000;

/** Orders of a window that are looked into. One with more is not read to its end. */
const mostDetails = 40;

/** Orders of a page, and pages of a window. */
const pageSize = 100;
const mostPages = 20;

const notWhole = 'the list of orders is not whole';

/**
 * The orders of an account, read from billing within one run. After a question that billing did not answer none is asked again, and after a minute of waiting
 * neither: a run whose billing is down goes on as one without.
 */
export function orderBook(client: Client, billing: TargetBilling, clock: Clock): OrderBook {
  const { site, productCode, productType } = billing;
  const about = { ProductCode: productCode, ...(productType === undefined ? {} : { ProductType: productType }) };
  const details = new Map<string, readonly BilledOrder[]>();
  let silent: string | undefined;
  let leftMs = runMs;

  function options(): CallOptions {
    return { timeoutMs: Math.max(1, Math.min(callMs, leftMs)) };
  }

  async function asked<T>(question: () => Promise<T>): Promise<T | Unread> {
    if (silent !== undefined) return { unread: silent };
    const sinceMs = clock.now();
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof CredentialsError)) throw error;
      // A refusal is an answer.
      if (((error as Partial<ApiError>).httpStatus ?? 500) >= 500) silent = error.message;
      return { unread: error.message };
    } finally {
      leftMs -= Math.max(0, clock.now() - sinceMs);
      if (leftMs <= 0) silent ??= 'billing is too slow';
    }
  }

  async function detail(orderId: string): Promise<readonly BilledOrder[]> {
    const { Data } = await client.call(atSite(site, getOrderDetail), { OrderId: orderId }, options());
    return (Data?.OrderList?.Order ?? [])
      .filter((row) => row.OrderId === orderId)
      .map((row) => ({ ...orderOf(row), resourceIds: idsIn(row.InstanceIDs), untilMs: instantOf(row.UsageEndTime) }));
  }

  /** Read page by page here: what a bundle would carry of `billingPages` is for lists by token. Rows that do not add up to the total are no list. */
  async function ordersOf({ fromMs, untilMs }: OrderQuestion): Promise<readonly BilledOrder[] | Unread> {
    const window = { CreateTimeStart: utcText(Math.floor(fromMs / 1000)), CreateTimeEnd: utcText(Math.ceil(untilMs / 1000)) };
    const listed = new Map<string, BilledOrder>();
    for (let page = 1; ; page++) {
      const { Data } = await client.call(atSite(site, queryOrders), { ...window, PageNum: page, PageSize: pageSize }, options());
      const rows = Data?.OrderList?.Order ?? [];
      for (const row of rows) listed.set(row.OrderId ?? '', orderOf(row));
      if (Data?.TotalCount === undefined || listed.has('') || page > mostPages) return { unread: notWhole };
      if (rows.length === pageSize) continue;
      if (listed.size !== Data.TotalCount) return { unread: notWhole };
      break;
    }
    const own = [...listed.values()].filter((order) => (order.productCode || productCode) === productCode);
    if (own.length > mostDetails) return { unread: 'too many orders were placed in that hour' };
    const orders = [...listed.values()].filter((order) => !own.includes(order));
    for (const order of own) {
      const parts = details.get(order.id) ?? (await detail(order.id));
      details.set(order.id, parts);
      orders.push(...(parts.length === 0 ? [order] : parts));
    }
    return orders;
  }

  async function instance(resourceId: string): Promise<BilledInstance | Unread> {
    const input = { ...about, InstanceIDs: resourceId, PageNum: 1, PageSize: 20 };
    const { Data } = await client.call(atSite(site, queryAvailableInstances), input, options());
    const rows = (Data?.InstanceList ?? []).filter(({ InstanceID }) => InstanceID === resourceId);
    const [row] = rows;
    if (row === undefined || rows.length > 1) return { unread: `billing does not list the subscription under the product ${productCode}` };
    const { ProductCode, ProductType, EndTime, RenewStatus } = row;
    return { resourceId, productCode: ProductCode, productType: ProductType, endsAtMs: instantOf(EndTime), renewal: RenewStatus };
  }

  async function read(question: OrderQuestion): Promise<OrderReading | Unread> {
    const { orderId, resourceId } = question;
    if (orderId !== undefined) return { whole: true, orders: await detail(orderId) };
    const orders = await ordersOf(question);
    if ('unread' in orders) return orders;
    if (orders.some(({ resourceIds }) => resourceIds?.includes(resourceId))) return { whole: true, orders };
    const listed = await asked(() => instance(resourceId));
    return 'unread' in listed ? { whole: true, orders } : { whole: true, orders, instance: listed };
  }

  return {
    async read(question) {
      const reading = await asked(() => read(question));
      return 'unread' in reading ? { whole: false, why: reading.unread } : reading;
    },
    instance: (resourceId) => asked(() => instance(resourceId)),
    balance: () =>
      asked(async () => {
        const { Data } = await client.call(atSite(site, queryAccountBalance), {}, options());
        return balanceOf(Data?.AvailableAmount ?? '', Data?.Currency ?? '');
      }),
  };
}

/** A balance is plain digits, negative where money is owed; the exponents that bills may show would cost a bundle more than this. */
function balanceOf(text: string, currency: string): Money | Unread {
  const isOwed = text.startsWith('-');
  const amount = parsePrice(isOwed ? text.slice(1) : text, currency);
  if (!amount.ok) return { unread: amount.message };
  return isOwed ? { currency, micros: -amount.value.micros } : amount.value;
}

/** What a list says of an order. */
type OrderLine = { readonly [K in 'OrderId' | 'ProductCode' | 'OrderType' | 'PaymentStatus']?: string | undefined };

function orderOf({ OrderId: id = '', ProductCode: productCode, OrderType: type, PaymentStatus: status }: OrderLine): BilledOrder {
  return { id, productCode, type, status };
}

/** The ids in a list that is JSON text; undefined where it is none. */
function idsIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const ids: unknown = JSON.parse(text);
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : undefined;
  } catch {
    return undefined;
  }
}

function instantOf(text: string | undefined): EpochMs | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function utcText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
