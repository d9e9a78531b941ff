import type { DocumentPeriod, DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';

const week: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Whether a schedule wants nodes at every minute of an ordinary week, by its own clock. Days with a date of their own are left aside. */
export function neverEnds(schedule: DocumentSchedule): boolean {
  const spans = week
    .flatMap((weekday) =>
      periodsOn(schedule, weekday).map(({ startMinute, endMinute }) => {
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

/** The periods with nodes on a weekday: a named weekday beats workday or restday, and those beat everyday. */
function periodsOn({ days }: DocumentSchedule, weekday: IsoWeekday): readonly DocumentPeriod[] {
  const kind = weekday <= 5 ? 'workday' : 'restday';
  const day =
    days.find(({ on }) => on.kind === 'weekday' && on.weekday === weekday) ??
    days.find(({ on }) => on.kind === kind) ??
    days.find(({ on }) => on.kind === 'everyday');
  return day?.periods.filter(({ level }) => !isZero(level)) ?? [];
}
