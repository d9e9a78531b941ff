import chineseDays from 'chinese-days';
import type { CalendarSource, DayKind } from '../calendar.ts';

/**
 * Noon of the date on this machine's clock: the library reads a text as UTC and shows it in the machine's zone, so that west of
 * Greenwich every text would be the day before.
 */
function noon(date: string): Date {
  return new Date(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)), 12);
}

/**
 * Holidays and make-up workdays as China's State Council publishes them, for the years that the installed `chinese-days` carries.
 * The library takes days of any other year for plain weekdays without a word; National Day tells whether a year was published.
 */
export const chinaStateCouncil: CalendarSource = {
  name: 'china-state-council',
  publishes: (year) => remembered(years, year, isPublished),
  dayKind: (date) => remembered(kinds, date, (day) => (chineseDays.isWorkday(noon(day)) ? 'workday' : 'restday')),
};

function isPublished(year: number): boolean {
  return year >= 1900 && year <= 9999 && chineseDays.getDayDetail(noon(`${year}-10-01`)).name.startsWith('National Day');
}

// A schedule asks for each of its days, and the library formats several dates for each answer.
const years = new Map<number, boolean>();
const kinds = new Map<string, DayKind>();

function remembered<K, V>(known: Map<K, V>, key: K, find: (key: K) => V): V {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find(key);
  known.set(key, found);
  return found;
}
