import type { EpochMs } from '../../client/clock.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import { localTimeAt } from '../../policy/zones.ts';

/** An instant by the clock of a zone that the policy names: `2026-11-24 09:00 Asia/Shanghai`. */
export function localClock(ms: EpochMs, policy: Pick<CompiledPolicy, 'zones'>, timezone: string): string {
  const { date, minute } = localTimeAt(policy.zones[timezone] ?? { transitions: [] }, ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date} ${two(Math.floor(minute / 60))}:${two(minute % 60)} ${timezone}`;
}
