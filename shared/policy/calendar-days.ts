import type { EpochMs } from '../client/clock.ts';
import { type Calendar, type CalendarSource, calendarOf, knowsYear, plainKind } from './calendar.ts';
import { chinaStateCouncil } from './calendar-source/china.ts';
import type { DocumentCalendar, PolicyDocument } from './document.ts';
import { addDays, dateOfLocalMs, dayMs } from './values/local-date-time.ts';

/** The sources that `source` under `calendars` may name. */
const sources: Readonly<Record<string, CalendarSource>> = { [chinaStateCouncil.name]: chinaStateCouncil };

/** The calendar that a policy describes, with the days of its source as they are installed here. */
export function calendarFrom(definition: DocumentCalendar): Calendar {
  return calendarOf(definition, definition.source === undefined ? undefined : sources[definition.source]);
}

/** The days of a calendar that are no plain weekdays, and the years that it knew, own dates of the policy included. */
interface KnownDays {
  readonly years: readonly number[];
  readonly holidays: readonly string[];
  readonly workdays: readonly string[];
}

/** The days of the calendars that take theirs from a source, by name: what a policy was compiled with, whatever is installed later. */
export type CalendarDays = Readonly<Record<string, KnownDays>>;

/** A day that two lists of a calendar have otherwise. */
export interface ChangedDay {
  readonly calendar: string;
  readonly date: string;
  readonly from: 'workday' | 'restday' | 'unpublished';
  readonly to: 'workday' | 'restday' | 'unpublished';
}

/** Days around a policy that its compiled form looks at, see `compile`. */
const aroundMs = 40 * dayMs;

/** The days of a document's calendars for the years that a policy from `fromMs` to `untilMs` touches. */
export function calendarDays(document: PolicyDocument, fromMs: EpochMs, untilMs: EpochMs): CalendarDays {
  const [first, last] = [yearOf(fromMs - aroundMs), yearOf(untilMs + aroundMs)];
  const sourced = Object.entries(document.calendars).filter(([, { source }]) => source !== undefined);
  return Object.fromEntries(
    sourced.map(([name, definition]) => {
      const calendar = calendarFrom(definition);
      const years: number[] = [];
      for (let year = first; year <= last; year++) if (knowsYear(calendar, year)) years.push(year);
      const odd = years.flatMap(datesOf).filter((date) => calendar.dayKind(date) !== plainKind(date));
      const [holidays, workdays] = [
        odd.filter((date) => plainKind(date) === 'workday'),
        odd.filter((date) => plainKind(date) === 'restday'),
      ];
      return [name, { years, holidays, workdays }];
    }),
  );
}

/** The same document with the days that were known then; a year that was not known then is as it is known now. */
export function withCalendarDays(document: PolicyDocument, then: CalendarDays, fromMs: EpochMs, untilMs: EpochMs): PolicyDocument {
  const now = calendarDays(document, fromMs, untilMs);
  const calendars = Object.entries(document.calendars).map(([name, definition]) => {
    const [old, fresh] = [then[name], now[name]];
    if (old === undefined || fresh === undefined) return [name, definition];
    const isNew = (date: string): boolean => !old.years.includes(Number(date.slice(0, 4)));
    const { source: _source, ...rest } = definition;
    const known = {
      years: [...new Set([...old.years, ...fresh.years])].sort((a, b) => a - b),
      holidays: [...new Set([...definition.holidays, ...old.holidays, ...fresh.holidays.filter(isNew)])],
      workdays: [...new Set([...definition.workdays, ...old.workdays, ...fresh.workdays.filter(isNew)])],
    };
    return [name, { ...rest, ...known }];
  });
  return { ...document, calendars: Object.fromEntries(calendars) };
}

/** The days that differ between two lists of the same calendars, ascending; calendars that only one of them has are left aside. */
export function changedDays(before: CalendarDays, after: CalendarDays): readonly ChangedDay[] {
  return Object.entries(after).flatMap(([calendar, fresh]) => {
    const old = before[calendar];
    if (old === undefined) return [];
    const dates = [...new Set([...old.years, ...fresh.years])].sort((a, b) => a - b).flatMap(datesOf);
    return dates.flatMap((date) => {
      const [from, to] = [kindIn(old, date), kindIn(fresh, date)];
      // A year that was not known yet went by plain weekdays, or held; that it is known now changes its odd days only.
      if (from === to || (from === 'unpublished' && to === plainKind(date)) || (to === 'unpublished' && !isWithin(old, fresh, date)))
        return [];
      return [{ calendar, date, from, to }];
    });
  });
}

/** Whether a year that is missing from the later list should be in it: lists of two horizons end in different years. */
function isWithin(old: KnownDays, fresh: KnownDays, date: string): boolean {
  return Number(date.slice(0, 4)) < Math.min(Math.max(...old.years), Math.max(...fresh.years));
}

function kindIn({ years, holidays, workdays }: KnownDays, date: string): ChangedDay['from'] {
  if (!years.includes(Number(date.slice(0, 4)))) return 'unpublished';
  if (holidays.includes(date)) return 'restday';
  return workdays.includes(date) ? 'workday' : plainKind(date);
}

function datesOf(year: number): string[] {
  const dates: string[] = [];
  for (let date = `${year}-01-01`; date.startsWith(`${year}-`); date = addDays(date, 1)) dates.push(date);
  return dates;
}

function yearOf(ms: EpochMs): number {
  return Number(dateOfLocalMs(ms).slice(0, 4));
}
