import type { Calendar } from '../../shared/policy/calendar.ts';
import { plainKind } from '../../shared/policy/calendar.ts';
import type { RuleCompileContext } from '../../shared/policy/rule-module.ts';
import { addDays, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';

/** Weekdays as `days` spells them, Monday first. */
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The words that `days` takes. */
export const dayWords = ['workday', 'restday', 'everyday', 'first-workday-of-month', ...weekdays] as const;

/** Days on which a digest goes out. */
export type DigestDays = (typeof dayWords)[number];

/** True where it takes a calendar to tell the days. */
export function needsCalendar(days: DigestDays): boolean {
  return days === 'workday' || days === 'restday' || days === 'first-workday-of-month';
}

/**
 * The instants in a stretch at which a digest is due, ascending: each matching day once, at `minute` by the clock of the zone. With more
 * than one calendar a day is a workday where any of them says so, and a restday where any of them does: a digest too many harms nobody.
 * In years that a calendar does not know, Monday to Friday count, whatever the calendar says of holding: silence would look like calm.
 */
export function digestSlots(
  { days, minute, calendars }: { readonly days: DigestDays; readonly minute: number; readonly calendars: readonly Calendar[] },
  zone: ReturnType<RuleCompileContext['zone']>,
  { fromMs, untilMs }: Pick<RuleCompileContext, 'fromMs' | 'untilMs'>,
): number[] {
  const kinds = (date: string) =>
    calendars.map((calendar) => {
      const kind = calendar.dayKind(date);
      return kind === 'unpublished' ? plainKind(date) : kind;
    });
  const isWorkday = (date: string) => kinds(date).includes('workday');
  const matches = (date: string): boolean => {
    if (days === 'everyday') return true;
    if (days === 'workday') return isWorkday(date);
    if (days === 'restday') return kinds(date).includes('restday');
    if (days === 'first-workday-of-month') return isWorkday(date) && !daysOfMonthBefore(date).some(isWorkday);
    return weekdays.indexOf(days) + 1 === isoWeekday(date);
  };
  const slots: number[] = [];
  const last = localTimeAt(zone, untilMs).date;
  for (let date = localTimeAt(zone, fromMs).date; date <= last; date = addDays(date, 1)) {
    const slotMs = instantOf(zone, localMsOf(date, minute));
    if (matches(date) && slotMs >= fromMs && slotMs < untilMs) slots.push(slotMs);
  }
  return slots;
}

function daysOfMonthBefore(date: string): string[] {
  const month = date.slice(0, 8);
  return Array.from({ length: Number(date.slice(8)) - 1 }, (_, index) => `${month}${String(index + 1).padStart(2, '0')}`);
}
