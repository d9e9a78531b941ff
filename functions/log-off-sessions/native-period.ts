import type { EpochMs } from '../../shared/client/clock.ts';
import type { DeliveryGroup, NativePeriod, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { type LocalTime, localTimeAt } from '../../shared/policy/zones.ts';
import { clearMs } from './windows.ts';

/** How a group stands to the service's own weekly schedule: it has none, or one that is between periods, in one, or shortly before one. */
export type NativeState = 'none' | 'between' | 'in-period' | 'period-near';

const minuteMs = 60_000;
type Schedule = Extract<Strategy, { type: 'schedule' }>;

/** What the weekly schedules of a group's pools say at an instant, in the service's zone. `none` unless every pool has one that could be read. */
export function nativeState({ pools }: DeliveryGroup, policy: CompiledPolicy, nowMs: EpochMs): NativeState {
  const zone = policy.zones[policy.serviceTimeZone];
  const schedules = (pools ?? []).map(({ strategy }) => strategy).filter((each): each is Schedule => each?.type === 'schedule');
  if (zone === undefined || schedules.length === 0 || schedules.length < (pools ?? []).length) return 'none';
  const runs = (ms: EpochMs): boolean => schedules.some((schedule) => isIn(schedule, localTimeAt(zone, ms)));
  if (runs(nowMs)) return 'in-period';
  // Periods last fifteen minutes at least, so one that begins within the stretch runs at a minute of it.
  for (let ms = nowMs + minuteMs; ms <= nowMs + clearMs; ms += minuteMs) if (runs(ms)) return 'period-near';
  return 'between';
}

/** Whether the last day itself still runs is not said (API notes), so it counts as if it did. */
function isIn({ week, enableDate, disableDate }: Schedule, { date, minute, weekday }: LocalTime): boolean {
  if (enableDate !== undefined && date < enableDate) return false;
  if (disableDate !== undefined && date > disableDate) return false;
  return (week[weekday] ?? []).some(({ startMinute, endMinute }: NativePeriod) => startMinute <= minute && minute < endMinute);
}
