import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredState } from '../../../functions/scale-on-schedule/desired-state.ts';
import { fitDay, nativeSchedule } from '../../../functions/scale-on-schedule/native-schedule.ts';
import { serviceDayIn } from '../../../functions/scale-on-schedule/service-day.ts';
import { requestFor } from '../../../functions/scale-on-schedule/strategy.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import type { NativePeriod } from '../../../shared/fleet/delivery-group.ts';
import { calendarOf } from '../../../shared/policy/calendar.ts';
import type { Level, Timeline } from '../../../shared/policy/compiled.ts';
import type { DaySelector, DocumentSchedule } from '../../../shared/policy/document.ts';
import { buildTimeline } from '../../../shared/policy/timeline.ts';
import { zoneTable } from '../../../shared/policy/zone-source.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { groupOf, poolOf } from './plan-fixture.ts';

/** Ascending cuts of a day, with an amount for some of the stretches between them. */
const stretches = (amount: fc.Arbitrary<number>) =>
  fc
    .tuple(
      fc.uniqueArray(
        fc.oneof(
          fc.integer({ min: 0, max: 1440 }),
          fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15),
        ),
        { minLength: 2, maxLength: 9 },
      ),
      fc.array(amount, { minLength: 8, maxLength: 8 }),
    )
    .map(([cuts, amounts]) => {
      const sorted = [...cuts].sort((a, b) => a - b);
      return sorted
        .slice(0, -1)
        .map((startMinute, i) => ({ startMinute, endMinute: sorted[i + 1] as number, amount: amounts[i] as number }));
    });

/** Periods that touch and are of equal amount are one period, as a timeline has them. */
function joined(periods: readonly NativePeriod[]): NativePeriod[] {
  const result: NativePeriod[] = [];
  for (const period of periods) {
    const last = result.at(-1);
    if (period.amount === 0) continue;
    if (last?.endMinute === period.startMinute && last.amount === period.amount)
      result[result.length - 1] = { ...last, endMinute: period.endMinute };
    else result.push(period);
  }
  return result;
}

const amountAt = (periods: readonly NativePeriod[], minute: number): number =>
  Math.max(0, ...periods.filter((each) => each.startMinute <= minute && minute < each.endMinute).map(({ amount }) => amount));

