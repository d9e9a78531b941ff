import type { EpochMs } from '../../shared/client/clock.ts';
import type { CompiledPolicy, ZoneTable } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { addDays, dateOfLocalMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import type { Span } from './steps.ts';

/** What the service's clock is taken to show at an instant, worked out once for all groups of a run. */
export interface ServiceDay {
  readonly nowMs: EpochMs;
  readonly zone: ZoneTable;
  /** `yyyy-MM-dd`. */
  readonly date: string;
  readonly weekday: IsoWeekday;
  /** Minutes since midnight. */
  readonly minute: number;
  /** Today and tomorrow: protection that begins in them keeps the falling edges of a native schedule away. */
  readonly twoDays: Span;
  /** The days that a native schedule is made of: those until it resumes after a pause, and the week from there on. */
  readonly ahead: Span;
  /** Whether the date is the same in UTC. */
  readonly sameDateInUtc: boolean;
  /** The disable date of a schedule that is enabled today. */
  readonly endDate: string;
}

/** Days from the enable date to the disable date of what we write; the service takes 7 to 365 (service notes). */
export const spanDays = 364;

/** The longest pause of a native schedule, in days from today. */
export const lookAheadDays = 21;

const utc: ZoneTable = { transitions: [] };

const latest = new WeakMap<CompiledPolicy, ServiceDay>();

/** The service's day at an instant, in the zone in which the policy takes it to count the times of its schedules. */
export function serviceDay(policy: CompiledPolicy, nowMs: EpochMs): ServiceDay {
  const known = latest.get(policy);
  if (known?.nowMs === nowMs) return known;
  const day = serviceDayIn(policy.zones[policy.serviceTimeZone] ?? utc, nowMs);
  latest.set(policy, day);
  return day;
}

/** The same for a given zone. */
export function serviceDayIn(zone: ZoneTable, nowMs: EpochMs): ServiceDay {
  const { date, weekday, minute } = localTimeAt(zone, nowMs);
  const midnight = (ahead: number) => instantOf(zone, localMsOf(addDays(date, ahead), 0));
  const twoDays = { fromMs: midnight(0), untilMs: midnight(2) };
  const ahead = { fromMs: midnight(0), untilMs: midnight(lookAheadDays + 7) };
  const endDate = addDays(date, spanDays);
  return { nowMs, zone, date, weekday, minute, twoDays, ahead, sameDateInUtc: dateOfLocalMs(nowMs) === date, endDate };
}
