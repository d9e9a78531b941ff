import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StrategySettings, TimerPeriod } from '../../simulator/world/strategy.ts';
import { type ScheduleReading, scheduleAt } from '../../simulator/world/weekly-schedule.ts';
import { minute } from './estate.ts';

const shanghai = 8 * 60 * minute;
const plain: ScheduleReading = { offsetMs: shanghai, leadMs: 0, disableInclusive: false, keepLastAmount: false };

function weekly(periods: readonly TimerPeriod[], days: readonly number[] = [1, 2, 3, 4, 5]): StrategySettings {
  return {
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    StrategyEnableDate: '2026-11-20',
    StrategyDisableDate: '2026-12-20',
    RecurrenceSchedules: [{ RecurrenceType: 'weekly', RecurrenceValues: days, TimerPeriods: periods }],
  };
}

const office = weekly([{ StartTime: '08:00', EndTime: '18:30', Amount: 4 }]);
const at = (text: string) => Date.parse(`${text}+08:00`);

describe('a native weekly schedule', () => {
  it.each([
    ['before a period', '2026-11-25T07:59:59.999', 0],
    ['at its first instant', '2026-11-25T08:00', 4],
    ['in its last millisecond', '2026-11-25T18:29:59.999', 4],
    ['at its end, which is outside', '2026-11-25T18:30', 0],
    ['on a weekday that is not listed', '2026-11-28T12:00', 0],
    ['before the enable date', '2026-11-19T12:00', 0],
    ['on the enable date', '2026-11-20T12:00', 4],
    ['on the last day', '2026-12-18T12:00', 4],
    ['on the disable date', '2026-12-21T12:00', 0],
  ])('asks %s for the right nodes', (_when, text, nodes) => {
    expect(scheduleAt(office, at(text), plain).amount).toBe(nodes);
  });

  it.each([
    ['Asia/Shanghai', shanghai, 4],
    ['UTC', 0, 0],
  ])('is read in the zone of the assumption: %s', (_zone, offsetMs, nodes) => {
    expect(scheduleAt(office, at('2026-11-25T09:00'), { ...plain, offsetMs }).amount).toBe(nodes);
  });

  it('asks for warm-up nodes ahead of a period, which does not run yet', () => {
    const moment = scheduleAt(office, at('2026-11-25T07:55'), { ...plain, leadMs: 6 * minute });
    expect(moment).toMatchObject({ amount: 4, periodEndMs: undefined, nextMs: at('2026-11-25T08:00') });
  });

  it.each([
    [{ disableInclusive: true }, 4],
    [{ disableInclusive: false }, 0],
  ])('counts the disable date itself as %o says', (reading, nodes) => {
    const monday = { ...office, StrategyDisableDate: '2026-12-07' };
    expect(scheduleAt(monday, at('2026-12-07T12:00'), { ...plain, ...reading }).amount).toBe(nodes);
  });

  it('keeps the last amount after its end only where told', () => {
    expect(scheduleAt(office, at('2027-01-04T12:00'), { ...plain, keepLastAmount: true })).toEqual({
      amount: 4,
      periodEndMs: undefined,
      nextMs: undefined,
    });
  });

  const period = fc
    .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 9 }))
    .map(([start, length, amount]) => ({ start: start * 15, end: Math.min(1439, (start + length) * 15), amount }));
  const text = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  const situation = fc.record({
    periods: fc.array(period, { minLength: 1, maxLength: 4 }),
    days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
    minuteOfMonth: fc.integer({ min: -3 * 1440, max: 40 * 1440 }),
    lead: fc.constantFrom(0, 6),
  });

  /** Reads the local clock of an instant through the platform's own formatter, not through arithmetic on offsets. */
  const local = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Asia/Shanghai',
    hourCycle: 'h23',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const weekdayOf = new Intl.DateTimeFormat('en-US', { timeZone: 'Asia/Shanghai', weekday: 'short' });
  const names = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

  it('agrees with a reading of the wall clock, minute for minute', () => {
    fc.assert(
      fc.property(situation, ({ periods, days, minuteOfMonth, lead }) => {
        const settings = weekly(
          periods.map(({ start, end, amount }) => ({ StartTime: text(start), EndTime: text(end), Amount: amount })),
          days,
        );
        const running = (ms: number) => {
          const [date = '', time = ''] = local.format(ms).split(', ');
          if (date < '2026-11-20' || date >= '2026-12-20' || !days.includes(names.indexOf(weekdayOf.format(ms)))) return [];
          return periods.filter(({ start, end }) => text(start) <= time && time < text(end));
        };
        const ms = at('2026-11-20T00:00') + minuteOfMonth * minute;
        const starting = Array.from({ length: lead }, (_, i) => ms + (i + 1) * minute)
          .flatMap((later) => running(later).filter(({ start }) => local.format(later).endsWith(`, ${text(start)}`)))
          .map(({ amount }) => amount);
        const expected = Math.max(0, ...running(ms).map(({ amount }) => amount), ...(ms < at('2026-12-20T00:00') ? starting : []));
        expect(scheduleAt(settings, ms, { ...plain, leadMs: lead * minute }).amount).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('stays the same until the instant that it names as the next', () => {
    fc.assert(
      fc.property(situation, fc.nat(99), ({ periods, days, minuteOfMonth, lead }, share) => {
        const settings = weekly(
          periods.map(({ start, end, amount }) => ({ StartTime: text(start), EndTime: text(end), Amount: amount })),
          days,
        );
        const reading = { ...plain, leadMs: lead * minute };
        const ms = at('2026-11-20T00:00') + minuteOfMonth * minute;
        const now = scheduleAt(settings, ms, reading);
        const untilMs = now.nextMs ?? ms + 60 * 1440 * minute;
        expect(untilMs).toBeGreaterThan(ms);
        const between = ms + Math.floor(((untilMs - ms) * share) / 100);
        expect(scheduleAt(settings, between, reading).amount).toBe(now.amount);
      }),
      { numRuns: 300 },
    );
  });
});
