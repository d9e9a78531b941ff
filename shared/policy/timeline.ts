import type { EpochMs } from '../client/clock.ts';
import { type Calendar, type DayKind, plainKind, plainWeek } from './calendar.ts';
import type { Segment, Timeline, ZoneTable } from './compiled.ts';
import type { DocumentPeriod, DocumentSchedule, IsoWeekday } from './document.ts';
import { rankOn } from './values/day-selector.ts';
import { higher, isZero, sameLevel } from './values/level.ts';
import { addDays, localMsOf } from './values/local-date-time.ts';
import { minutesPerDay } from './values/time-of-day.ts';
import { instantOf, localTimeAt } from './zones.ts';

type Periods = readonly DocumentPeriod[];

/** The periods of a date by the kind of its day; the most specific days replace the whole day. */
export function periodsOn(schedule: DocumentSchedule, date: string, kind: DayKind): Periods {
  let found: { rank: number; periods: Periods } = { rank: 0, periods: [] };
  for (const { on, periods } of schedule.days) {
    const rank = rankOn(on, date, kind);
    if (rank > found.rank) found = { rank, periods };
  }
  return found.periods;
}

/** The periods above zero of a weekday in a week without holidays and dated days. */
export function ordinaryPeriods({ days }: DocumentSchedule, weekday: IsoWeekday): Periods {
  // 5 January 1970 was a Monday.
  const date = addDays('1970-01-04', weekday);
  return periodsOn({ days: days.filter(({ on }) => on.kind !== 'date') }, date, plainKind(date)).filter(({ level }) => !isZero(level));
}

/** What `buildTimeline` needs: a schedule with its name, where it is lived, and the stretch to cover. */
export interface TimelineInput {
  readonly name: string;
  readonly schedule: DocumentSchedule;
  /** Default: Monday to Friday. */
  readonly calendar?: Calendar;
  readonly timezone: string;
  /** Offsets of that zone; must cover the stretch and two days around it. */
  readonly zone: ZoneTable;
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/**
 * Resolves a schedule to instants in `[fromMs, untilMs)`. A boundary that daylight saving skips is the end of the gap, one that it
 * repeats is the first occurrence; periods that come out empty are dropped. Where the periods of two days overlap the higher counts.
 */
export function buildTimeline(input: TimelineInput): Timeline {
  const { name, schedule, zone, timezone, fromMs, untilMs } = input;
  const calendar = input.calendar ?? plainWeek;
  const undated = { days: schedule.days.filter((day) => day.on.kind !== 'date') };
  const days = datesOf(zone, fromMs, untilMs);
  const raw: Segment[] = [];
  const ordinary: Segment[] = [];
  const unknown: { startMs: EpochMs; endMs: EpochMs }[] = [];
  for (const date of days) {
    const plain = plainKind(date);
    const published = calendar.dayKind(date);
    push(raw, zone, date, periodsOn(schedule, date, published === 'unpublished' ? plain : published));
    push(ordinary, zone, date, periodsOn(undated, date, plain));
    if (published === 'unpublished' && calendar.unpublishedYear === 'hold') {
      const end = endOfDoubt(schedule, date);
      if (end !== undefined) unknown.push(stretch(zone, date, 0, end));
    }
  }
  const clip = { fromMs, untilMs };
  return {
    schedule: name,
    timezone,
    ...clip,
    segments: flatten(raw, clip),
    ordinary: flatten(ordinary, clip),
    unknown: joinStretches(unknown, clip),
  };
}

/** The minute at which it no longer matters what kind a day is, or undefined where the schedule does the same on both kinds. */
function endOfDoubt(schedule: DocumentSchedule, date: string): number | undefined {
  const work = periodsOn(schedule, date, 'workday');
  const rest = periodsOn(schedule, date, 'restday');
  if (samePeriods(work, rest)) return undefined;
  return Math.max(minutesPerDay, ...[...work, ...rest].map((period) => period.endMinute));
}

/** True where two days have the same periods, in the same order. */
export function samePeriods(a: Periods, b: Periods): boolean {
  return (
    a.length === b.length &&
    a.every((period, i) => {
      const other = b[i] as DocumentPeriod;
      return period.startMinute === other.startMinute && period.endMinute === other.endMinute && sameLevel(period.level, other.level);
    })
  );
}

/** All dates whose periods can reach into the stretch: a period may begin the day before, and the first date may be clipped. */
function datesOf(zone: ZoneTable, fromMs: EpochMs, untilMs: EpochMs): string[] {
  const dates: string[] = [];
  const last = addDays(localTimeAt(zone, untilMs).date, 1);
  for (let date = addDays(localTimeAt(zone, fromMs).date, -2); date <= last; date = addDays(date, 1)) dates.push(date);
  return dates;
}

function stretch(zone: ZoneTable, date: string, startMinute: number, endMinute: number): { startMs: EpochMs; endMs: EpochMs } {
  return { startMs: instantOf(zone, localMsOf(date, startMinute)), endMs: instantOf(zone, localMsOf(date, endMinute)) };
}

function push(into: Segment[], zone: ZoneTable, date: string, periods: Periods): void {
  for (const { startMinute, endMinute, level } of periods) {
    if (isZero(level)) continue;
    const span = stretch(zone, date, startMinute, endMinute);
    if (span.startMs < span.endMs) into.push({ ...span, level });
  }
}

interface Clip {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** Turns stretches that may overlap into ascending ones that do not, the higher level winning, and cuts them to the clip. */
function flatten(raw: readonly Segment[], clip: Clip): Segment[] {
  const sorted = [...raw].sort((a, b) => a.startMs - b.startMs);
  const edges = [...new Set(sorted.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort((a, b) => a - b);
  const result: Segment[] = [];
  let active: Segment[] = [];
  let next = 0;
  edges.forEach((edge, i) => {
    active = active.filter((segment) => segment.endMs > edge);
    for (; next < sorted.length && (sorted[next] as Segment).startMs === edge; next++) active.push(sorted[next] as Segment);
    if (active.length === 0) return;
    const startMs = Math.max(edge, clip.fromMs);
    const endMs = Math.min(edges[i + 1] as number, clip.untilMs);
    if (startMs >= endMs) return;
    const level = active.map((segment) => segment.level).reduce(higher);
    const before = result.at(-1);
    if (before?.endMs === startMs && sameLevel(before.level, level)) result[result.length - 1] = { ...before, endMs };
    else result.push({ startMs, endMs, level });
  });
  return result;
}

function joinStretches(stretches: readonly { startMs: EpochMs; endMs: EpochMs }[], clip: Clip): { startMs: EpochMs; endMs: EpochMs }[] {
  const result: { startMs: EpochMs; endMs: EpochMs }[] = [];
  for (const whole of stretches) {
    const startMs = Math.max(whole.startMs, clip.fromMs);
    const endMs = Math.min(whole.endMs, clip.untilMs);
    if (startMs >= endMs) continue;
    const before = result.at(-1);
    if (before !== undefined && startMs <= before.endMs) before.endMs = Math.max(before.endMs, endMs);
    else result.push({ startMs, endMs });
  }
  return result;
}
