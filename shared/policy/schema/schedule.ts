import * as z from 'zod/mini';
import type { DaySelector, DocumentPeriod, DocumentSchedule, IsoWeekday, ScheduleDay } from '../document.ts';
import { nearest } from '../suggest.ts';
import { parseLevel } from '../values/level.ts';
import { parseLocalDate } from '../values/local-date-time.ts';
import { formatTimeRange, parseTimeRange } from '../values/time-of-day.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const dayWords = ['workday', 'restday', 'everyday', ...weekdays];

const timeRange = '^\\d{2}:\\d{2} ?- ?\\d{2}:\\d{2}$';
const level = { type: 'string', title: 'a level', pattern: '^((100|[1-9]?\\d)\\s?%|\\d{1,3}\\s+nodes?)$', examples: ['40%', '1 node'] };
const day = {
  type: 'object',
  title: 'the periods of a day',
  description: 'Level by time; outside the times: zero. 22:00-06:00 belongs to the day it starts on.',
  additionalProperties: false,
  patternProperties: { [timeRange]: level },
};

const shape = {
  title: 'a schedule',
  description: 'Periods by day. A date beats a named weekday, that beats workday or restday, that beats everyday.',
  additionalProperties: false,
  properties: Object.fromEntries(dayWords.map((word) => [word, day])),
  patternProperties: { '^\\d{4}-\\d{2}-\\d{2}$': day },
  examples: [{ workday: { '08:00-18:30': '100%' } }],
};

type Complain = (path: (string | number)[], message: string, more?: { at?: 'key'; suggestion?: string | undefined }) => void;

function readDaySelector(key: string, complain: Complain): DaySelector | undefined {
  if (key === 'workday' || key === 'restday' || key === 'everyday') return { kind: key };
  const weekday = weekdays.indexOf(key);
  if (weekday >= 0) return { kind: 'weekday', weekday: (weekday + 1) as IsoWeekday };
  if (/^\d/.test(key)) {
    const date = parseLocalDate(key);
    if (date.ok) return { kind: 'date', date: date.value };
    complain([key], date.message, { at: 'key' });
    return undefined;
  }
  const suggestion = nearest(key, dayWords);
  complain([key], `"${key}" is not a day; write workday, restday, everyday, a weekday such as monday, or a date such as 2026-12-31`, {
    at: 'key',
    suggestion,
  });
  return undefined;
}

function readPeriod(dayKey: string, key: string, value: unknown, complain: Complain): DocumentPeriod | undefined {
  const glued = /^(\d{1,2}:\d\d ?- ?\d{1,2}:\d\d):(\S.*)$/.exec(key);
  if (glued !== null && value === null) {
    complain([dayKey, key], `a space is missing after the colon; write ${glued[1]}: ${glued[2]}`, { at: 'key' });
    return undefined;
  }
  const range = parseTimeRange(key);
  if (!range.ok) complain([dayKey, key], range.message, { at: 'key' });
  const wanted = typeof value === 'string' ? parseLevel(value) : { ok: false as const, message: unitless(value) };
  if (!wanted.ok) complain([dayKey, key], wanted.message);
  return range.ok && wanted.ok ? { ...range.value, level: wanted.value } : undefined;
}

function unitless(value: unknown): string {
  if (typeof value === 'number') return `${value} has no unit; write ${value}% of the peak or ${value} ${value === 1 ? 'node' : 'nodes'}`;
  if (value === null) return 'the period has no level; write a share of the peak such as 40%, or a count such as 1 node';
  return 'this is not a level; write a share of the peak such as 40%, or a count such as 1 node';
}

function readDay(key: string, value: unknown, complain: Complain): ScheduleDay | undefined {
  const on = readDaySelector(key, complain);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    complain([key], 'a day needs its periods; write {08:00-18:30: 100%}, or {} for zero all day');
    return undefined;
  }
  const read = Object.entries(value).map(([period, wanted]) => ({ key: period, period: readPeriod(key, period, wanted, complain) }));
  const good = read.flatMap(({ key: text, period }) => (period ? [{ key: text, ...period }] : []));
  good.sort((a, b) => a.startMinute - b.startMinute || a.endMinute - b.endMinute);
  for (const [index, period] of good.entries()) {
    const earlier = good[index - 1];
    if (earlier === undefined || period.startMinute >= earlier.endMinute) continue;
    complain([key, period.key], `overlaps ${formatTimeRange(earlier)} of the same day; let one period end where the other begins`, {
      at: 'key',
    });
  }
  return on && { on, periods: good.map(({ startMinute, endMinute, level: wanted }) => ({ startMinute, endMinute, level: wanted })) };
}

/** One entry under `schedules`: levels by day and time. Reports every wrong key and value of it, not just the first. */
export const scheduleEntry = z.pipe(
  z.record(z.string(), z.unknown()).check(z.meta(shape)),
  z.transform((value: Record<string, unknown>, payload): DocumentSchedule => {
    const complain: Complain = (path, message, more) =>
      payload.issues.push({ code: 'custom', input: value, path, message, ...(more ? { params: more } : {}) });
    if (Object.keys(value).length === 0) complain([], 'the schedule is empty; give it days, such as {workday: {08:00-18:30: 100%}}');
    return { days: Object.entries(value).flatMap(([key, periods]) => readDay(key, periods, complain) ?? []) };
  }),
);
