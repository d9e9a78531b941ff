import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';

/** An instant by the clock of the target, to the minute: `2026-11-25 21:00`. */
export function localText(ms: EpochMs, { policy, target }: Pick<PlanContext, 'policy' | 'target'>): string {
  const { date, minute } = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