describe('a day fitted to the rules of the service', () => {
  const days = stretches(fc.integer({ min: 0, max: 9 })).map(joined);

  it('keeps every rule, whatever is wanted', () => {
    fc.assert(
      fc.property(days, (wanted) => {
        const { periods } = fitDay(wanted);
        expect(periods.length).toBeLessThanOrEqual(3);
        for (const [i, period] of periods.entries()) {
          expect(period.endMinute - period.startMinute).toBeGreaterThanOrEqual(15);
          expect(period.startMinute).toBeGreaterThanOrEqual(0);
          expect(period.endMinute).toBeLessThanOrEqual(1439);
          expect(period.amount).toBeGreaterThanOrEqual(1);
          if (i > 0) expect(period.startMinute - (periods[i - 1] as NativePeriod).endMinute).toBeGreaterThanOrEqual(5);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never has fewer nodes than wanted, the minute before midnight apart, and exactly those where it says that nothing was merged', () => {
    fc.assert(
      fc.property(days, (wanted) => {
        const fitted = fitDay(wanted);
        let extra = 0;
        for (let minute = 0; minute < 1439; minute++) {
          const [has, wants] = [amountAt(fitted.periods, minute), amountAt(wanted, minute)];
          if (has < wants) throw new Error(`minute ${minute}: ${has} instead of ${wants}`);
          extra += has - wants;
        }
        expect(fitted.extraNodeMinutes).toBe(extra);
        expect(fitted.merged).toBe(extra > 0 || fitted.periods.length !== wanted.filter(({ startMinute }) => startMinute < 1439).length);
        expect(fitted.reachesMidnight).toBe(amountAt(wanted, 1439) > 0);
        expect(fitted.startsAtMidnight).toBe(amountAt(wanted, 0) > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('has the amount of the moment in each period where it follows the steps', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 1438 }), (wanted, minute) => {
        const [merged, stepped] = [fitDay(wanted).periods, fitDay(wanted, minute).periods];
        expect(stepped.map(({ startMinute, endMinute }) => [startMinute, endMinute])).toEqual(
          merged.map(({ startMinute, endMinute }) => [startMinute, endMinute]),
        );
        expect(amountAt(stepped, minute)).toBeGreaterThanOrEqual(amountAt(wanted, minute));
        for (const [i, period] of stepped.entries()) {
          expect(period.amount).toBeLessThanOrEqual((merged[i] as NativePeriod).amount);
          expect(period.amount).toBeGreaterThanOrEqual(1);
          if (period.endMinute <= minute) expect(period.amount).toBe((merged[i] as NativePeriod).amount);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const fromMs = Date.UTC(2026, 8, 1);
const untilMs = Date.UTC(2026, 11, 20);
const service = zoneTable('Asia/Shanghai', fromMs - 864e5, untilMs + 864e5);
const china = calendarOf({ source: 'china-state-council', holidays: ['2026-11-11'], workdays: [], unpublishedYear: 'warn' }, undefined);

const level: fc.Arbitrary<Level> = fc.oneof(
  fc.integer({ min: 0, max: 10 }).map((tens) => ({ percent: tens * 10 })),
  fc.integer({ min: 0, max: 5 }).map((nodes) => ({ nodes })),
);
const on: fc.Arbitrary<DaySelector> = fc.constantFrom<DaySelector>(
  { kind: 'everyday' },
  { kind: 'workday' },
  { kind: 'restday' },
  { kind: 'weekday', weekday: 3 },
  { kind: 'weekday', weekday: 7 },
  { kind: 'date', date: '2026-10-01' },
  { kind: 'date', date: '2026-11-05' },
);
const schedule: fc.Arbitrary<DocumentSchedule> = fc
  .uniqueArray(fc.record({ on, periods: stretches(fc.integer({ min: 0, max: 1 })) }), {
    minLength: 1,
    maxLength: 4,
    selector: (day) => JSON.stringify(day.on),
  })
  .chain((days) =>
    fc.tuple(fc.constant(days), fc.array(level, { minLength: 32, maxLength: 32 })).map(([list, levels]) => ({
      days: list.map((day, i) => ({
        on: day.on,
        periods: day.periods
          .filter(({ amount }) => amount > 0)
          .map(({ startMinute, endMinute }, j) => ({ startMinute, endMinute, level: levels[(i * 8 + j) % 32] as Level })),
      })),
    })),
  );

/** Nodes that a timeline means at an instant, looked up plainly. */
function wantedAt(segments: Timeline['segments'], peak: number, ms: number): number {
  const found = segments.find((segment) => segment.startMs <= ms && ms < segment.endMs)?.level;
  if (found === undefined) return 0;
  const percent = 'percent' in found ? found.percent : 'higherOf' in found ? found.higherOf.percent : 0;
  const nodes = 'nodes' in found ? found.nodes : 'higherOf' in found ? found.higherOf.nodes : 0;
  return Math.max(Math.floor((percent * peak + 99) / 100), nodes);
}

interface Sent {
  readonly RecurrenceSchedules: readonly {
    readonly RecurrenceValues: readonly number[];
    readonly TimerPeriods: readonly { readonly StartTime: string; readonly EndTime: string; readonly Amount: number }[];
  }[];
}

/** Nodes that the service gives by a request, for each minute of each ISO weekday, as a reader of the API would work it out. */
function givenByMinute(sent: Sent): ReadonlyMap<number, Uint8Array> {
  const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const given = new Map([1, 2, 3, 4, 5, 6, 7].map((weekday) => [weekday, new Uint8Array(1440)]));
  for (const { RecurrenceValues, TimerPeriods } of sent.RecurrenceSchedules) {
    for (const weekday of RecurrenceValues) {
      for (const { StartTime, EndTime, Amount } of TimerPeriods) given.get(weekday)?.fill(Amount, minuteOf(StartTime), minuteOf(EndTime));
    }
  }
  return given;
}

describe("a schedule written as the service's own", () => {
  it('never gives less than wanted in the week to come, nor more than wanted or usual where nothing was merged, and is a request that the client sends', () => {
    const zone = fc.constantFrom('Asia/Shanghai', 'Asia/Singapore', 'Asia/Kolkata', 'America/New_York');
    const now = fc.integer({ min: Date.UTC(2026, 8, 20), max: Date.UTC(2026, 11, 1) });
    fc.assert(
      fc.property(schedule, zone, now, fc.integer({ min: 1, max: 20 }), (days, timezone, nowMs, peak) => {
        const timeline = buildTimeline({
          name: 's',
          schedule: days,
          calendar: china,
          timezone,
          zone: zoneTable(timezone, fromMs - 864e5 * 3, untilMs + 864e5 * 3),
          fromMs,
          untilMs,
        });
        const native = nativeSchedule(
          desiredState(timeline, peak, { floors: [], ratchets: [], uncut: [], doubts: [] }),
          serviceDayIn(service, nowMs),
          false,
        );
        fc.pre(Object.keys(native.week).length > 0);
        const input = requestFor(groupOf(), poolOf(), {
          type: 'schedule',
          week: native.week,
          warmUp: false,
          enableDate: native.resumes ?? '2026-11-25',
          disableDate: `2027-${(native.resumes ?? '2026-09-20').slice(5)}`,
        });
        expect(checkInput(modifyNodePoolAttribute, input)).toEqual([]);
        const sent = input.NodePoolStrategy as unknown as Sent;
        const todayMs = Math.floor((nowMs + 8 * 3_600_000) / 864e5) * 864e5 - 8 * 3_600_000;
        const given7 = givenByMinute(sent);
        const near = (segments: Timeline['segments']) =>
          segments.filter(({ startMs, endMs }) => endMs > todayMs && startMs < todayMs + 7 * 864e5);
        const [actual, ordinary] = [near(timeline.segments), near(timeline.ordinary)];
        const resumesMs = native.resumes === undefined ? 0 : Date.parse(`${native.resumes}T00:00:00+08:00`);
        for (let minute = Math.floor((nowMs - todayMs) / minuteMs); minute < 7 * 1440; minute++) {
          const ms = todayMs + minute * minuteMs;
          const wanted = wantedAt(actual, peak, ms);
          if (ms < resumesMs) {
            if (wanted > 0 && minute % 1440 !== 1439) throw new Error(`${new Date(ms).toISOString()}: ${wanted} wanted in a pause`);
            continue;
          }
          const usual = wantedAt(ordinary, peak, ms);
          const weekday = ((new Date(ms + 8 * 3_600_000).getUTCDay() + 6) % 7) + 1;
          const given = given7.get(weekday)?.[minute % 1440] ?? 0;
          if (minute % 1440 === 1439) {
            if (wanted > 0) expect(native.endsEarly).toBe(true);
            continue;
          }
          if (given < wanted) throw new Error(`${new Date(ms).toISOString()}: ${given} instead of ${wanted}`);
          const most = Math.max(wanted, usual);
          if (!native.merged && given > most) throw new Error(`${new Date(ms).toISOString()}: ${given}, more than ${most}`);
          // A day with fewer nodes than usual is written an hour before.
          const near60 = ms - nowMs < 3_600_000;
          if (!native.merged && near60 && given !== wanted)
            throw new Error(`${new Date(ms).toISOString()}: ${given}, not exactly ${wanted}`);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it('a night that a weekday has only behind a pause is no gap of tonight', () => {
  const timezone = 'Asia/Shanghai';
  const at = (text: string) => Date.parse(`${text}+08:00`);
  const all = [{ startMinute: 0, endMinute: 1440, level: { nodes: 2 } }];
  const closed = [24, 25, 26, 27, 28, 29, 30, 31].map((day) => ({ on: { kind: 'date' as const, date: `2026-12-${day}` }, periods: [] }));
  const days: DocumentSchedule['days'] = [
    { on: { kind: 'everyday' }, periods: [{ startMinute: 480, endMinute: 1080, level: { nodes: 2 } }] },
    ...closed,
    { on: { kind: 'date', date: '2027-01-01' }, periods: all },
    { on: { kind: 'date', date: '2027-01-02' }, periods: all },
  ];
  const [fromMs, untilMs] = [at('2026-12-01T00:00'), at('2027-02-01T00:00')];
  const zone = zoneTable(timezone, fromMs - 864e5, untilMs + 864e5);
  const timeline = buildTimeline({ name: 's', schedule: { days }, timezone, zone, fromMs, untilMs });
  const desired = desiredState(timeline, 1, { floors: [], ratchets: [], uncut: [], doubts: [] });
  // The 25th and the 1st are Fridays.
  const native = nativeSchedule(desired, serviceDayIn(zone, at('2026-12-25T10:00')), false);
  expect(native).toMatchObject({ resumes: '2027-01-01', gapTonight: false });
  expect(nativeSchedule(desired, serviceDayIn(zone, at('2027-01-01T10:00')), false).gapTonight).toBe(true);
});
