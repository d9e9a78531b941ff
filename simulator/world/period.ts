import type { EpochMs } from '../../shared/client/clock.ts';
import { legalPeriods } from '../../shared/client/shapes/legal-periods.ts';
import { beijingOffsetMs, dayMs } from './local-time.ts';

/** Unit of a subscription period, as orders spell it. */
export type PeriodUnit = 'Week' | 'Month' | 'Year';

const legal: ReadonlySet<string> = new Set(legalPeriods.map(([period, unit]) => `${period} ${unit}`));

/** True for the pairs that the ordering system of delivery groups knows (API definition, combinations). */
export function isLegalPeriod(period: number, unit: string): boolean {
  return legal.has(`${period} ${unit}`);
}

/**
 * The instant a period after another, on the calendar of UTC+8. A month later is the same day of the month, or its last day
 * where there is no such day.
 */
export function addPeriod(fromMs: EpochMs, period: number, unit: PeriodUnit): EpochMs {
  if (unit === 'Week') return fromMs + period * 7 * dayMs;
  const local = new Date(fromMs + beijingOffsetMs);
  const months = local.getUTCMonth() + period * (unit === 'Year' ? 12 : 1);
  const firstMs = Date.UTC(local.getUTCFullYear(), months, 1);
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const timeMs = (fromMs + beijingOffsetMs) % dayMs;
  return firstMs + (Math.min(local.getUTCDate(), lastDay) - 1) * dayMs + timeMs - beijingOffsetMs;
}

/** The next start of a day in UTC+8 at or after an instant; subscriptions end on such boundaries. */
export function nextDayBoundary(ms: EpochMs): EpochMs {
  return Math.ceil((ms + beijingOffsetMs) / dayMs) * dayMs - beijingOffsetMs;
}
