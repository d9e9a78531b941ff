import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseAge, parseDuration } from '../../shared/policy/values/duration.ts';
import { formatLevel, higher, isZero, nodesOf, parseLevel, sameLevel } from '../../shared/policy/values/level.ts';
import { addDays, isoWeekday, parseLocalDate, parseLocalDateTime } from '../../shared/policy/values/local-date-time.ts';
import type { Parsed } from '../../shared/policy/values/parsed.ts';
import { formatTimeRange, parseTimeOfDay, parseTimeRange } from '../../shared/policy/values/time-of-day.ts';
import { parseTimestamp } from '../../shared/policy/values/timestamp.ts';

type Case = readonly [parse: (text: string) => Parsed<unknown>, text: string, outcome: unknown];

const good: Case[] = [
  [parseDuration, '30m', 1_800_000],
  [parseDuration, '72h', 259_200_000],
  [parseDuration, '7d', 604_800_000],
  [parseDuration, '0m', 0],
  [parseAge, 'over 72h ago', { over: 259_200_000 }],
  [parseAge, 'under 30m ago', { under: 1_800_000 }],
  [parseTimeOfDay, '00:00', 0],
  [parseTimeOfDay, '09:30', 570],
  [parseTimeOfDay, '24:00', 1440],
  [parseTimeRange, '08:00-18:30', { startMinute: 480, endMinute: 1110 }],
  [parseTimeRange, '22:00-06:00', { startMinute: 1320, endMinute: 1800 }],
  [parseTimeRange, '00:00-24:00', { startMinute: 0, endMinute: 1440 }],
  [parseTimeRange, '22:00-00:00', { startMinute: 1320, endMinute: 1440 }],
  [parseTimeRange, '08:00 - 09:00', { startMinute: 480, endMinute: 540 }],
  [parseLevel, '40%', { percent: 40 }],
  [parseLevel, '0%', { percent: 0 }],
  [parseLevel, '1 node', { nodes: 1 }],
  [parseLevel, '12 nodes', { nodes: 12 }],
  [parseLocalDate, '2028-02-29', '2028-02-29'],
  [parseLocalDateTime, '2026-12-11 18:00', { date: '2026-12-11', minute: 1080 }],
  [parseLocalDateTime, '2026-12-11T18:00', { date: '2026-12-11', minute: 1080 }],
  [parseLocalDateTime, '2026-12-11 24:00', { date: '2026-12-11', minute: 1440 }],
  [parseLocalDateTime, '2026-12-11', { date: '2026-12-11', minute: 0 }],
  [parseTimestamp, '2026-12-05T18:00:00+08:00', Date.UTC(2026, 11, 5, 10)],
  [parseTimestamp, '2026-12-05T18:00:00.1239Z', Date.UTC(2026, 11, 5, 18, 0, 0, 123)],
  [parseTimestamp, '2026-12-05t18:00:00-03:30', Date.UTC(2026, 11, 5, 21, 30)],
];

const bad: Case[] = [
  [parseDuration, '30', /30m, 72h or 7d/],
  [parseDuration, '30 m', /30m, 72h or 7d/],
  [parseDuration, '1.5h', /whole number/],
  [parseDuration, '-5m', /whole number/],
  [parseDuration, '05m', /whole number/],
  [parseDuration, '2w', /d for days/],
  [parseDuration, '9999d', /at most 3660d/],
  [parseAge, '72h', /over 72h ago/],
  [parseAge, 'over 3 days ago', /over 72h ago/],
  [parseTimeOfDay, '8:00', /two digits/],
  [parseTimeOfDay, '08.00', /such as 08:30/],
  [parseTimeOfDay, '24:01', /past the end of the day/],
  [parseTimeOfDay, '25:00', /past the end of the day/],
  [parseTimeOfDay, '10:60', /00 to 59/],
  [parseTimeRange, '08:00', /start and end/],
  [parseTimeRange, '08:00-09:00-10:00', /start and end/],
  [parseTimeRange, '08:00-08:00', /00:00-24:00/],
  [parseTimeRange, '24:00-02:00', /write 00:00/],
  [parseTimeRange, '08:00-25:00', /past the end/],
  [parseLevel, '40', /"40%" of the peak or "40 nodes"/],
  [parseLevel, '140%', /more than the peak/],
  [parseLevel, '12.5%', /whole percent/],
  [parseLevel, '101 nodes', /more than a pool/],
  [parseLevel, 'full', /share of the peak/],
  [parseLocalDate, '2026-02-30', /01 to 28/],
  [parseLocalDate, '2026-13-01', /month/],
  [parseLocalDate, '26-01-01', /such as 2026-12-31/],
  [parseLocalDate, '1026-01-01', /2000 to 2199/],
  [parseLocalDateTime, '2026-12-11 18:00+08:00', /without one/],
  [parseLocalDateTime, '2026-12-11 18:00Z', /without one/],
  [parseLocalDateTime, '2026-12-11 6pm', /two digits/],
  [parseLocalDateTime, 'tomorrow', /such as 2026-12-31/],
  [parseTimestamp, '2026-12-05T18:00:00', /with its offset/],
  [parseTimestamp, '2026-02-30T18:00:00Z', /does not exist/],
  [parseTimestamp, '2026-12-05T24:00:00Z', /with its offset/],
  [parseTimestamp, '2026-12-05T18:00:00+24:00', /with its offset/],
];

