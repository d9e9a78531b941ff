import type { DocumentPeriod, DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';
import { weekdays } from './strategy-text.ts';

/**
 * Whether a schedule wants nodes through a midnight of an ordinary week, by its own clock. Days with a date of their own are left
 * aside: the service's schedule can deviate on them.
 */
export function runsThroughMidnight(schedule: DocumentSchedule): boolean {
  return weekdays.some((weekday) => {
    const next = periodsOn(schedule, ((weekday % 7) + 1) as IsoWeekday);
    return periodsOn(schedule, weekday).some(
      ({ endMinute }) => endMinute > minutesPerDay || (endMinute === minutesPerDay && next.some(({ startMinute }) => startMinute === 0)),
    );
  });
}

/** The periods with nodes on a weekday of an ordinary week: a named weekday beats workday or restday, and those beat everyday. */
function periodsOn({ days }: DocumentSchedule, weekday: IsoWeekday): readonly DocumentPeriod[] {
  const kind = weekday <= 5 ? 'workday' : 'restday';
  const day =
    days.find(({ on }) => on.kind === 'weekday' && on.weekday === weekday) ??
    days.find(({ on }) => on.kind === kind) ??
    days.find(({ on }) => on.kind === 'everyday');
  return day?.periods.filter(({ level }) => !isZero(level)) ?? [];
}
