import type { DayKind } from '../../shared/policy/calendar.ts';
import type { DaySelector } from '../../shared/policy/document.ts';
import { parseDaySelector, rankOn, tellsKinds } from '../../shared/policy/values/day-selector.ts';
import { type Parsed, refused } from '../../shared/policy/values/parsed.ts';

/** One word of `days`: as in a schedule. */
export function parseWindowDay(text: string): Parsed<DaySelector> {
  const day = parseDaySelector(text);
  return day.ok || day.suggestion === undefined ? day : refused(`${day.message}; did you mean ${day.suggestion}?`);
}

/** Whether a date is one of the days; `doubtful` where that depends on its kind, which is not published. */
export function fallsOn(days: readonly DaySelector[], date: string, kind: DayKind | 'unpublished'): 'yes' | 'no' | 'doubtful' {
  const on = (asKind: DayKind) => days.some((day) => rankOn(day, date, asKind) > 0);
  if (kind !== 'unpublished') return on(kind) ? 'yes' : 'no';
  const [work, rest] = [on('workday'), on('restday')];
  return work === rest ? (work ? 'yes' : 'no') : 'doubtful';
}

/** Whether days depend on the kind of a day, and so on a calendar. */
export function needsCalendar(days: readonly DaySelector[]): boolean {
  return days.some(tellsKinds);
}
