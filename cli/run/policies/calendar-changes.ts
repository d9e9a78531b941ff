import { listed } from '../../../shared/engine/notifications.ts';
import { type CalendarDays, changedDays } from '../../../shared/policy/calendar-days.ts';
import type { CompiledPolicy, ZoneTable } from '../../../shared/policy/compiled.ts';
import { dateOfLocalMs } from '../../../shared/policy/values/local-date-time.ts';
import { formatTimeOfDay } from '../../../shared/policy/values/time-of-day.ts';

/** What a policy was compiled with beside its text. */
export interface CompiledWith {
  readonly calendars: CalendarDays | undefined;
  readonly policy: CompiledPolicy;
}

/**
 * What two policies take for granted in different ways although no line of them says so, as lines for people: days of calendars, and offsets of
 * zones, from the later one's beginning on. Empty where nothing differs, or nothing is known of the earlier one.
 */
export function calendarChanges(before: CompiledWith, after: CompiledWith): readonly string[] {
  const today = dateOfLocalMs(after.policy.fromMs);
  const days =
    before.calendars && after.calendars ? changedDays(before.calendars, after.calendars).filter(({ date }) => date >= today) : [];
  const calendars = [...new Set(days.map(({ calendar }) => calendar))].map((name) => {
    const own = days.filter(({ calendar }) => calendar === name).map(({ date, from, to }) => `${date} ${from} → ${to}`);
    return `calendar ${name}: ${listed(own, ', ')}`;
  });
  return [...calendars, ...zoneChanges(before.policy, after.policy)];
}

function zoneChanges(before: CompiledPolicy, after: CompiledPolicy): readonly string[] {
  const [fromMs, untilMs] = [Math.max(before.fromMs, after.fromMs), Math.min(before.untilMs, after.untilMs)];
  return Object.entries(after.zones).flatMap(([name, zone]) => {
    const old = before.zones[name];
    if (old === undefined || shown(old, fromMs, untilMs) === shown(zone, fromMs, untilMs)) return [];
    return [`time zone ${name}: ${shown(old, fromMs, untilMs)} → ${shown(zone, fromMs, untilMs)}`];
  });
}

/** The offsets of a zone in a stretch: `+08:00`, or `-05:00, from 2027-03-14 -04:00`. */
function shown({ transitions }: ZoneTable, fromMs: number, untilMs: number): string {
  const first = transitions.findLast(({ atMs }) => atMs <= fromMs) ?? transitions[0];
  const later = transitions.filter(({ atMs }) => atMs > fromMs && atMs < untilMs);
  const changes = later.map(({ atMs, offsetMs }) => `from ${dateOfLocalMs(atMs)} ${offsetText(offsetMs)}`);
  return [offsetText(first?.offsetMs ?? 0), ...changes].join(', ');
}

function offsetText(offsetMs: number): string {
  return `${offsetMs < 0 ? '-' : '+'}${formatTimeOfDay(Math.floor(Math.abs(offsetMs) / 60_000))}`;
}
