import type { EpochMs } from '../../../shared/client/clock.ts';
import { endAfter } from '../../../shared/fleet/subscription-period.ts';
import type { RenewalPeriod } from './contract.ts';

const dayMs = 86_400_000;

/**
 * Two readings of one expiry may differ by less than this, in milliseconds: the list and the single read may round differently, and the
 * shortest period that can be ordered is a week.
 */
const sameExpiryWithinMs = 3_600_000;

/** How an expiry compares with the one that was read before. */
export type ExpiryMove = 'none' | 'later' | 'earlier';

/** Whether an expiry has moved since it was read. */
export function expiryMovedBy(fromMs: EpochMs, toMs: EpochMs): ExpiryMove {
  if (Math.abs(toMs - fromMs) < sameExpiryWithinMs) return 'none';
  return toMs > fromMs ? 'later' : 'earlier';
}

/**
 * Whether an expiry moved by the period that was ordered. A day more or less counts as equal: how the service rounds to ends of days and
 * of months is not documented, and the shortest other period differs by weeks.
 */
export function shiftMatches(fromMs: EpochMs, toMs: EpochMs, period: RenewalPeriod): boolean {
  return Math.abs(toMs - endAfter(fromMs, period)) <= dayMs;
}
