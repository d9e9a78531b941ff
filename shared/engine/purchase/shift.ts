import type { EpochMs } from '../../client/clock.ts';
import { endAfter } from '../../fleet/subscription-period.ts';
import type { RenewalPeriod } from './contract.ts';

const dayMs = 86_400_000;

/**
 * Whether an expiry moved by the period that was ordered. A day more or less counts as equal: how the service rounds to ends of days and
 * of months is not documented, and the shortest other period differs by weeks.
 */
export function shiftMatches(fromMs: EpochMs, toMs: EpochMs, period: RenewalPeriod): boolean {
  return Math.abs(toMs - endAfter(fromMs, period)) <= dayMs;
}
