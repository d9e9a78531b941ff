import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { calendarOf } from '../../shared/policy/calendar.ts';
import type { Level, Segment, ZoneTable } from '../../shared/policy/compiled.ts';
import type { DocumentPeriod, DocumentSchedule, IsoWeekday, ScheduleDay } from '../../shared/policy/document.ts';
import { lastBoundary, levelAt, nextBoundary, segmentAt } from '../../shared/policy/schedule.ts';
import { packTimeline, unpackTimeline } from '../../shared/policy/segment-packing.ts';
import { buildTimeline } from '../../shared/policy/timeline.ts';
import { addDays } from '../../shared/policy/values/local-date-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { dayMs } from '../fixtures/times.ts';
import { oracleLevel, type Pair, pairOf } from './schedule-oracle.ts';

/** Zones with the day of an instructive clock change, or an ordinary day. */
const places = [
  ['America/New_York', '2027-03-14'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Australia/Lord_Howe', '2027-04-04'],
  ['Europe/Berlin', '2027-03-28'],
  ['Europe/Berlin', '2026-10-25'],
  ['Africa/Cairo', '2027-04-30'],
  ['America/Havana', '2026-11-01'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Shanghai', '2026-10-01'],
  ['Asia/Kolkata', '2027-01-01'],
] as const;

const levels: fc.Arbitrary<Level> = fc.oneof(
  fc.record({ percent: fc.constantFrom(0, 25, 40, 100) }),
  fc.record({ nodes: fc.constantFrom(0, 1, 5) }),
);

/** Up to four periods that follow each other, near the hours at which clocks change more often than not. */
const periods: fc.Arbitrary<DocumentPeriod[]> = fc
  .tuple(
    fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 1440 })), { minLength: 2, maxLength: 8 }),
    fc.array(levels, { minLength: 4, maxLength: 4 }),
    fc.option(fc.record({ start: fc.integer({ min: 1200, max: 1439 }), length: fc.integer({ min: 1, max: 1439 }), level: levels })),
  )
  .map(([minutes, ofPeriods, late]) => {
    const edges = minutes.sort((a, b) => a - b);
    const result: DocumentPeriod[] = [];
    for (let i = 0; i + 1 < edges.length; i += 2) {
      const [startMinute, endMinute, level] = [edges[i], edges[i + 1], ofPeriods[i / 2]] as [number, number, Level];
      if (late === null || endMinute <= late.start) result.push({ startMinute, endMinute, level });
    }
    if (late !== null) result.push({ startMinute: late.start, endMinute: late.start + late.length, level: late.level });
    return result;
  });

interface Case {
  readonly zone: string;
  readonly schedule: DocumentSchedule;
  readonly holidays: readonly string[];
  readonly workdays: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly probes: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    place: fc.constantFrom(...places),
    everyday: fc.option(periods, { freq: 2 }),
    workday: fc.option(periods, { freq: 3 }),
    restday: fc.option(periods, { freq: 2 }),
    weekday: fc.option(fc.tuple(fc.integer({ min: 1, max: 7 }), periods), { freq: 2 }),
    date: fc.option(fc.tuple(fc.integer({ min: -2, max: 3 }), periods), { freq: 2 }),
    holidays: fc.uniqueArray(fc.integer({ min: -2, max: 2 }), { maxLength: 2 }),
    workdays: fc.uniqueArray(fc.integer({ min: -2, max: 2 }), { maxLength: 2 }),
    ahead: fc.integer({ min: 0, max: dayMs }),
    length: fc.integer({ min: dayMs, max: 3 * dayMs }),
    probes: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 2, maxLength: 2 }),
  })
  .map((raw) => {
    const [zone, day] = raw.place;
    const noonMs = Date.parse(`${day}T12:00:00Z`);
    const fromMs = noonMs - dayMs - raw.ahead;
    const days: ScheduleDay[] = [];
    for (const kind of ['everyday', 'workday', 'restday'] as const) {
      const own = raw[kind];
      if (own !== null) days.push({ on: { kind }, periods: own });
    }
    if (raw.weekday !== null) days.push({ on: { kind: 'weekday', weekday: raw.weekday[0] as IsoWeekday }, periods: raw.weekday[1] });
    if (raw.date !== null) days.push({ on: { kind: 'date', date: addDays(day, raw.date[0]) }, periods: raw.date[1] });
    const untilMs = fromMs + raw.length + dayMs;
    return {
      zone,
      schedule: { days },
      holidays: raw.holidays.map((days) => addDays(day, days)),
      workdays: raw.workdays.map((days) => addDays(day, days)),
      fromMs,
      untilMs,
      probes: raw.probes.map((share) => fromMs + Math.floor(share * (untilMs - fromMs))),
    };
  });

