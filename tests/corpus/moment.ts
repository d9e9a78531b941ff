import fc from 'fast-check';
import { minuteMs } from '../fixtures/times.ts';

const beijingMs = 480 * minuteMs;

/** When a story is looked at, and times around it by the clock of Shanghai. */
export interface Moment {
  readonly nowMs: number;
  /** `yyyy-MM-dd`, so many days later. */
  date(days: number): string;
  /** `yyyy-MM-dd HH:mm`, so many minutes later. */
  local(minutes: number): string;
  /** `HH:mm`, so many minutes later. */
  clock(minutes: number): string;
  /** RFC 3339, so many minutes later. */
  instant(minutes: number): string;
}

/** The moment of an instant. */
function momentOf(nowMs: number): Moment {
  const local = (minutes: number) => new Date(nowMs + beijingMs + minutes * minuteMs).toISOString().slice(0, 16).replace('T', ' ');
  return {
    nowMs,
    local,
    date: (days) => local(days * 1_440).slice(0, 10),
    clock: (minutes) => local(minutes).slice(11),
    instant: (minutes) => new Date(nowMs + minutes * minuteMs).toISOString(),
  };
}

/** Ordinary days, holidays, make-up workdays, turns of months and years, and days of which no calendar is published. */
const dates = [
  ...['2026-11-25', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30', '2026-12-01'],
  ...['2026-09-24', '2026-09-25', '2026-09-20', '2026-09-30', '2026-10-01', '2026-10-07', '2026-10-08', '2026-10-10', '2026-10-25'],
  ...['2026-12-31', '2027-01-01', '2027-01-04', '2027-02-28', '2027-03-01', '2027-03-28'],
];

/** Edges of the schedules of these policies, minutes beside them, midnight, and ordinary times. */
const times = [
  ...['00:00', '00:01', '00:30', '02:00', '05:55', '06:00', '07:00', '07:55', '07:59', '08:00', '08:01', '09:00', '09:29', '09:30'],
  ...['10:17', '12:00', '12:30', '13:00', '14:45', '18:29', '18:30', '19:00', '20:00', '20:55', '21:00', '21:30', '21:31', '22:00'],
  ...['23:00', '23:15', '23:30', '23:50', '23:58', '23:59'],
];

/** A moment at which something may be about to change. */
export const moment: fc.Arbitrary<Moment> = fc
  .record({ date: fc.constantFrom(...dates), time: fc.constantFrom(...times), second: fc.constantFrom(0, 0, 0, 7) })
  .map(({ date, time, second }) => momentOf(Date.parse(`${date}T${time}:00+08:00`) + second * 1_000));

/** A value in so many of a hundred stories, and nothing in the others. */
export const sometimes = <T>(percent: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: percent, arbitrary: value }, { weight: 100 - percent, arbitrary: fc.constant(undefined) });

/** The members that are set. */
export const set = <T extends Readonly<Record<string, unknown>>>(fields: T): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
