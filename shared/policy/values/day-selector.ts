import type { DayKind } from '../calendar.ts';
import type { DaySelector, IsoWeekday } from '../document.ts';
import { nearest } from '../suggest.ts';
import { isoWeekday, parseLocalDate } from './local-date-time.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

/** Weekdays as the policy spells them, Monday first. */
export const weekdayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The words for days that take no date. `friday workday` is a Friday that is a workday. */
export const dayWords: readonly string[] = ['workday', 'restday', 'everyday', ...weekdayWords];

const ofKind = /^([a-z]+) +(workday|restday)$/;

/** Days as a policy names them: a kind of day, a weekday, a weekday of a kind, or a date. */
export function parseDaySelector(text: string): Parsed<DaySelector> & { readonly suggestion?: string | undefined } {
  if (text === 'workday' || text === 'restday' || text === 'everyday') return parsed({ kind: text });
  const [, named = text, only] = ofKind.exec(text) ?? [];
  const weekday = (weekdayWords as readonly string[]).indexOf(named);
  if (weekday >= 0) {
    const on = { kind: 'weekday' as const, weekday: (weekday + 1) as IsoWeekday };
    return parsed(only === undefined ? on : { ...on, only: only as DayKind });
  }
  if (/^\d/.test(text)) {
    const date = parseLocalDate(text);
    return date.ok ? parsed({ kind: 'date', date: date.value }) : date;
  }
  const suggestion = nearest(text, dayWords);
  const what = 'write workday, restday, everyday, a weekday such as monday, both such as friday workday, or a date such as 2026-12-31';
  return { ...refused(`"${text}" is not a day; ${what}`), suggestion };
}

/** How a policy spells days. */
export function dayText(on: DaySelector): string {
  if (on.kind === 'date') return on.date;
  if (on.kind !== 'weekday') return on.kind;
  return `${weekdayWords[on.weekday - 1]}${on.only === undefined ? '' : ` ${on.only}`}`;
}

/** Whether days are about a date of a kind, and how narrowly: 0 where they are not; a higher rank beats a lower one. */
export function rankOn(on: DaySelector, date: string, kind: DayKind): number {
  if (on.kind === 'date') return on.date === date ? 5 : 0;
  if (on.kind === 'everyday') return 1;
  if (on.kind !== 'weekday') return on.kind === kind ? 2 : 0;
  if (on.weekday !== isoWeekday(date)) return 0;
  return on.only === undefined ? 3 : on.only === kind ? 4 : 0;
}

/** Whether it takes a calendar to tell the days. */
export function tellsKinds(on: DaySelector): boolean {
  return on.kind === 'workday' || on.kind === 'restday' || (on.kind === 'weekday' && on.only !== undefined);
}
