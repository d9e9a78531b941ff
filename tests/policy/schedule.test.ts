import { describe, expect, it } from 'vitest';
import { calendarOf } from '../../shared/policy/calendar.ts';
import { chinaStateCouncil } from '../../shared/policy/calendar-source/china.ts';
import type { DaySelector, DocumentCalendar, DocumentSchedule } from '../../shared/policy/document.ts';
import { isUnknown, lastBoundary, levelAt, nextBoundary } from '../../shared/policy/schedule.ts';
import { buildTimeline } from '../../shared/policy/timeline.ts';
import { formatLevel, parseLevel } from '../../shared/policy/values/level.ts';
import { parseTimeRange } from '../../shared/policy/values/time-of-day.ts';
import { UnknownZoneError, zoneTable } from '../../shared/policy/zone-source.ts';
import { instantOf, localTimeAt, offsetAt } from '../../shared/policy/zones.ts';

const kinds: Readonly<Record<string, DaySelector>> = {
  everyday: { kind: 'everyday' },
  workday: { kind: 'workday' },
  restday: { kind: 'restday' },
  friday: { kind: 'weekday', weekday: 5 },
  sunday: { kind: 'weekday', weekday: 7 },
};

/** A schedule as people write it. */
function schedule(days: Readonly<Record<string, Readonly<Record<string, string>>>>): DocumentSchedule {
  return {
    days: Object.entries(days).map(([on, periods]) => ({
      on: kinds[on] ?? { kind: 'date', date: on },
      periods: Object.entries(periods).map(([range, text]) => {
        const [times, level] = [parseTimeRange(range), parseLevel(text)];
        if (!times.ok || !level.ok) throw new Error(`bad period ${range}: ${text}`);
        return { ...times.value, level: level.value };
      }),
    })),
  };
}

const china: DocumentCalendar = { source: 'china-state-council', holidays: [], workdays: [], unpublishedYear: 'warn' };

function timeline(
  days: Parameters<typeof schedule>[0],
  from: string,
  until: string,
  timezone = 'Asia/Shanghai',
  calendar?: DocumentCalendar,
) {
  const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];
  return buildTimeline({
    name: 'test',
    schedule: schedule(days),
    ...(calendar ? { calendar: calendarOf(calendar, calendar.source ? chinaStateCouncil : undefined) } : {}),
    timezone,
    zone: zoneTable(timezone, fromMs - 3 * 86_400_000, untilMs + 3 * 86_400_000),
    fromMs,
    untilMs,
  });
}

/** Segments as `start/end level` in UTC. */
function shown(segments: ReturnType<typeof timeline>['segments']): string[] {
  const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  return segments.map(({ startMs, endMs, level }) => `${minute(startMs)}/${minute(endMs)} ${formatLevel(level)}`);
}

const office = { workday: { '08:00-09:00': '40%', '09:00-18:30': '100%' } };

describe('which entry a day follows', () => {
  const days = {
    everyday: { '00:00-24:00': '1%' },
    restday: { '00:00-24:00': '2%' },
    workday: { '00:00-24:00': '3%' },
    friday: { '00:00-24:00': '4%' },
    '2026-11-27': { '00:00-24:00': '5%' },
    '2026-11-28': {},
  };
  const line = timeline(days, '2026-11-01T00:00:00Z', '2026-12-31T00:00:00Z');
  it.each([
    ['2026-11-27', '5%', 'a date beats its weekday'],
    ['2026-11-20', '4%', 'a weekday beats workday'],
    ['2026-11-26', '3%', 'workday beats everyday'],
    ['2026-11-29', '2%', 'restday beats everyday'],
    ['2026-11-28', '0 nodes', 'a date without periods is zero all day'],
  ])('on %s the level is %s: %s', (date, level) => {
    expect(formatLevel(levelAt(line, Date.parse(`${date}T12:00:00+08:00`)))).toBe(level);
  });

  it('replaces the whole day, not only the hours it names', () => {
    const short = timeline(
      { everyday: { '00:00-24:00': '100%' }, friday: { '10:00-11:00': '50%' } },
      '2026-11-27T00:00:00+08:00',
      '2026-11-28T00:00:00+08:00',
    );
    expect(shown(short.segments)).toEqual(['2026-11-27T02:00/2026-11-27T03:00 50%']);
  });

  it('works on make-up workdays and rests on holidays, while the ordinary week knows neither', () => {
    const line = timeline(office, '2026-09-30T16:00:00Z', '2026-10-11T16:00:00Z', 'Asia/Shanghai', china);
    expect(shown(line.segments).filter((text) => text.endsWith('100%'))).toEqual([
      '2026-10-08T01:00/2026-10-08T10:30 100%',
      '2026-10-09T01:00/2026-10-09T10:30 100%',
      '2026-10-10T01:00/2026-10-10T10:30 100%',
    ]);
    expect(
      shown(line.ordinary)
        .filter((text) => text.endsWith('100%'))
        .map((text) => text.slice(5, 10)),
    ).toEqual(['10-01', '10-02', '10-05', '10-06', '10-07', '10-08', '10-09']);
  });

  it('keeps named weekdays and forgets dates in the ordinary week', () => {
    const line = timeline(
      { friday: { '08:00-09:00': '10%' }, '2026-11-27': { '08:00-09:00': '90%' } },
      '2026-11-26T16:00:00Z',
      '2026-11-27T16:00:00Z',
    );
    expect(shown(line.segments)).toEqual(['2026-11-27T00:00/2026-11-27T01:00 90%']);
    expect(shown(line.ordinary)).toEqual(['2026-11-27T00:00/2026-11-27T01:00 10%']);
  });
});

