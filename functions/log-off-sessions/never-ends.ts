import type { DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import { ordinaryPeriods } from '../../shared/policy/timeline.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';

const week: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Whether a schedule wants nodes at every minute of an ordinary week, by its own clock. Days with a date of their own are left aside. */
export function neverEnds(schedule: DocumentSchedule): boolean {
  const spans = week
    .flatMap((weekday) =>
      ordinaryPeriods(schedule, weekday).map(({ startMinute, endMinute }) => {
        const midnight = (weekday - 1) * minutesPerDay;
        return { start: midnight + startMinute, end: midnight + endMinute };
      }),
    )
    .sort((a, b) => a.start - b.start);
  // Sunday's night reaches into the Monday at the beginning.
  let reached = Math.max(0, ...spans.map(({ end }) => end - 7 * minutesPerDay));
  for (const { start, end } of spans) {
    if (start > reached) return false;
    reached = Math.max(reached, end);
  }
  return reached >= 7 * minutesPerDay;
}
