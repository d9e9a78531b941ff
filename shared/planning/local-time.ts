import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import { formatTimeOfDay } from '../policy/values/time-of-day.ts';
import { localTimeAt } from '../policy/zones.ts';

/** What a policy says about clocks. */
interface PolicyZones {
  /** The zone that people read times in. */
  readonly timezone?: string;
  readonly zones: Readonly<Record<string, ZoneTable>>;
}

/** A policy, and the target that is meant where only one is. */
type PolicyPlace = { readonly policy: PolicyZones; readonly target?: { readonly timezone: string } };

/**
 * Whose clock an instant is read by: a zone; the policy's, for what people read across targets; or a target's, where only that target is meant.
 * A target whose zone is not the policy's has the name of its zone behind every time.
 */
export type Place = ZoneTable | PolicyPlace;

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const utc: ZoneTable = { transitions: [] };

/** The zone behind a place, and its name where a time without it would be misread. A zone that the policy does not name is read as UTC, which is said. */
function zoneOf(place: Place): { readonly table: ZoneTable; readonly suffix: string } {
  if ('transitions' in place) return { table: place, suffix: '' };
  const name = nameOfZone(place);
  const table = place.policy.zones[name] ?? utc;
  const own = place.policy.timezone ?? place.target?.timezone;
  return { table, suffix: name === own ? '' : ` ${name}` };
}

function nameOfZone({ policy, target }: PolicyPlace): string {
  const name = target?.timezone ?? policy.timezone ?? 'UTC';
  return Object.hasOwn(policy.zones, name) ? name : 'UTC';
}

function minuteText(ms: EpochMs, table: ZoneTable): string {
  const { date, minute } = localTimeAt(table, ms);
  return `${date} ${formatTimeOfDay(minute)}`;
}

/** An instant as people of a place read it, to the minute: `2026-11-25 12:30`. */
export function localText(ms: EpochMs, place: Place): string {
  const { table, suffix } = zoneOf(place);
  return `${minuteText(ms, table)}${suffix}`;
}

/** The same with the name of the zone behind it, for those who may sit elsewhere: `2026-11-25 12:30 Asia/Shanghai`. */
export function zonedText(ms: EpochMs, place: PolicyPlace): string {
  return `${minuteText(ms, zoneOf(place).table)} ${nameOfZone(place)}`;
}

/** A stretch of time as people of a place read it; the day of its end only where that is another: `2026-11-25 12:30 to 14:00`. */
export function spanText(fromMs: EpochMs, untilMs: EpochMs, place: Place): string {
  const { table, suffix } = zoneOf(place);
  const [from, until] = [minuteText(fromMs, table), minuteText(untilMs, table)];
  return `${from} to ${from.slice(0, 10) === until.slice(0, 10) ? until.slice(11) : until}${suffix}`;
}

/** The day of an instant by the calendar of a place: `2026-11-25`. */
export function localDate(ms: EpochMs, place: Place): string {
  return localTimeAt(zoneOf(place).table, ms).date;
}

/** An instant with its day of the week: `Tue 2026-11-24 09:00`. */
export function weekdayText(ms: EpochMs, place: Place): string {
  const { weekday } = localTimeAt(zoneOf(place).table, ms);
  return `${weekdays[weekday - 1]} ${localText(ms, place)}`;
}

/** The day of the week and of the month of an instant: `Tue 24`. */
export function weekdayDate(ms: EpochMs, place: Place): string {
  const { date, weekday } = localTimeAt(zoneOf(place).table, ms);
  return `${weekdays[weekday - 1]} ${Number(date.slice(8))}`;
}

/** An instant as machines read it, in UTC, to the second: `2026-11-25T04:30:00Z`. Planners have no `Date`. */
export function utcText(ms: EpochMs): string {
  const { date, minute } = localTimeAt(utc, ms);
  return `${date}T${formatTimeOfDay(minute)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}Z`;
}
