import type { EpochMs } from '../../shared/client/clock.ts';
import type { NativePeriod, NativeWeek } from '../../shared/fleet/delivery-group.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, offsetAt } from '../../shared/policy/zones.ts';
import { type FittedDay, fitDay } from './native-day.ts';
import type { ServiceDay } from './service-day.ts';
import type { Span, Step } from './steps.ts';
import { sameDay } from './strategy-text.ts';
import type { Wish } from './wish.ts';

/** A wish in the form of the service's own weekly schedule. */
export interface NativeSchedule {
  /** What is to be written: an ordinary week in which only today and tomorrow may differ. */
  readonly week: NativeWeek;
  /** The week without any deviation, as it is in force from the day after tomorrow on. */
  readonly ordinary: NativeWeek;
  /** The ordinary week as wanted, before it was fitted to the service's rules. Only for sums. */
  readonly wanted: NativeWeek;
  /** Dates of today and tomorrow, in the service's zone, that differ from the ordinary week. */
  readonly deviating: readonly string[];
  /** Weekdays of today and tomorrow whose kind is not published. */
  readonly unknown: readonly IsoWeekday[];
  /** Whether some day of the week had to be merged or stretched. */
  readonly merged: boolean;
  /** What merging adds to an ordinary week, in node-minutes. */
  readonly extraNodeMinutes: number;
  /** Whether the last minute of some day is wanted, which the service cannot give. */
  readonly endsEarly: boolean;
  /** Whether nodes are wanted through a midnight of the ordinary week: the service would drop them for a minute. */
  readonly gapAtMidnight: boolean;
  /** The same for the midnight that is next. */
  readonly gapTonight: boolean;
}

interface Day {
  readonly date: string;
  readonly weekday: IsoWeekday;
  readonly span: Span;
}

/**
 * Writes a wish as a weekly schedule of the service, in its zone. Today and tomorrow come from the calendar, the other five days
 * from the ordinary week, so that ordinary weeks keep running when nothing rewrites them. With `stepwise`, today's merged periods
 * have the amount that is wanted now until they are over, so between the first step and the end of a period that weekday depends on
 * being rewritten.
 */
export function nativeSchedule(wish: Wish, today: ServiceDay, stepwise: boolean): NativeSchedule {
  const { zone } = today;
  const days = [0, 1, 2, 3, 4, 5, 6].map((ahead) => dayOf(addDays(today.date, ahead), zone));
  const wantedOrdinary = days.map((day) => periodsOf(wish.ordinary(known(day.span, wish)), shiftOf(day.span, wish), day, zone));
  const ordinary = wantedOrdinary.map((periods) => fitDay(periods));
  const wantedSoon = days.slice(0, 2).map((day) => periodsOf(wish.between(day.span), 0, day, zone));
  const soon = wantedSoon.map((periods, ahead) => fitDay(periods, stepwise && ahead === 0 ? today.minute : undefined));
  const written = days.map((_, ahead) => soon[ahead] ?? (ordinary[ahead] as FittedDay));
  const at = (list: readonly FittedDay[], index: number) => list[index % 7] as FittedDay;
  return {
    week: weekOf(days, (index) => at(written, index).periods),
    ordinary: weekOf(days, (index) => at(ordinary, index).periods),
    wanted: weekOf(days, (index) => wantedOrdinary[index] as readonly NativePeriod[]),
    deviating: days.slice(0, 2).flatMap((day, i) => (sameDay(wantedSoon[i] ?? [], wantedOrdinary[i] ?? []) ? [] : [day.date])),
    unknown: days.slice(0, 2).flatMap((day) => (isUnpublished(day.span, wish) ? [day.weekday] : [])),
    merged: written.some((day) => day.merged),
    extraNodeMinutes: ordinary.reduce((sum, day) => sum + day.extraNodeMinutes, 0),
    endsEarly: written.some((day) => day.reachesMidnight),
    gapAtMidnight: ordinary.some((day, index) => day.reachesMidnight && at(ordinary, index + 1).startsAtMidnight),
    gapTonight: at(written, 0).reachesMidnight && at(written, 1).startsAtMidnight,
  };
}

function dayOf(date: string, zone: ZoneTable): Day {
  const span = { fromMs: instantOf(zone, localMsOf(date, 0)), untilMs: instantOf(zone, localMsOf(addDays(date, 1), 0)) };
  return { date, weekday: isoWeekday(date), span };
}

/** A timeline ends somewhere; a day beyond it repeats the same weekday of the week before or after. */
function shiftOf(span: Span, { timeline }: Wish): number {
  if (span.untilMs > timeline.untilMs) return -7 * dayMs;
  return span.fromMs < timeline.fromMs ? 7 * dayMs : 0;
}

function known(span: Span, wish: Wish): Span {
  const shift = shiftOf(span, wish);
  return { fromMs: span.fromMs + shift, untilMs: span.untilMs + shift };
}

/** Steps as periods of a local day; `shiftMs` is how far the steps were taken from. Parts of minutes round outward. */
function periodsOf(steps: readonly Step[], shiftMs: number, day: Day, zone: ZoneTable): NativePeriod[] {
  const midnight = localMsOf(day.date, 0);
  const minute = (ms: EpochMs) => (ms + offsetAt(zone, ms) - midnight) / 60_000;
  const periods: NativePeriod[] = [];
  for (const step of steps) {
    const [startMs, endMs] = [step.startMs - shiftMs, step.endMs - shiftMs];
    const startMinute = Math.max(periods.at(-1)?.endMinute ?? 0, startMs <= day.span.fromMs ? 0 : Math.floor(minute(startMs)));
    const endMinute = endMs >= day.span.untilMs ? 1440 : Math.min(1440, Math.ceil(minute(endMs)));
    if (endMinute > startMinute) periods.push({ startMinute, endMinute, amount: step.nodes });
  }
  return periods;
}

function weekOf(days: readonly Day[], periods: (index: number) => readonly NativePeriod[]): NativeWeek {
  const week: Partial<Record<IsoWeekday, readonly NativePeriod[]>> = {};
  for (const [index, day] of days.entries()) {
    const list = periods(index);
    if (list.length > 0) week[day.weekday] = list;
  }
  return week;
}

function isUnpublished(span: Span, { timeline }: Wish): boolean {
  return timeline.unknown.some((stretch) => stretch.startMs < span.untilMs && span.fromMs < stretch.endMs);
}
