import type { DayKind } from '../../shared/policy/calendar.ts';
import type { DaySelector, IsoWeekday } from '../../shared/policy/document.ts';
import { nearest } from '../../shared/policy/suggest.ts';
import { isoWeekday, parseLocalDate } from '../../shared/policy/values/local-date-time.ts';
import { type Parsed, parsed, refused } from '../../shared/policy/values/parsed.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const words = ['workday', 'restday', 'everyday', ...weekdays];

/** One word of `days`: a kind of day, a weekday or a date. */
export function parseWindowDay(text: string): Parsed<DaySelector> {
  if (text === 'workday' || text === 'restday' || text === 'everyday') return parsed({ kind: text });
  const weekday = weekdays.indexOf(text);
  if (weekday >= 0) return parsed({ kind: 'weekday', weekday: (weekday + 1) as IsoWeekday });
  if (/^\d/.test(text)) {
    const date = parseLocalDate(text);
    return date.ok ? parsed({ kind: 'date', date: date.value }) : date;
  }
  const meant = nearest(text, words);
  const advice = meant === undefined ? '' : `; did you mean ${meant}?`;
  return refused(
    `"${text}" is not a day; write workday, restday, everyday, a weekday such as monday, or a date such as 2026-12-31${advice}`,
  );
}

/** Whether a date is one of the days; `doubtful` where that depends on its kind, which is not published. */
export function fallsOn(days: readonly DaySelector[], date: string, kind: DayKind | 'unpublished'): 'yes' | 'no' | 'doubtful' {
  const certain = days.some((day) => {
    if (day.kind === 'date') return day.date === date;
    if (day.kind === 'weekday') return day.weekday === isoWeekday(date);
    return day.kind === 'everyday' || day.kind === kind;
  });
  if (certain) return 'yes';
  const kinds = days.filter(({ kind: word }) => word === 'workday' || word === 'restday');
  if (kind !== 'unpublished' || kinds.length === 0) return 'no';
  return new Set(kinds.map(({ kind: word }) => word)).size === 2 ? 'yes' : 'doubtful';
}

/** Whether days depend on the kind of a day, and so on a calendar. */
export function needsCalendar(days: readonly DaySelector[]): boolean {
  return days.some(({ kind }) => kind === 'workday' || kind === 'restday');
}
