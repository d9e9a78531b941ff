import { weekdays } from '../../functions/scale-on-schedule/strategy.ts';
import type { NativeWeek } from '../../shared/fleet/delivery-group.ts';
import type { Level } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { formatLevel } from '../../shared/policy/values/level.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';

/** A day of a schedule as the policy writes it: times and levels. */
type DayText = readonly (readonly [times: string, level: string])[];

/** A schedule as the policy writes it. */
export interface ScheduleDraft {
  /** The same for the same schedule. */
  readonly key: string;
  /** A name that says what it is; not unique yet. */
  readonly name: string;
  /** By the word for the day: everyday, workday, restday or a weekday. */
  readonly days: readonly (readonly [day: string, periods: DayText])[];
}

/** The last minute of a day, in minutes since midnight. */
export const lastMinute = 1439;

const names = ['', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The schedule that wants a count of nodes at all times. */
export function constantSchedule(nodes: number): ScheduleDraft {
  return draftOf(`always-${nodes}`, [['everyday', [['00:00-24:00', formatLevel({ nodes })]]]]);
}

/** The schedule of a week, its levels given for the periods in the order of `periodsOf`. */
export function weekSchedule(week: NativeWeek, levels: readonly Level[]): ScheduleDraft {
  let at = 0;
  const byDay = new Map<IsoWeekday, DayText>();
  for (const day of weekdays) {
    const periods = (week[day] ?? []).map(({ startMinute, endMinute }) => {
      // The service ends a period at 23:59 at the latest; in a policy that is the whole day.
      const end = endMinute === lastMinute ? lastMinute + 1 : endMinute;
      return [`${formatTimeOfDay(startMinute)}-${formatTimeOfDay(end)}`, formatLevel(levels[at++] as Level)] as const;
    });
    byDay.set(day, periods);
  }
  const periods = periodsOf(week);
  const first = Math.min(...periods.map(({ startMinute }) => startMinute));
  const last = Math.max(...periods.map(({ endMinute }) => endMinute));
  const days = daysOf(byDay);
  const words = days.map(([word]) => word).join();
  const which = words === 'everyday' ? 'everyday' : words === 'workday' ? 'workdays' : words === 'restday' ? 'restdays' : 'week';
  const [level] = new Set(levels.map(formatLevel)).size === 1 ? levels : [];
  const counted = level !== undefined && 'nodes' in level ? `-${formatLevel(level).replace(' ', '-')}` : '';
  return draftOf(`${which}-${formatTimeOfDay(first)}-${formatTimeOfDay(last)}${counted}`.replaceAll(':', ''), days);
}

/** The periods of a week, Monday's first. */
export function periodsOf(week: NativeWeek) {
  return weekdays.flatMap((day) => week[day] ?? []);
}

/** The times of a week without its counts, as text: equal for weeks that one schedule can serve. */
export function timesKey(week: NativeWeek): string {
  return weekdays.map((day) => (week[day] ?? []).map(({ startMinute, endMinute }) => `${startMinute}-${endMinute}`).join()).join('|');
}

function draftOf(name: string, days: ScheduleDraft['days']): ScheduleDraft {
  return { name, days, key: JSON.stringify(days) };
}

/**
 * The fewest words for a week. A word beats a wider one: a weekday beats workday and restday. Days of `workday` follow a calendar of plain
 * weeks, so the words mean Monday to Friday until somebody gives the target another calendar.
 */
function daysOf(byDay: ReadonlyMap<IsoWeekday, DayText>): ScheduleDraft['days'] {
  const of = (day: IsoWeekday): DayText => byDay.get(day) ?? [];
  const text = (day: IsoWeekday) => JSON.stringify(of(day));
  if (weekdays.every((day) => text(day) === text(1))) return [['everyday', of(1)]];
  const usual = weekdays.slice(0, 5).find((day) => weekdays.slice(0, 5).filter((other) => text(other) === text(day)).length >= 3);
  const days: [string, DayText][] = [];
  if (usual !== undefined && of(usual).length > 0) days.push(['workday', of(usual)]);
  const alikeAtRest = text(6) === text(7);
  if (alikeAtRest && of(6).length > 0) days.push(['restday', of(6)]);
  for (const day of weekdays) {
    const standard = day <= 5 ? (usual === undefined ? '[]' : text(usual)) : alikeAtRest ? text(6) : '[]';
    if (text(day) !== standard) days.push([names[day] as string, of(day)]);
  }
  return days;
}
