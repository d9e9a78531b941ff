import type { EpochMs } from '../../shared/client/clock.ts';
import type { RenewalContext } from '../../shared/engine/renewals/planner.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';

/** An instant by the clock of the target, to the minute: `2026-12-04 00:00`. */
export function localText(ms: EpochMs, { policy, target }: Pick<RenewalContext, 'policy' | 'target'>): string {
  const { date, minute } = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