describe('parsers of written values', () => {
  it.each(good)('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  it.each(bad)('%o refuses %s and says what to write', (parse, text, message) => {
    const result = parse(text);
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(message as RegExp) });
    expect(result).toMatchObject({ message: expect.stringMatching(/; /) });
  });

  it('never throw, whatever the text', () => {
    const parsers = [
      parseDuration,
      parseAge,
      parseTimeOfDay,
      parseTimeRange,
      parseLevel,
      parseLocalDate,
      parseLocalDateTime,
      parseTimestamp,
    ];
    fc.assert(fc.property(fc.string(), (text) => parsers.every((parse) => typeof parse(text).ok === 'boolean')));
  });

  it('writes durations and periods as it reads them', () => {
    for (const text of ['30m', '72h', '90m', '7d', '0m']) {
      const read = parseDuration(text);
      expect(parseDuration(formatDuration(read.ok ? read.value : -1))).toEqual(read);
    }
    for (const text of ['08:00-18:30', '22:00-06:00', '00:00-24:00']) {
      const range = parseTimeRange(text);
      expect(range.ok && formatTimeRange(range.value)).toBe(text);
    }
  });
});

describe('levels', () => {
  it.each([
    [{ percent: 40 }, 4, 2],
    [{ percent: 25 }, 4, 1],
    [{ percent: 1 }, 100, 1],
    [{ percent: 7 }, 100, 7],
    [{ percent: 0 }, 9, 0],
    [{ nodes: 3 }, 1, 3],
    [{ higherOf: { percent: 50, nodes: 3 } }, 4, 3],
    [{ higherOf: { percent: 50, nodes: 3 } }, 10, 5],
  ])('%o of a peak of %i is %i nodes', (level, peak, nodes) => {
    expect(nodesOf(level, peak)).toBe(nodes);
  });

  const levels = fc.oneof(
    fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ nodes: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ higherOf: fc.record({ percent: fc.integer({ min: 1, max: 100 }), nodes: fc.integer({ min: 1, max: 100 }) }) }),
  );
  const peaks = fc.integer({ min: 1, max: 100 });

  it('the higher of two levels is the higher number of nodes for every peak', () => {
    fc.assert(
      fc.property(levels, levels, peaks, (a, b, peak) => {
        expect(nodesOf(higher(a, b), peak)).toBe(Math.max(nodesOf(a, peak), nodesOf(b, peak)));
        expect(sameLevel(higher(a, b), higher(b, a))).toBe(true);
        expect(isZero(higher(a, b))).toBe(isZero(a) && isZero(b));
      }),
    );
  });

  it('says both parts of a level that waits for a peak', () => {
    expect(formatLevel({ higherOf: { percent: 50, nodes: 1 } })).toBe('the higher of 50% or 1 node');
  });
});

describe('dates', () => {
  it.each([
    ['2026-11-23', 1],
    ['2026-11-24', 2],
    ['2026-11-29', 7],
    ['2000-01-01', 6],
  ])('%s is ISO weekday %i', (date, weekday) => {
    expect(isoWeekday(date)).toBe(weekday);
  });

  it('counts days across months and leap years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2027-01-01', -1)).toBe('2026-12-31');
  });
});
