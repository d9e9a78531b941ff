import type { DocumentCalendar } from './document.ts';
import { isoWeekday } from './values/local-date-time.ts';

/** What a day is to people who work by a calendar. */
export type DayKind = 'workday' | 'restday';

/** Published holidays and make-up workdays of a country. */
export interface CalendarSource {
  /** The name as `source` in the policy spells it. */
  readonly name: string;
  /** Whether the days of a year are published; for any other year `dayKind` must not be asked. */
  publishes(year: number): boolean;
  /** The kind of a date `yyyy-MM-dd` of a published year. */
  dayKind(date: string): DayKind;
}

/** A working calendar: for each date its kind, or that it is not known yet. */
export interface Calendar {
  /** The kind of a date `yyyy-MM-dd`; `unpublished` where neither the owner nor the source has said anything about its year. */
  dayKind(date: string): DayKind | 'unpublished';
  /** What the policy wants for unpublished years: plain weekdays with a warning, or holding. */
  readonly unpublishedYear: 'warn' | 'hold';
}

/** The kind of a date in a week without holidays: Monday to Friday work. */
export function plainKind(date: string): DayKind {
  return isoWeekday(date) <= 5 ? 'workday' : 'restday';
}

/** The calendar of a target that names none: Monday to Friday, every year known. */
export const plainWeek: Calendar = { dayKind: plainKind, unpublishedYear: 'warn' };

/**
 * The calendar that a policy describes. Own dates beat the source. A year is known when the source publishes it or `years`
 * declares it; without source and `years` every year is a plain one. A date in both own lists counts as a holiday.
 */
export function calendarOf(document: DocumentCalendar, source: CalendarSource | undefined): Calendar {
  const holidays = new Set(document.holidays);
  const workdays = new Set(document.workdays);
  const declared = document.years === undefined ? undefined : new Set(document.years);
  return {
    unpublishedYear: document.unpublishedYear,
    dayKind(date) {
      if (holidays.has(date)) return 'restday';
      if (workdays.has(date)) return 'workday';
      const year = Number(date.slice(0, 4));
      if (source?.publishes(year)) return source.dayKind(date);
      const known = declared?.has(year) ?? source === undefined;
      return known ? plainKind(date) : 'unpublished';
    },
  };
}

/** Whether a year counts as published: whether the calendar knows the kind of every one of its days. */
export function knowsYear(calendar: Calendar, year: number): boolean {
  for (let month = 1; month <= 12; month++) {
    const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
    for (let day = 1; day <= days; day++) {
      const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
      if (calendar.dayKind(date) === 'unpublished') return false;
    }
  }
  return true;
}