describe('midnight', () => {
  it('gives a period across midnight to the day on which it starts', () => {
    const line = timeline({ friday: { '22:00-06:00': '100%' } }, '2026-11-25T16:00:00Z', '2026-11-30T16:00:00Z');
    expect(shown(line.segments)).toEqual(['2026-11-27T14:00/2026-11-27T22:00 100%']);
  });

  it('lets the higher level count where two days overlap', () => {
    const days = { friday: { '20:00-08:00': '40%' }, '2026-11-28': { '06:00-07:00': '100%', '07:00-10:00': '20%' } };
    const line = timeline(days, '2026-11-26T16:00:00Z', '2026-11-29T16:00:00Z');
    expect(shown(line.segments)).toEqual([
      '2026-11-27T12:00/2026-11-27T22:00 40%',
      '2026-11-27T22:00/2026-11-27T23:00 100%',
      '2026-11-27T23:00/2026-11-28T00:00 40%',
      '2026-11-28T00:00/2026-11-28T02:00 20%',
    ]);
  });

  it('keeps a share and a count both where two days overlap, since only a peak can compare them', () => {
    const line = timeline(
      { friday: { '22:00-02:00': '3 nodes' }, '2026-11-28': { '00:00-04:00': '50%' } },
      '2026-11-26T16:00:00Z',
      '2026-11-29T16:00:00Z',
    );
    expect(line.segments[1]?.level).toEqual({ higherOf: { percent: 50, nodes: 3 } });
  });

  it('joins a day and a night written as two periods, and days that touch', () => {
    const line = timeline({ everyday: { '00:00-12:00': '100%', '12:00-24:00': '100%' } }, '2026-11-26T16:00:00Z', '2026-11-29T16:00:00Z');
    expect(shown(line.segments)).toEqual(['2026-11-26T16:00/2026-11-29T16:00 100%']);
    expect(nextBoundary(line, line.fromMs)).toBeUndefined();
    expect(lastBoundary(line, line.untilMs - 1)).toBeUndefined();
  });
});

describe('daylight saving', () => {
  it.each([
    [
      'a boundary in the gap is the end of the gap',
      'America/New_York',
      '2027-03-14',
      { '02:30-05:00': '1 node' },
      ['2027-03-14T07:00/2027-03-14T09:00 1 node'],
    ],
    ['a period inside the gap is dropped', 'America/New_York', '2027-03-14', { '02:10-02:50': '1 node' }, []],
    [
      'a period that ends in the gap ends at its end',
      'America/New_York',
      '2027-03-14',
      { '01:00-02:30': '1 node' },
      ['2027-03-14T06:00/2027-03-14T07:00 1 node'],
    ],
    [
      'a start in the overlap is the first occurrence',
      'America/New_York',
      '2026-11-01',
      { '01:30-02:00': '1 node' },
      ['2026-11-01T05:30/2026-11-01T07:00 1 node'],
    ],
    [
      'an end in the overlap is the first occurrence',
      'America/New_York',
      '2026-11-01',
      { '00:30-01:30': '1 node' },
      ['2026-11-01T04:30/2026-11-01T05:30 1 node'],
    ],
    [
      'half an hour of overlap counts as well',
      'Australia/Lord_Howe',
      '2027-04-04',
      { '01:45-03:00': '1 node' },
      ['2027-04-03T14:45/2027-04-03T16:30 1 node'],
    ],
    [
      'half an hour of gap counts as well',
      'Australia/Lord_Howe',
      '2026-10-04',
      { '02:15-03:00': '1 node' },
      ['2026-10-03T15:30/2026-10-03T16:00 1 node'],
    ],
    [
      'a day without midnight starts when the clock jumps',
      'America/Sao_Paulo',
      '2018-11-04',
      { '00:00-02:00': '1 node' },
      ['2018-11-04T03:00/2018-11-04T04:00 1 node'],
    ],
  ])('%s (%s, %s)', (_what, zone, date, periods, wanted) => {
    const noon = Date.parse(`${date}T12:00:00Z`);
    const iso = (ms: number) => new Date(ms).toISOString();
    const line = timeline({ [date]: periods as Record<string, string> }, iso(noon - 3 * 86_400_000), iso(noon + 3 * 86_400_000), zone);
    expect(shown(line.segments)).toEqual(wanted);
  });

  it('knows offsets, local time and weekday from the table alone', () => {
    const table = zoneTable('America/New_York', Date.parse('2026-10-01T00:00:00Z'), Date.parse('2027-04-01T00:00:00Z'));
    expect(table.transitions.map(({ offsetMs }) => offsetMs / 3_600_000)).toEqual([-4, -5, -4]);
    const change = Date.parse('2026-11-01T06:00:00Z');
    expect([offsetAt(table, change - 1), offsetAt(table, change)]).toEqual([-14_400_000, -18_000_000]);
    expect(localTimeAt(table, change - 60_000)).toEqual({ date: '2026-11-01', minute: 119, weekday: 7 });
    expect(localTimeAt(table, change)).toEqual({ date: '2026-11-01', minute: 60, weekday: 7 });
    expect(instantOf(table, Date.UTC(2026, 10, 1, 1, 0))).toBe(Date.parse('2026-11-01T05:00:00Z'));
  });

  it('refuses a zone that does not exist', () => {
    expect(() => zoneTable('Asia/Peking', 0, 1)).toThrow(UnknownZoneError);
    expect(() => zoneTable('Asia/Peking', 0, 1)).toThrow(/IANA name such as Asia\/Shanghai/);
  });
});

