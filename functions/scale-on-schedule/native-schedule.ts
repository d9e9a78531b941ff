import type { EpochMs } from '../../shared/client/clock.ts';
import type { NativePeriod, NativeWeek } from '../../shared/fleet/delivery-group.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { isUnknown } from '../../shared/policy/schedule.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, offsetAt } from '../../shared/policy/zones.ts';
import { amountAt, cutsOf, firstLower, highest, isIn } from './day-levels.ts';
import type { DesiredState } from './desired-state.ts';
import { lookAheadDays, type ServiceDay } from './service-day.ts';
import type { Span, Step } from './steps.ts';
import { sameDay } from './strategy.ts';

/** How long before a lowered period its day is written: the shorter, the less is left behind where nothing restores it. In minutes. */
const lowerAheadMinutes = 60;

/** A desired state in the form of the service's own weekly schedule. */
export interface NativeSchedule {
  /** What is to be written: the ordinary week but for what `deviations` names. */
  readonly week: NativeWeek;
  /** The first day of the schedule where it is to pause until then: a holiday that ends by itself. Undefined: it runs from today on. */
  readonly resumes: string | undefined;
  /** The days of `week` that differ from the ordinary week, ascending, with what they ordinarily have. */
  readonly deviations: readonly DayDeviation[];
  /** The week without any deviation. */
  readonly ordinary: NativeWeek;
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
 * Writes a desired state as a weekly schedule of the service, in its zone: the ordinary week, so that ordinary weeks keep running when nothing rewrites
 * them, with as few and as short deviations as serve.
 *
 * - Where no node is wanted from now until a later day although the ordinary week has some, the ordinary week is written to begin on that day: the
 *   service resumes it by itself.
 * - More nodes than ordinary are written up to six days ahead. Left behind they cost money, missing they lock people out.
 * - Fewer are written an hour before they would run and taken back once their last period of the day is over: left behind they lock people out.
 *
 * With `stepwise`, today's merged periods have the amount that is wanted now until they are over, so between the first step and the end of a
 * period that weekday depends on being rewritten.
 */
export function nativeSchedule(desired: DesiredState, today: ServiceDay, stepwise: boolean): NativeSchedule {
  const { zone } = today;
  const days = [0, 1, 2, 3, 4, 5, 6].map((ahead) => dayOf(addDays(today.date, ahead), zone));
  const wantedOrdinary = days.map(({ date }) => periodsOn(desired, date, zone, true));
  const ordinary = wantedOrdinary.map((periods) => fitDay(periods));
  const stretched = (index: number): FittedDay => ordinary[index % 7] as FittedDay;
  const wantedOn = (ahead: number) => periodsOn(desired, addDays(today.date, ahead), zone, false);
  const begins = pauseOf(desired, today, ordinary, wantedOn);
  const written = wantedOrdinary.map((usual, index) => {
    // The next time that this weekday runs, which a pause puts off.
    const ahead = index >= begins ? index : index + 7 * Math.ceil((begins - index) / 7);
    const periods = chosen(wantedOn(ahead), usual, today.minute - ahead * 1440);
    const date = addDays(today.date, ahead);
    if (periods === usual && !stepwise) return { date, fitted: stretched(index), deviates: false };
    const fitted = fitDay(periods, stepwise && ahead === 0 ? today.minute : undefined);
    return { date, fitted, deviates: periods !== usual && !sameDay(fitDay(periods).periods, stretched(index).periods) };
  });
  const deviations = written
    .flatMap(({ date, deviates }, index) => (deviates ? [{ date, ordinary: stretched(index).periods }] : []))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  const fittedAt = (index: number) => (written[index % 7] as { readonly fitted: FittedDay }).fitted;
  return {
    week: weekOf(days, (index) => fittedAt(index).periods),
    resumes: begins === 0 ? undefined : addDays(today.date, begins),
    deviations,
    ordinary: weekOf(days, (index) => stretched(index).periods),
    unknown: days.slice(0, 2).flatMap((day) => (isUnpublished(day.span, desired) ? [day.weekday] : [])),
    merged: written.some(({ fitted }) => fitted.merged),
    extraNodeMinutes: ordinary.reduce((sum, day) => sum + day.extraNodeMinutes, 0),
    endsEarly: written.some(({ fitted }) => fitted.reachesMidnight),
    gapAtMidnight: ordinary.some((day, index) => day.reachesMidnight && stretched(index + 1).startsAtMidnight),
    // What the weekday has behind a pause is nothing that runs tonight.
    gapTonight: begins === 0 && fittedAt(0).reachesMidnight && fittedAt(1).startsAtMidnight,
  };
}

/**
 * How many days from today on the schedule may pause: none is wanted until then, and an ordinary week would have some before. 0 where it may not.
 * A day whose kind is not published ends a pause, since nobody knows whether it is one.
 */
function pauseOf(
  desired: DesiredState,
  today: ServiceDay,
  ordinary: readonly FittedDay[],
  wantedOn: (ahead: number) => readonly NativePeriod[],
): number {
  const isAhead = ({ endMinute }: NativePeriod): boolean => endMinute > today.minute;
  let saved = (ordinary[0] as FittedDay).periods.some(isAhead);
  // In zones ahead of the service's or behind it, a day that is not published takes a part of two of the service's: its noon decides.
  const isUnknownOn = (ahead: number) => isUnknown(desired.timeline, instantOf(today.zone, localMsOf(addDays(today.date, ahead), 720)));
  if (isUnknownOn(0) || wantedOn(0).some(isAhead)) return 0;
  for (let ahead = 1; ahead < lookAheadDays; ahead++) {
    if (isUnknownOn(ahead) || wantedOn(ahead).length > 0) return saved ? ahead : 0;
    saved ||= (ordinary[ahead % 7] as FittedDay).periods.length > 0;
  }
  // A longer pause is put off on Mondays: each day would write every group anew.
  return saved ? lookAheadDays + 1 - today.weekday : 0;
}

/**
 * What a day is written with: as wanted, as in an ordinary week, or the higher of the two. `minute` is the present by the day's clock, negative
 * before the day: what is past makes no difference. A period that runs is not rewritten: whether that takes effect is not documented.
 */
function chosen(wanted: readonly NativePeriod[], usual: readonly NativePeriod[], minute: number): readonly NativePeriod[] {
  // Most days are ordinary ones, and what is the same fits the same.
  if (sameDay(wanted, usual)) return usual;
  const [has, ordinarily] = [fitDay(wanted).periods, fitDay(usual).periods];
  if (sameDay(has, ordinarily)) return usual;
  const running = has.find((period) => isIn(period, minute));
  if (running !== undefined && !ordinarily.some((period) => sameDay([period], [running]))) return wanted;
  const from = Math.max(minute, 0);
  const lowered = firstLower(has, ordinarily, from);
  const cut = lowered === undefined ? undefined : ordinarily.find((period) => isIn(period, lowered));
  if (cut !== undefined && cut.startMinute - lowerAheadMinutes <= minute) return wanted;
  return firstLower(ordinarily, has, from) === undefined ? usual : highest(wanted, usual);
}

function dayOf(date: string, zone: ZoneTable): Day {
  const span = { fromMs: instantOf(zone, localMsOf(date, 0)), untilMs: instantOf(zone, localMsOf(addDays(date, 1), 0)) };
  return { date, weekday: isoWeekday(date), span };
}

/** What is wanted on a day, really or as on an ordinary one, before it is fitted to the service's rules. */
export function periodsOn(desired: DesiredState, date: string, zone: ZoneTable, isOrdinary: boolean): readonly NativePeriod[] {
  const day = dayOf(date, zone);
  if (!isOrdinary) return periodsOf(desired.between(day.span), 0, day, zone);
  return periodsOf(desired.ordinary(known(day.span, desired)), moveInto(day.span, desired), day, zone);
}

/** A timeline ends somewhere; a day beyond it repeats the same weekday of the week before or after. */
function moveInto(span: Span, { timeline }: DesiredState): number {
  if (span.untilMs > timeline.untilMs) return -7 * dayMs;
  return span.fromMs < timeline.fromMs ? 7 * dayMs : 0;
}

function known(span: Span, desired: DesiredState): Span {
  const movedMs = moveInto(span, desired);
  return { fromMs: span.fromMs + movedMs, untilMs: span.untilMs + movedMs };
}

/** Steps as periods of a local day; `shiftMs` is how far the steps were taken from. Parts of minutes round outward. */
function periodsOf(steps: readonly Step[], moveMs: number, day: Day, zone: ZoneTable): NativePeriod[] {
  const midnight = localMsOf(day.date, 0);
  const minute = (ms: EpochMs) => (ms + offsetAt(zone, ms) - midnight) / 60_000;
  const periods: NativePeriod[] = [];
  for (const step of steps) {
    const [startMs, endMs] = [step.startMs - moveMs, step.endMs - moveMs];
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

function isUnpublished(span: Span, { timeline }: DesiredState): boolean {
  return timeline.unknown.some((stretch) => stretch.startMs < span.untilMs && span.fromMs < stretch.endMs);
}

/** Rules of the service for the periods of one day (service notes, Node pools and schedules). */
const mostPeriods = 3;
const leastMinutes = 15;
const leastGapMinutes = 5;

/** Each period ends within its day; whether `24:00` is taken is not documented, so the last minute of the day is not used. */
const lastEndMinute = 1439;

/** A period as the service takes it, with the wanted ones that it stands for. */
interface Fitted {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly parts: readonly NativePeriod[];
}

/** A day brought into the form that the service takes. */
export interface FittedDay {
  readonly periods: readonly NativePeriod[];
  /** Whether something had to be merged or stretched: the day then has more nodes than wanted at some minute. */
  readonly merged: boolean;
  /** What merging adds, in node-minutes. */
  readonly extraNodeMinutes: number;
  /** Whether nodes are wanted in the last minute of the day, which the service's schedule cannot give. */
  readonly reachesMidnight: boolean;
  /** Whether nodes are wanted in the first minute of the day. */
  readonly startsAtMidnight: boolean;
}

/**
 * Fits wanted periods (ascending, not overlapping, amounts of 1 or more) to the service's rules. Never gives less than wanted,
 * the last minute before midnight excepted: steps that touch or nearly touch become one period at the higher level, short periods are
 * stretched, and beyond three the merges that cost least are made. With `atMinute`, a merged period has the amount wanted at that
 * minute: of its first part before it begins, and the highest once it is over, so that the same day of the next week is an ordinary one
 * if nobody rewrites it.
 */
export function fitDay(wanted: readonly NativePeriod[], atMinute?: number): FittedDay {
  let fitted = wanted.map((part): Fitted => {
    const endMinute = Math.min(part.endMinute, lastEndMinute);
    return { startMinute: Math.min(part.startMinute, endMinute - 1), endMinute, parts: [part] };
  });
  for (;;) {
    const next = fitOnce(fitted);
    if (next === undefined) break;
    fitted = next;
  }
  const highest = fitted.map((period): NativePeriod => ({ ...span(period), amount: amountOf(period) }));
  const clipped = wanted.map((part) => ({ ...part, endMinute: Math.min(part.endMinute, lastEndMinute) }));
  return {
    periods: atMinute === undefined ? highest : fitted.map((period) => ({ ...span(period), amount: amountOf(period, atMinute) })),
    merged: fitted.some((period) => period.parts.length > 1 || isStretched(period)),
    extraNodeMinutes: nodeMinutes(highest) - nodeMinutes(clipped),
    reachesMidnight: wanted.some((part) => part.endMinute > lastEndMinute),
    startsAtMidnight: wanted.some((part) => part.startMinute === 0),
  };
}

/** The periods of a day as they run where the amount of a merged one is rewritten at each step. */
export function runsAs(wanted: readonly NativePeriod[]): readonly NativePeriod[] {
  const { periods } = fitDay(wanted);
  const cuts = cutsOf([...wanted, ...periods], 0);
  return cuts.flatMap((startMinute, at) => {
    const amount = amountAt(fitDay(wanted, startMinute).periods, startMinute);
    const endMinute = cuts[at + 1];
    return amount > 0 && endMinute !== undefined ? [{ startMinute, endMinute, amount }] : [];
  });
}

/** Node-minutes of periods. */
function nodeMinutes(periods: readonly NativePeriod[]): number {
  return periods.reduce((sum, period) => sum + Math.max(0, period.endMinute - period.startMinute) * period.amount, 0);
}

function fitOnce(periods: readonly Fitted[]): Fitted[] | undefined {
  const near = periods.findIndex((period, i) => i > 0 && period.startMinute - (periods[i - 1] as Fitted).endMinute < leastGapMinutes);
  if (near > 0) return mergeAt(periods, near - 1);
  const short = periods.findIndex((period) => period.endMinute - period.startMinute < leastMinutes);
  if (short >= 0) {
    const period = periods[short] as Fitted;
    const endMinute = Math.min(period.startMinute + leastMinutes, lastEndMinute);
    return periods.with(short, { ...period, startMinute: endMinute - leastMinutes, endMinute });
  }
  return periods.length > mostPeriods ? mergeAt(periods, cheapestMerge(periods)) : undefined;
}

function cheapestMerge(periods: readonly Fitted[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < periods.length; i++) {
    const pair = periods.slice(i, i + 2);
    const merged = mergeAt(pair, 0).map((period) => ({ ...span(period), amount: amountOf(period) }));
    const extra = nodeMinutes(merged) - nodeMinutes(pair.map((period) => ({ ...span(period), amount: amountOf(period) })));
    if (extra < least) [best, least] = [i, extra];
  }
  return best;
}

function mergeAt(periods: readonly Fitted[], index: number): Fitted[] {
  const [a, b] = [periods[index] as Fitted, periods[index + 1] as Fitted];
  const merged = {
    startMinute: Math.min(a.startMinute, b.startMinute),
    endMinute: Math.max(a.endMinute, b.endMinute),
    parts: [...a.parts, ...b.parts],
  };
  return [...periods.slice(0, index), merged, ...periods.slice(index + 2)];
}

function amountOf(period: Fitted, atMinute?: number): number {
  const { parts } = period;
  if (atMinute === undefined || atMinute >= period.endMinute) return Math.max(...parts.map((part) => part.amount));
  const running = parts.find((part) => part.startMinute <= atMinute && atMinute < part.endMinute);
  if (running !== undefined) return running.amount;
  const before = parts.filter((part) => part.endMinute <= atMinute).at(-1);
  const after = parts.find((part) => part.startMinute > atMinute);
  return before !== undefined && after !== undefined ? Math.max(before.amount, after.amount) : ((before ?? after ?? parts[0])?.amount ?? 1);
}

function isStretched(period: Fitted): boolean {
  const [part] = period.parts;
  return part === undefined || period.startMinute !== part.startMinute || period.endMinute !== Math.min(part.endMinute, lastEndMinute);
}

function span(period: Fitted): { readonly startMinute: number; readonly endMinute: number } {
  return { startMinute: period.startMinute, endMinute: period.endMinute };
}

/** A day of a weekly schedule that was written otherwise than the ordinary week has it. */
export interface DayDeviation {
  /** `yyyy-MM-dd`, in the service's zone. */
  readonly date: string;
  /** The periods that its weekday ordinarily has; none: no node. */
  readonly ordinary: readonly NativePeriod[];
}