const tables = new Map<string, ZoneTable>(
  places.map(([zone, day]) => {
    const ms = Date.parse(`${day}T12:00:00Z`);
    return [`${zone}${day}`, zoneTable(zone, ms - 20 * dayMs, ms + 20 * dayMs)] as const;
  }),
);

function timelineOf({ zone, schedule, holidays, workdays, fromMs, untilMs }: Case) {
  const place = places.find(([name, day]) => name === zone && Math.abs(Date.parse(`${day}T12:00:00Z`) - fromMs) < 10 * dayMs);
  const table = tables.get(`${place?.[0]}${place?.[1]}`);
  if (table === undefined) throw new Error('no table for the place');
  const calendar = calendarOf({ holidays, workdays, unpublishedYear: 'warn' }, undefined);
  return buildTimeline({ name: 'any', schedule, calendar, timezone: zone, zone: table, fromMs, untilMs });
}

function workdayTest({ holidays, workdays }: Case) {
  return (date: string, weekday: number) => !holidays.includes(date) && (workdays.includes(date) || weekday < 6);
}

/** The instants around the edges of one segment: where mistakes sit. */
function edgesOf(segments: readonly Segment[], seed: number): number[] {
  const segment = segments[seed % Math.max(segments.length, 1)];
  return segment === undefined ? [] : [segment.startMs - 1, segment.startMs, segment.endMs - 1, segment.endMs];
}

/** `expect` takes longer than the engine does, so it is asked only about what differs. */
function mustEqual(actual: Pair, wanted: Pair, ms: number): void {
  if (actual.percent === wanted.percent && actual.nodes === wanted.nodes) return;
  expect(actual, new Date(ms).toISOString()).toEqual(wanted);
}

