import type { EpochMs } from '../../../shared/client/clock.ts';
import type { HandlerContext } from '../../handler.ts';
import type { Account } from '../../world/account.ts';
import type { Amount } from '../../world/amount.ts';
import type { BilledResource, Meter } from '../../world/billing-ledger.ts';
import { dayMs } from '../../world/local-time.ts';
import type { Order } from '../../world/order.ts';
import { currencyOf } from '../../world/price.ts';
import { BillCalendar } from './calendar.ts';

/** One line of a bill: what one resource cost on one day in one way. */
export interface BillLine {
  readonly dayMs: EpochMs;
  readonly resourceId: string;
  /** Undefined for one that is gone and left no meter. */
  readonly resource: BilledResource | undefined;
  readonly region: string;
  readonly subscription: boolean;
  readonly item: 'PayAsYouGoBill' | 'SubscriptionOrder' | 'Refund' | 'Adjustment';
  readonly currency: string;
  /** In millionths. */
  readonly micros: bigint;
  /** Number of the order, or of the bill of the month. */
  readonly recordId: string;
  /** Milliseconds summed over what was held; zero where nothing is counted by time. */
  readonly heldMs: number;
  /** Price per hour, where all that was held has the same. */
  readonly hourly: Amount | undefined;
}

/** The lines of a month that can be read by now, resource by resource and day by day. */
export function billLines(context: HandlerContext, month: string): readonly BillLine[] {
  const { world, account, nowMs } = context;
  world.settleStatistics();
  const calendar = new BillCalendar(world);
  const lines = [
    ...usageLines(context, calendar, month),
    ...account.orders.all.flatMap((order) => orderLines(account, order, calendar, nowMs)),
    ...correctionLines(account, calendar, nowMs),
  ];
  return lines.filter((line) => calendar.monthOf(line.dayMs) === month);
}

/** A ten-thousandth for an hour, in millionths for a millisecond. */
const perMicro = 36_000n;

/**
 * What was used by the hour. The one rule of rounding: what a resource owes from the world's start until an instant is its time times the price,
 * rounded down to a millionth, and a day costs what is owed at its end less what was owed at its beginning. So days add up to the whole exactly.
 */
function usageLines({ world, account, nowMs }: HandlerContext, calendar: BillCalendar, month: string): BillLine[] {
  const days = calendar.daysOf(month).filter((startMs) => calendar.usageShownMs(startMs) <= nowMs);
  return [...metersByResource(account, world.assumptions.workstationMetering === 'existing')].flatMap(([resource, meters]) => {
    const owedUntil = (ms: EpochMs): bigint =>
      meters.reduce((sum, meter) => sum + meter.place.hourly * BigInt(meter.heldUntil(ms)), 0n) / perMicro;
    const heldUntil = (ms: EpochMs): number => meters.reduce((sum, meter) => sum + meter.heldUntil(ms), 0);
    const prices = new Set(meters.map(({ place }) => place.hourly));
    const about = {
      ...{ resourceId: resource.id, resource, region: resource.region, subscription: false, item: 'PayAsYouGoBill' as const },
      ...{ currency: currencyOf(resource.region), recordId: `${month.replace('-', '')}${account.id.slice(-6)}` },
      hourly: prices.size === 1 ? meters[0]?.place.hourly : undefined,
    };
    return days.flatMap((startMs): BillLine[] => {
      const heldMs = heldUntil(startMs + dayMs) - heldUntil(startMs);
      return heldMs === 0 ? [] : [{ ...about, dayMs: startMs, heldMs, micros: owedUntil(startMs + dayMs) - owedUntil(startMs) }];
    });
  });
}

function metersByResource(account: Account, withUnpowered: boolean): Map<BilledResource, Meter[]> {
  const meters = new Map<BilledResource, Meter[]>();
  for (const meter of account.billing.meters) {
    const { resource, unpowered } = meter.place;
    if (unpowered === true && !withUnpowered) continue;
    meters.set(resource, [...(meters.get(resource) ?? []), meter]);
  }
  return meters;
}

/** A paid subscription is one line for each resource, on the day of its payment. */
function orderLines(account: Account, order: Order, calendar: BillCalendar, nowMs: EpochMs): BillLine[] {
  const { id, charge, paidMs, currency, region, resourceIds } = order;
  if (charge !== 'PrePaid' || paidMs === undefined || calendar.eventShownMs(paidMs) > nowMs) return [];
  const count = BigInt(resourceIds.length);
  // As with days: shares of an order add up to its amount.
  const upTo = (index: number): bigint => (order.amount * 100n * BigInt(index)) / count;
  return resourceIds.map((resourceId, index) => ({
    ...{ dayMs: calendar.dayOf(paidMs), resourceId, resource: resourceNamed(account, resourceId), region, subscription: true },
    ...{ item: 'SubscriptionOrder', currency, micros: upTo(index + 1) - upTo(index), recordId: id, heldMs: 0, hourly: undefined },
  }));
}

function resourceNamed(account: Account, id: string): BilledResource | undefined {
  return account.groups.get(id) ?? account.workstations.get(id);
}

/** A correction is in the month that it is about until that is final, and in the month in which it is made from then on. */
function correctionLines({ billing }: Account, calendar: BillCalendar, nowMs: EpochMs): BillLine[] {
  return billing.corrections.flatMap(({ item, resource, subscription, currency, micros, madeMs, aboutMs }, index): BillLine[] => {
    const shownMs = calendar.eventShownMs(madeMs);
    if (shownMs > nowMs) return [];
    const inTime = shownMs <= calendar.finalMs(calendar.monthOf(aboutMs));
    return [
      {
        ...{ dayMs: calendar.dayOf(inTime ? aboutMs : shownMs), resourceId: resource.id, resource, region: resource.region, subscription },
        ...{ item, currency, micros, recordId: `correction-${index + 1}`, heldMs: 0, hourly: undefined },
      },
    ];
  });
}
