import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import { formatTimeOfDay } from '../policy/values/time-of-day.ts';
import { localTimeAt } from '../policy/zones.ts';

/** Whose clock an instant is read by: a zone of the policy, or the clock of a target of the policy. */
export type Place =
  | ZoneTable
  | { readonly policy: { readonly zones: Readonly<Record<string, ZoneTable>> }; readonly target: { readonly timezone: string } };

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The zone behind a place. One that the policy does not name is read as UTC. */
function zoneOf(place: Place): ZoneTable {
  return 'transitions' in place ? place : (place.policy.zones[place.target.timezone] ?? { transitions: [] });
}

/** An instant as people of a place read it, to the minute: `2026-11-25 12:30`. */
export function localText(ms: EpochMs, place: Place): string {
  const { date, minute } = localTimeAt(zoneOf(place), ms);
  return `${date} ${formatTimeOfDay(minute)}`;
}

/** The same with the name of the target's zone behind it, for those who may sit elsewhere: `2026-11-25 12:30 Asia/Shanghai`. */
export function zonedText(ms: EpochMs, place: Exclude<Place, ZoneTable>): string {
  return `${localText(ms, place)} ${place.target.timezone}`;
}

/** The day of an instant by the calendar of a place: `2026-11-25`. */
export function localDate(ms: EpochMs, place: Place): string {
  return localTimeAt(zoneOf(place), ms).date;
}

/** An instant with its day of the week: `Tue 2026-11-24 09:00`. */
export function weekdayText(ms: EpochMs, place: Place): string {
  const { weekday } = localTimeAt(zoneOf(place), ms);
  return `${weekdays[weekday - 1]} ${localText(ms, place)}`;
}

/** The day of the week and of the month of an instant: `Tue 24`. */
export function weekdayDate(ms: EpochMs, place: Place): string {
  const { date, weekday } = localTimeAt(zoneOf(place), ms);
  return `${weekdays[weekday - 1]} ${Number(date.slice(8))}`;
}
