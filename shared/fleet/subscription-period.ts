import type { EpochMs } from '../client/clock.ts';
import { legalPeriods } from '../client/shapes/legal-periods.ts';

type CountAndUnit<P> = P extends readonly [infer Count, infer Unit] ? { readonly count: Count; readonly unit: Unit } : never;

/** A period that can be ordered: the closed set of the service. */
export type SubscriptionPeriod = CountAndUnit<(typeof legalPeriods)[number]>;

/** All periods that can be ordered, shortest first; a bundle that does not need them carries none. */
export const subscriptionPeriods = /* @__PURE__ */ legalPeriods.map(([count, unit]) => ({ count, unit })) as readonly SubscriptionPeriod[];

const dayMs = 86_400_000;
/** Subscriptions end on day boundaries of UTC+8 (service notes, Times, inferred), so months are counted on that calendar. */
const calendarOffsetMs = 8 * 3_600_000;

/** A period as people and the policy write it: `1 Month`. */
export function periodText({ count, unit }: { readonly count: number; readonly unit: string }): string {
  return `${count} ${unit}`;
}

/** The period behind a text of the closed set; case matters, as it does to the service. Undefined for any other text. */
export function periodOf(text: string): SubscriptionPeriod | undefined {
  return subscriptionPeriods.find((period) => periodText(period) === text);
}

/** True where two periods are the same. */
export function samePeriod(a: { readonly count: number; readonly unit: string }, b: typeof a): boolean {
  return a.count === b.count && a.unit === b.unit;
}

/** A period of any length, ordered or not. */
interface AnyPeriod {
  readonly count: number;
  readonly unit: SubscriptionPeriod['unit'];
}

/** Months of a period; undefined for a week, which is no number of months. */
export function monthsOf({ count, unit }: AnyPeriod): number | undefined {
  return unit === 'Week' ? undefined : unit === 'Year' ? count * 12 : count;
}

/** The shortest that a period can be, in milliseconds: a month of 28 days. */
export function shortestMs(period: SubscriptionPeriod): number {
  return (monthsOf(period) ?? 0) * 28 * dayMs + (period.unit === 'Week' ? period.count * 7 * dayMs : 0);
}

/** When a subscription that ends at `fromMs` would end after a renewal: the same day of the month, or its last day. An expectation only. */
export function endAfter(fromMs: EpochMs, period: AnyPeriod): EpochMs {
  const months = monthsOf(period);
  if (months === undefined) return fromMs + period.count * 7 * dayMs;
  const local = new Date(fromMs + calendarOffsetMs);
  const month = local.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const sinceMidnightMs = (((fromMs + calendarOffsetMs) % dayMs) + dayMs) % dayMs;
  return Date.UTC(local.getUTCFullYear(), month, Math.min(local.getUTCDate(), lastDay)) + sinceMidnightMs - calendarOffsetMs;
}
