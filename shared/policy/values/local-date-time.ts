import type { IsoWeekday, LocalDateTime } from '../document.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { parseTimeOfDay } from './time-of-day.ts';

/** Milliseconds of a day of 24 hours; also the step between dates counted as if they were UTC. */
export const dayMs = 86_400_000;

const shape = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A date `yyyy-MM-dd` that exists (2000 to 2199), given back as written. */
export function parseLocalDate(text: string): Parsed<string> {
  const match = shape.exec(text);
  if (match === null) return refused(`"${text}" is not a date; write year, month and day, such as 2026-12-31`);
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 2000 || year > 2199) return refused(`"${text}" has the year ${year}; write a year from 2000 to 2199`);
  if (month < 1 || month > 12) return refused(`"${text}" has the month ${match[2]}; write a month from 01 to 12`);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > last) return refused(`"${text}" does not exist; ${match[1]}-${match[2]} has the days 01 to ${last}`);
  return parsed(text);
}

/** A local date and time `2026-12-11 18:00` (or with `T`); a bare date is 00:00 of that day. */
export function parseLocalDateTime(text: string): Parsed<LocalDateTime> {
  const match = /^(\S+?)(?:(?: +|T)(\d.*))?$/.exec(text);
  if (match === null) return refused(`"${text}" is not a date and time; write 2026-12-11 18:00, or 2026-12-11 for its midnight`);
  if (/(?:Z|[+-]\d{2}:?\d{2})$/.test(match[2] ?? '')) {
    return refused(`"${text}" carries an offset; write local time without one, such as 2026-12-11 18:00`);
  }
  const date = parseLocalDate(match[1] as string);
  if (!date.ok) return date;
  if (match[2] === undefined) return parsed({ date: date.value, minute: 0 });
  const time = parseTimeOfDay(match[2]);
  return time.ok ? parsed({ date: date.value, minute: time.value }) : time;
}

/** Milliseconds that a local date and minute would have if local time were UTC; the number line on which local times are compared. */
export function localMsOf(date: string, minute: number): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) + minute * 60_000;
}

/** The date `yyyy-MM-dd` of a local time counted as if it were UTC (see `localMsOf`). */
export function dateOfLocalMs(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 10);
}

/** The date `days` after (or before, when negative) a date. */
export function addDays(date: string, days: number): string {
  return dateOfLocalMs(localMsOf(date, 0) + days * dayMs);
}

/** ISO weekday of a date: 1 = Monday … 7 = Sunday. */
export function isoWeekday(date: string): IsoWeekday {
  return (((Math.floor(localMsOf(date, 0) / dayMs) + 3) % 7) + 1) as IsoWeekday;
}
