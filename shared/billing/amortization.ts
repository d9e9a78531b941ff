import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import type { Money } from '../policy/money.ts';
import { dayMs } from '../policy/values/local-date-time.ts';
import { localDayOf, type Span } from './set-strategy.ts';

/** A month of a monthly price: 30 days, as in every estimate per 30 days. An order says exactly which time it covers. */
const monthMs = 30 * dayMs;

/** What was paid for a resource, and the time that it covers. */
export interface PaidTerm extends Span {
  readonly resource: string;
  readonly amount: Money;
}

/** A subscription: a delivery group with bought nodes, or a workstation. */
interface Subscription extends Span {
  readonly resource: string;
  /** What a month costs, from the quote of a renewal or from the policy. Undefined: nothing is known. */
  readonly perMonth?: Money;
  /** Where `perMonth` is from. */
  readonly priceFrom?: 'renewal quote' | 'policy';
}

/** What a subscription costs on one local day, from one source. */
interface AmortizedDay {
  readonly resource: string;
  /** `yyyy-MM-dd`. */
  readonly date: string;
  readonly amount: Money;
  readonly from: 'order' | 'renewal quote' | 'policy';
}

/** Subscriptions by day. */
export interface Amortized {
  readonly days: readonly AmortizedDay[];
  /** What has no price, for some of its time or for all of it, in the order of ids; `ms` of the span. */
  readonly unknown: readonly { readonly resource: string; readonly ms: number }[];
}

/**
 * What subscriptions cost in a span, day by day. An order is spread evenly over the time that it covers; time that no order covers costs its part of
 * the monthly price, and without one it is unknown. Amounts are rounded down to millionths of what is owed since the beginning, so the days of an
 * order add up to its amount exactly. Orders that overlap both count, and
 * so does the order of a resource that is gone: they were paid.
 */
export function amortize(subscriptions: readonly Subscription[], orders: readonly PaidTerm[], span: Span, zone: ZoneTable): Amortized {
  const days: AmortizedDay[] = [];
  const unknown: { resource: string; ms: number }[] = [];
  const paid = new Map<string, PaidTerm[]>();
  for (const { untilMs, ...sent } of [...orders].sort(inOrder)) {
    // What covers no time is spent at once.
    const order = { ...sent, untilMs: Math.max(untilMs, sent.fromMs + 1) };
    const owed = (ms: EpochMs): bigint => (order.amount.micros * BigInt(ms - order.fromMs)) / BigInt(order.untilMs - order.fromMs);
    addDays(days, overlap(order, span), zone, { resource: order.resource, from: 'order' }, order.amount.currency, owed);
    const known = paid.get(order.resource);
    if (known === undefined) paid.set(order.resource, [order]);
    else known.push(order);
  }
  for (const subscription of [...subscriptions].sort(inOrder)) {
    const { resource, perMonth, priceFrom = 'renewal quote' } = subscription;
    let unknownMs = 0;
    for (const open of uncovered(overlap(subscription, span), paid.get(resource) ?? [])) {
      if (perMonth === undefined) unknownMs += open.untilMs - open.fromMs;
      else {
        const owed = (ms: EpochMs): bigint => (perMonth.micros * BigInt(ms)) / BigInt(monthMs);
        addDays(days, open, zone, { resource, from: priceFrom }, perMonth.currency, owed);
      }
    }
    if (unknownMs > 0) unknown.push({ resource, ms: unknownMs });
  }
  return { days, unknown };
}

function inOrder(a: Subscription | PaidTerm, b: Subscription | PaidTerm): number {
  if (a.resource !== b.resource) return a.resource < b.resource ? -1 : 1;
  return a.fromMs - b.fromMs || a.untilMs - b.untilMs;
}

const overlap = (a: Span, b: Span): Span => ({ fromMs: Math.max(a.fromMs, b.fromMs), untilMs: Math.min(a.untilMs, b.untilMs) });

/** The parts of a span that no order covers. */
function uncovered(life: Span, paid: readonly Span[]): readonly Span[] {
  const open: Span[] = [];
  let fromMs = life.fromMs;
  for (const order of paid) {
    if (order.fromMs > fromMs) open.push({ fromMs, untilMs: Math.min(order.fromMs, life.untilMs) });
    fromMs = Math.max(fromMs, order.untilMs);
    if (fromMs >= life.untilMs) break;
  }
  if (fromMs < life.untilMs) open.push({ fromMs, untilMs: life.untilMs });
  return open.filter((part) => part.fromMs < part.untilMs);
}

function addDays(
  days: AmortizedDay[],
  span: Span,
  zone: ZoneTable,
  about: Pick<AmortizedDay, 'resource' | 'from'>,
  currency: string,
  owed: (ms: EpochMs) => bigint,
): void {
  for (let fromMs = span.fromMs; fromMs < span.untilMs; ) {
    const day = localDayOf(zone, fromMs);
    const untilMs = Math.min(day.untilMs, span.untilMs);
    days.push({ ...about, date: day.date, amount: { currency, micros: owed(untilMs) - owed(fromMs) } });
    fromMs = untilMs;
  }
}