describe('looking up a timeline', () => {
  const line = timeline(office, '2026-11-22T16:00:00Z', '2026-11-25T16:00:00Z');
  const at = (text: string) => Date.parse(`2026-11-${text}:00+08:00`);

  it('is half-open at both ends', () => {
    expect(['07:59', '08:00', '08:59', '09:00', '18:29', '18:30'].map((time) => formatLevel(levelAt(line, at(`23T${time}`))))).toEqual([
      '0 nodes',
      '40%',
      '40%',
      '100%',
      '100%',
      '0 nodes',
    ]);
  });

  it.each([
    ['23T07:00', '23T08:00', undefined],
    ['23T08:00', '23T09:00', '23T08:00'],
    ['23T12:00', '23T18:30', '23T09:00'],
    ['23T18:30', '24T08:00', '23T18:30'],
    ['25T18:30', undefined, '25T18:30'],
  ])('at %s the next step is %s and the last %s', (now, next, last) => {
    expect(nextBoundary(line, at(now))).toBe(next && at(next));
    expect(lastBoundary(line, at(now))).toBe(last && at(last));
  });
});

describe('an unpublished year', () => {
  const held: DocumentCalendar = { ...china, unpublishedYear: 'hold' };
  const span = ['2026-12-30T16:00:00Z', '2027-01-05T16:00:00Z'] as const;

  it('counts as plain weekdays under warn, without doubt', () => {
    const line = timeline(office, ...span, 'Asia/Shanghai', china);
    expect(line.unknown).toEqual([]);
    expect(
      shown(line.segments)
        .filter((text) => text.endsWith('100%'))
        .map((text) => text.slice(0, 10)),
    ).toEqual(['2026-12-31', '2027-01-01', '2027-01-04', '2027-01-05']);
  });

  it('leaves its days unknown under hold, from its first local midnight', () => {
    const line = timeline(office, ...span, 'Asia/Shanghai', held);
    expect(line.unknown).toEqual([{ startMs: Date.parse('2027-01-01T00:00:00+08:00'), endMs: line.untilMs }]);
    expect(isUnknown(line, Date.parse('2026-12-31T23:59:00+08:00'))).toBe(false);
    expect(isUnknown(line, Date.parse('2027-01-01T00:00:00+08:00'))).toBe(true);
  });

  it('leaves known what does not depend on the kind of the day', () => {
    const sameAnyway = { everyday: { '00:00-24:00': '1 node' }, '2027-01-02': { '08:00-09:00': '1 node' } };
    expect(timeline(sameAnyway, ...span, 'Asia/Shanghai', held).unknown).toEqual([]);
    const equal = { workday: { '08:00-09:00': '1 node' }, restday: { '08:00-09:00': '1 node' } };
    expect(timeline(equal, ...span, 'Asia/Shanghai', held).unknown).toEqual([]);
    const own = { ...held, holidays: ['2027-01-01', '2027-01-02', '2027-01-03', '2027-01-04', '2027-01-05'] };
    expect(timeline(office, ...span, 'Asia/Shanghai', own).unknown).toEqual([]);
  });

  it('reaches into the morning after where a night of doubt does', () => {
    const own: DocumentCalendar = { ...held, workdays: ['2027-01-02', '2027-01-03', '2027-01-04', '2027-01-05'] };
    const line = timeline({ workday: { '22:00-06:00': '1 node' } }, ...span, 'Asia/Shanghai', own);
    expect(line.unknown).toEqual([{ startMs: Date.parse('2027-01-01T00:00:00+08:00'), endMs: Date.parse('2027-01-02T06:00:00+08:00') }]);
  });
});
