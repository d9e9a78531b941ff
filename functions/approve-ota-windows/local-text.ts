import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { dateOfLocalMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** An instant as people of the target read it, to the minute: `2026-11-25 12:30`. */
export function localText({ policy, target }: Pick<PlanContext, 'policy' | 'target'>, ms: EpochMs): string {
  const { date, minute } = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, ms);
  return `${date} ${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

/** The local date `yyyy-MM-dd` of an instant in the target's zone. */
export function localDate(context: Pick<PlanContext, 'policy' | 'target'>, ms: EpochMs): string {
  return localText(context, ms).slice(0, 10);
}

/** An instant in UTC, to the second: `2026-11-25T04:30:00Z`. */
export function utcText(ms: EpochMs): string {
  const seconds = Math.floor(ms / 1000) - localMsOf(dateOfLocalMs(ms), 0) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${dateOfLocalMs(ms)}T${parts.map(twoDigits).join(':')}Z`;
}