describe('the schedule engine', () => {
  it('gives the level of an independent oracle at every probed instant, in 10,000 random cases', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(cases, (given) => {
        const timeline = timelineOf(given);
        const isWorkday = workdayTest(given);
        const undated = { days: given.schedule.days.filter(({ on }) => on.kind !== 'date') };
        const probes = [...given.probes, ...edgesOf(timeline.segments, given.probes[0] ?? 0)];
        for (const ms of probes) {
          if (ms < given.fromMs || ms >= given.untilMs) continue;
          const wanted = oracleLevel(given.schedule, isWorkday, given.zone, ms);
          mustEqual(pairOf(levelAt(timeline, ms)), wanted, ms);
        }
        for (const ms of edgesOf(timeline.ordinary, given.probes[1] ?? 0).slice(1, 3)) {
          if (ms < given.fromMs || ms >= given.untilMs) continue;
          const wanted = oracleLevel(undated, (_date, weekday) => weekday < 6, given.zone, ms);
          mustEqual(pairOf(segmentAt(timeline.ordinary, ms)?.level ?? { nodes: 0 }), wanted, ms);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('gives segments that ascend, never overlap, differ where they touch, and stay in the stretch', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const timeline = timelineOf(given);
        for (const list of [timeline.segments, timeline.ordinary]) {
          let before: Segment | undefined;
          for (const segment of list) {
            expect(segment.startMs).toBeLessThan(segment.endMs);
            expect(pairOf(segment.level)).not.toEqual({ percent: 0, nodes: 0 });
            expect(segment.startMs).toBeGreaterThanOrEqual(before?.endMs ?? given.fromMs);
            if (before?.endMs === segment.startMs) expect(pairOf(segment.level)).not.toEqual(pairOf(before.level));
            before = segment;
          }
          expect(before?.endMs ?? 0).toBeLessThanOrEqual(given.untilMs);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('names as next and last boundary exactly the instants at which the level changes', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const timeline = timelineOf(given);
        const level = (ms: number) => pairOf(levelAt(timeline, ms));
        const edges = [...new Set(timeline.segments.flatMap((segment) => [segment.startMs, segment.endMs]))]
          .filter((ms) => ms > given.fromMs && ms < given.untilMs)
          .sort((a, b) => a - b);
        for (const edge of edges) expect(level(edge)).not.toEqual(level(edge - 1));
        for (const ms of [...given.probes, ...edges.slice(0, 2)]) {
          expect(nextBoundary(timeline, ms)).toBe(edges.find((edge) => edge > ms));
          expect(lastBoundary(timeline, ms)).toBe(edges.findLast((edge) => edge <= ms));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('survives packing for JSON', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const timeline = timelineOf(given);
        expect(unpackTimeline(JSON.parse(JSON.stringify(packTimeline(timeline))))).toEqual(timeline);
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with the oracle over a horizon of 400 days with several clock changes', () => {
    const fromMs = Date.parse('2026-11-24T08:00:00Z');
    const untilMs = fromMs + 400 * dayMs;
    const schedule: DocumentSchedule = {
      days: [
        { on: { kind: 'workday' }, periods: [{ startMinute: 90, endMinute: 1110, level: { percent: 100 } }] },
        { on: { kind: 'restday' }, periods: [{ startMinute: 1320, endMinute: 1560, level: { nodes: 2 } }] },
      ],
    };
    const timelines = [...new Set(places.map(([zone]) => zone))].map((timezone) => {
      const zone = zoneTable(timezone, fromMs - 3 * dayMs, untilMs + 3 * dayMs);
      return buildTimeline({ name: 'any', schedule, timezone, zone, fromMs, untilMs });
    });
    const instants = fc.integer({ min: fromMs, max: untilMs - 1 });
    fc.assert(
      fc.property(fc.constantFrom(...timelines), instants, (timeline, ms) => {
        const wanted = oracleLevel(schedule, (_date, weekday) => weekday < 6, timeline.timezone, ms);
        mustEqual(pairOf(levelAt(timeline, ms)), wanted, ms);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has an oracle that knows a gap and an overlap by themselves', () => {
    const night: DocumentSchedule = {
      days: [{ on: { kind: 'everyday' }, periods: [{ startMinute: 150, endMinute: 240, level: { nodes: 1 } }] }],
    };
    const on = (text: string) => oracleLevel(night, () => true, 'America/New_York', Temporal.Instant.from(text).epochMilliseconds).nodes;
    expect([on('2027-03-14T01:59:59-05:00'), on('2027-03-14T03:00:00-04:00'), on('2027-03-14T04:00:00-04:00')]).toEqual([0, 1, 0]);
    const early: DocumentSchedule = {
      days: [{ on: { kind: 'everyday' }, periods: [{ startMinute: 30, endMinute: 90, level: { nodes: 1 } }] }],
    };
    const late = (text: string) => oracleLevel(early, () => true, 'America/New_York', Temporal.Instant.from(text).epochMilliseconds).nodes;
    expect([late('2026-11-01T01:29:59-04:00'), late('2026-11-01T01:30:00-04:00'), late('2026-11-01T01:00:00-05:00')]).toEqual([1, 0, 0]);
  });
});
