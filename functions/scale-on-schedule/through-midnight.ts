import type { DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import { ordinaryPeriods } from '../../shared/policy/timeline.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';
import { weekdays } from './strategy-text.ts';

/**
 * Whether a schedule wants nodes through a midnight of an ordinary week, by its own clock. Days with a date of their own are left
 * aside: the service's schedule can deviate on them.
 */
export function runsThroughMidnight(schedule: DocumentSchedule): boolean {
  return weekdays.some((weekday) => {
    const next = ordinaryPeriods(schedule, ((weekday % 7) + 1) as IsoWeekday);
    return ordinaryPeriods(schedule, weekday).some(
      ({ endMinute }) => endMinute > minutesPerDay || (endMinute === minutesPerDay && next.some(({ startMinute }) => startMinute === 0)),
    );
  });
}
