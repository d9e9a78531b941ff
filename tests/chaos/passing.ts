import type { EpochMs } from '../../shared/client/clock.ts';
import type { RandomStream } from '../../simulator/world/random.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../fixtures/times.ts';

const changesOfMonth = [shanghai('2026-12-01 00:00'), shanghai('2027-01-01 00:00'), shanghai('2027-02-01 00:00')];

const jumps = [1 * minuteMs, 5 * minuteMs, 16 * minuteMs, 61 * minuteMs, 3 * hourMs, 8 * hourMs, 20 * hourMs];

/** How much time passes between two rounds: a minute to a day, and a stop near each change of month. */
export function jumpMs(random: RandomStream, nowMs: EpochMs): number {
  const ms = jumps[random.integer(0, jumps.length - 1)] as number;
  const change = changesOfMonth.find((each) => each > nowMs && each <= nowMs + ms);
  if (change === undefined) return ms;
  return Math.max(minuteMs, change + random.integer(-50, 20) * minuteMs - nowMs);
}
