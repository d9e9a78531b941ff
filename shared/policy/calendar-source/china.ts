import published from 'chinese-days/dist/chinese-days.json' with { type: 'json' };
import type { CalendarSource, DayKind } from '../calendar.ts';
import { isoWeekday } from '../values/local-date-time.ts';

/**
 * The days that were published, by date. The library's own functions are not called: they keep dates as instants of the zone in which the process
 * began, and are a day off west of Greenwich.
 */
const days: { readonly holidays: Readonly<Record<string, string>>; readonly workdays: Readonly<Record<string, string>> } = published;

/**
 * Holidays and make-up workdays as China's State Council publishes them, for the years that the installed `chinese-days` carries.
 * The library takes days of any other year for plain weekdays without a word; National Day tells whether a year was published.
 */
export const chinaStateCouncil: CalendarSource = {
  name: 'china-state-council',
  publishes: isPublished,
  dayKind,
};

function isPublished(year: number): boolean {
  return days.holidays[`${year}-10-01`]?.startsWith('National Day') ?? false;
}

function dayKind(date: string): DayKind {
  if (Object.hasOwn(days.workdays, date)) return 'workday';
  return Object.hasOwn(days.holidays, date) || isoWeekday(date) > 5 ? 'restday' : 'workday';
}
