import * as z from 'zod/mini';
import type { DaySelector, DocumentPeriod, DocumentSchedule, ScheduleDay } from '../document.ts';
import { dayText, dayWords, parseDaySelector, weekdayWords } from '../values/day-selector.ts';
import { parseLevel } from '../values/level.ts';
import { formatTimeRange, minutesPerDay, parseTimeRange } from '../values/time-of-day.ts';

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
  description:
    'Periods by day. A date beats a weekday of a kind (friday workday), that a weekday, that workday or restday, that everyday. A weekday alone counts on holidays too.',
  additionalProperties: false,
  properties: Object.fromEntries(dayWords.map((word) => [word, day])),
  patternProperties: { '^\\d{4}-\\d{2}-\\d{2}$': day, [`^(${weekdayWords.join('|')}) +(workday|restday)$`]: day },
  examples: [{ workday: { '08:00-18:30': '100%' } }],
};

type Complain = (path: (string | number)[], message: string, more?: { at?: 'key'; suggestion?: string | undefined }) => void;

function readDaySelector(key: string, complain: Complain): DaySelector | undefined {
  const day = parseDaySelector(key);
  if (day.ok) return day.value;
  complain([key], day.message, { at: 'key', suggestion: day.suggestion });
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
    const days = Object.entries(value).flatMap(([key, periods]) => readDay(key, periods, complain) ?? []);
    for (const { on } of days.filter((day, index) => days.findIndex((each) => dayText(each.on) === dayText(day.on)) < index)) {
      complain([], `names ${dayText(on)} twice; write its periods once`);
    }
    return { days: days.map(bridged) };
  }),
);

/**
 * The same days where a period that ends one minute before midnight, or before the next period of the day, ends with that minute: people who
 * write `22:00-23:59` mean all of the night, and do not want all nodes to go for a minute.
 */
function bridged(day: ScheduleDay): ScheduleDay {
  const starts = new Set(day.periods.map(({ startMinute }) => startMinute));
  const gaps = day.periods.filter(({ endMinute }) => endMinute % minutesPerDay === minutesPerDay - 1 || starts.has(endMinute + 1));
  if (gaps.length === 0) return day;
  const periods = day.periods.map((period) => (gaps.includes(period) ? { ...period, endMinute: period.endMinute + 1 } : period));
  return { ...day, periods, bridged: gaps.map(formatTimeRange) };
}
