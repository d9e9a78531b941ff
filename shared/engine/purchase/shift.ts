import type { EpochMs } from '../../client/clock.ts';
import type { RenewalPeriod } from './contract.ts';

const dayMs = 86_400_000;
/** The service counts in China time, which has no summer time. */
const serviceOffsetMs = 8 * 3_600_000;

/**
 * The instant a period after another, on the calendar of the service: the same day of a later month, or its last day where there is no
 * such day.
 */
function expiryAfter(fromMs: EpochMs, { count, unit }: RenewalPeriod): EpochMs {
  if (unit === 'Week') return fromMs + count * 7 * dayMs;
  const local = new Date(fromMs + serviceOffsetMs);
  const month = local.getUTCMonth() + count * (unit === 'Year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(local.getUTCDate(), lastDay);
  const sinceMidnightMs = (((fromMs + serviceOffsetMs) % dayMs) + dayMs) % dayMs;
  return Date.UTC(local.getUTCFullYear(), month, day) + sinceMidnightMs - serviceOffsetMs;
}

/**
 * Whether an expiry moved by the period that was ordered. A day more or less counts as equal: how the service rounds to ends of days and
 * of months is not documented, and the shortest other period differs by weeks.
 */
export function shiftMatches(fromMs: EpochMs, toMs: EpochMs, period: RenewalPeriod): boolean {
  return Math.abs(toMs - expiryAfter(fromMs, period)) <= dayMs;
}
