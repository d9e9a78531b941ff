import type { EpochMs } from '../../shared/client/clock.ts';
import type { RandomStream } from '../../simulator/world/random.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { hours, minutes } from '../functions/renew-before-expiry/renewal-fixture.ts';

const changesOfMonth = [shanghai('2026-12-01 00:00'), shanghai('2027-01-01 00:00'), shanghai('2027-02-01 00:00')];

const jumps = [1 * minutes, 5 * minutes, 16 * minutes, 61 * minutes, 3 * hours, 8 * hours, 20 * hours];

/** How much time passes between two rounds: a minute to a day, and a stop near each change of month. */
export function jumpMs(random: RandomStream, nowMs: EpochMs): number {
  const ms = jumps[random.integer(0, jumps.length - 1)] as number;
  const change = changesOfMonth.find((each) => each > nowMs && each <= nowMs + ms);
  if (change === undefined) return ms;
  return Math.max(minutes, change + random.integer(-50, 20) * minutes - nowMs);
}
