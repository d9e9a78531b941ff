import type { EpochMs } from '../../shared/client/clock.ts';
import type { Charge, NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf } from '../../shared/policy/zones.ts';
import type { Method } from './compiled-rule.ts';
import type { DesiredState } from './desired-state.ts';
import type { StandsInFor } from './deviation.ts';
import { levelOf } from './levels.ts';
import { fitDay, periodsOn, runsAs } from './native-schedule.ts';
import type { ServiceDay } from './service-day.ts';
import { append, clip, nodesAt, type Span, type Step } from './steps.ts';

const minuteMs = 60_000;

/** How far ahead changes are priced, in days. */
export const monthDays = 30;

/** How long before a step up a fixed count is raised, so that the nodes have started by then; in milliseconds. */
export const bootMs = 10 * minuteMs;

/** How long before a period the service is taken to start its nodes where warm-up is on, in milliseconds: no document says (service notes). */
const warmUpMs = 6 * minuteMs;

/** How long a node that leaves is taken to be paid for, in milliseconds: no document says (service notes). */
const stopMs = 2 * minuteMs;

/** One of the service's days in the time for which a change is priced; the first one begins now. */
interface PricedDay extends Span {
  readonly date: string;
  readonly weekday: IsoWeekday;
  /** The beginning of the date, which may be before now. */
  readonly midnightMs: EpochMs;
}

/** Nodes that a pool has in the 30 days to come, and would have if every day were an ordinary one. */
export interface Trajectory {
  readonly real: readonly Step[];
  readonly ordinary: readonly Step[];
}

const pricedDaysOf = new WeakMap<ServiceDay, readonly PricedDay[]>();

/** The service's days from now on until 30 days are over. */
export function pricedDays(today: ServiceDay): readonly PricedDay[] {
  let list = pricedDaysOf.get(today);
  if (list === undefined) {
    const { nowMs, zone, date } = today;
    const untilMs = nowMs + monthDays * dayMs;
    const midnight = (ahead: number) => instantOf(zone, localMsOf(addDays(date, ahead), 0));
    list = Array.from({ length: monthDays + 1 }, (_, ahead) => ({
      date: addDays(date, ahead),
      weekday: isoWeekday(addDays(date, ahead)),
      midnightMs: midnight(ahead),
      fromMs: Math.max(nowMs, midnight(ahead)),
      untilMs: Math.min(untilMs, midnight(ahead + 1)),
    }));
    pricedDaysOf.set(today, list);
  }
  return list;
}

/** The time for which a change is priced. */
export function pricedSpan({ nowMs }: ServiceDay): Span {
  return { fromMs: nowMs, untilMs: nowMs + monthDays * dayMs };
}

/**
 * What a pool has if nobody changes what is set: counts and ceilings stay, a weekly schedule runs between its dates, and what we wrote for single days
 * is taken back when they are over. Of usage scaling it is the most that there may be. Bought nodes are not in it.
 */
export function asSet(strategy: Strategy, charge: Charge, standsInFor: StandsInFor | undefined, today: ServiceDay): Trajectory {
  const span = pricedSpan(today);
  if (strategy.type !== 'schedule') {
    const level = levelOf(strategy, charge);
    const { week, untilMs = span.untilMs } = standsInFor ?? {};
    if (week === undefined || untilMs >= span.untilMs) return both(constant(level, span));
    return staying(level, untilMs, both(asRun(today, true, ({ weekday }) => week[weekday])), today);
  }
  const { week, warmUp = false, enableDate = '', disableDate = '9999' } = strategy;
  if (disableDate <= today.date) return both([]);
  const ordinary = ordinaryWeek(week, standsInFor);
  const deviating = new Set(standsInFor?.days.map(({ date }) => date));
  return {
    real: asRun(today, warmUp, ({ date, weekday }) =>
      date < enableDate || date >= disableDate ? undefined : (deviating.has(date) ? week : ordinary)[weekday],
    ),
    ordinary: asRun(today, warmUp, ({ weekday }) => ordinary[weekday]),
  };
}

/** A week without what single days of it have otherwise. */
function ordinaryWeek(week: NativeWeek, standsInFor: StandsInFor | undefined): NativeWeek {
  return { ...week, ...Object.fromEntries(standsInFor?.days.map(({ date, ordinary }) => [isoWeekday(date), ordinary]) ?? []) };
}

/** What a rule wants of a pool, as far as its nodes depend on it. */
export interface Wish {
  readonly desired: DesiredState;
  /** How it is brought about: by the service's weekly schedule and by counts where that does not serve, by counts alone, or by usage. */
  readonly by: Method;
  readonly charge: Charge;
  readonly stepwise: boolean;
  /** Whether the service starts nodes ahead of the periods of a weekly schedule. */
  readonly warmUp: boolean;
  /** Whether counts are raised ahead of what wants them. */
  readonly countsAhead: boolean;
  /** When sessions are protected, so that counts are set in place of a weekly schedule from the day before on. */
  readonly protectedSpans: readonly Span[];
}

const known = new WeakMap<DesiredState, Map<string, Trajectory>>();

/**
 * What a pool has if a rule is followed on the real calendar: each day is written, restored and stepped through as our runs do it. Groups of one desired
 * state share it.
 */
export function followed(wish: Wish, today: ServiceDay): Trajectory {
  const { desired, ...rest } = wish;
  const byKey = known.get(desired) ?? new Map<string, Trajectory>();
  known.set(desired, byKey);
  const key = JSON.stringify([today.nowMs, rest]);
  let found = byKey.get(key);
  if (found === undefined) {
    found = { real: follow(wish, today, false), ordinary: follow(wish, today, true) };
    byKey.set(key, found);
  }
  return found;
}

/** Day by day: a weekly schedule, but counts where it cannot serve: nodes are wanted through a midnight, sessions are protected, or it has no period. */
function follow(wish: Wish, today: ServiceDay, isOrdinary: boolean): readonly Step[] {
  const { desired, by, stepwise, countsAhead, protectedSpans } = wish;
  const { nowMs, zone } = today;
  const month = pricedSpan(today);
  const far = { ...month, untilMs: month.untilMs + bootMs };
  const counts = counted(isOrdinary ? desired.ordinary(far) : desired.between(far), wish, month);
  const list = pricedDays(today);
  const usual = by === 'service-schedule' ? list.map(({ date }) => periodsOn(desired, date, zone, true)) : [];
  if (by !== 'service-schedule' || usual.some(isThrough)) return counts;
  if (isOrdinary && protectedSpans.some(({ fromMs, untilMs }) => fromMs <= nowMs && month.untilMs <= untilMs)) return counts;
  const periods = isOrdinary ? usual : list.map(({ date }) => periodsOn(desired, date, zone, false));
  const isBare = usual.every(isEmpty);
  let isWarm = wish.warmUp;
  const steps: Step[] = [];
  for (const [at, day] of list.entries()) {
    const isProtected = ({ fromMs, untilMs }: Span) => fromMs < day.midnightMs + 2 * dayMs && day.midnightMs < untilMs;
    const own = periods[at] ?? [];
    if (
      isThrough(own, at, periods) ||
      (isBare && periods.slice(at, at + 7).every(isEmpty)) ||
      (!isOrdinary && protectedSpans.some(isProtected))
    ) {
      for (const step of clip(counts, day)) append(steps, step.startMs, step.endMs, step.nodes);
      // What a count took the place of says nothing of warm-up any more.
      isWarm = countsAhead;
    } else addPeriods(steps, day, stepwise ? runsAs(own) : fitDay(own).periods, isWarm, nowMs);
  }
  return steps;
}

function isEmpty(periods: readonly NativePeriod[]): boolean {
  return periods.length === 0;
}

/** Whether nodes are wanted through the midnight at the end of a day: the service would drop them for a minute. */
function isThrough(periods: readonly NativePeriod[], at: number, days: readonly (readonly NativePeriod[])[]): boolean {
  return periods.at(-1)?.endMinute === 1440 && days[at + 1]?.[0]?.startMinute === 0;
}

/** Counts that are set at each step, ahead of those that raise. Neither a count nor a base by the hour can be less than one. */
function counted(steps: readonly Step[], { by, charge, countsAhead }: Wish, { fromMs, untilMs }: Span): readonly Step[] {
  const aheadMs = by !== 'usage' && countsAhead ? bootMs : 0;
  const least = charge === 'subscription' ? 0 : 1;
  const cuts = new Set([fromMs, untilMs, ...steps.flatMap(({ startMs, endMs }) => [startMs - aheadMs, endMs])]);
  const sorted = [...cuts].filter((ms) => fromMs <= ms && ms <= untilMs).sort((a, b) => a - b);
  const result: Step[] = [];
  for (const [at, startMs] of sorted.entries()) {
    const running = steps.filter((step) => step.startMs <= startMs + aheadMs && startMs < step.endMs);
    append(result, startMs, sorted[at + 1] ?? startMs, Math.max(least, ...running.map(({ nodes }) => nodes)));
  }
  return result;
}

/** The count that a wish sets at an instant. */
export function countAt({ desired, by, charge, countsAhead }: Wish, ms: EpochMs): number {
  return Math.max(charge === 'subscription' ? 0 : 1, desired.highest(ms, ms + (by !== 'usage' && countsAhead ? bootMs : 0)));
}

/** A trajectory on which a count stays until an instant first. */
export function staying(nodes: number, untilMs: EpochMs, then: Trajectory, today: ServiceDay): Trajectory {
  const span = pricedSpan(today);
  const endMs = Math.min(Math.max(untilMs, span.fromMs), span.untilMs);
  const real = [...constant(nodes, { ...span, untilMs: endMs })];
  for (const step of clip(then.real, { ...span, fromMs: endMs })) append(real, step.startMs, step.endMs, step.nodes);
  return { real, ordinary: then.ordinary };
}

function both(steps: readonly Step[]): Trajectory {
  return { real: steps, ordinary: steps };
}

function constant(nodes: number, { fromMs, untilMs }: Span): readonly Step[] {
  const steps: Step[] = [];
  append(steps, fromMs, untilMs, nodes);
  return steps;
}

function asRun(today: ServiceDay, warmUp: boolean, periods: (day: PricedDay) => readonly NativePeriod[] | undefined): readonly Step[] {
  const steps: Step[] = [];
  for (const day of pricedDays(today)) addPeriods(steps, day, periods(day) ?? [], warmUp, today.nowMs);
  return steps;
}

/** Adds the periods of a day, as far as they are priced. Warm-up starts nodes ahead of a period that follows upon none. */
function addPeriods(steps: Step[], day: PricedDay, periods: readonly NativePeriod[], warmUp: boolean, nowMs: EpochMs): void {
  for (const { startMinute, endMinute, amount } of periods) {
    const startMs = day.midnightMs + startMinute * minuteMs - (warmUp ? warmUpMs : 0);
    const endMs = Math.min(day.untilMs, day.midnightMs + endMinute * minuteMs);
    append(steps, Math.max(nowMs, startMs, steps.at(-1)?.endMs ?? nowMs), endMs, amount);
  }
}

/** At each minute what `choose` makes of the nodes of two trajectories. */
export function combined(a: Trajectory, b: Trajectory, choose: (a: number, b: number) => number): Trajectory {
  const each = (some: readonly Step[], other: readonly Step[]) => {
    const cuts = new Set([...some, ...other].flatMap(({ startMs, endMs }) => [startMs, endMs]));
    const sorted = [...cuts].sort((x, y) => x - y);
    const steps: Step[] = [];
    for (const [at, ms] of sorted.entries()) append(steps, ms, sorted[at + 1] ?? ms, choose(nodesAt(some, ms), nodesAt(other, ms)));
    return steps;
  };
  return { real: each(a.real, b.real), ordinary: each(a.ordinary, b.ordinary) };
}

const sums = new WeakMap<readonly Step[], readonly number[]>();

/** Node-milliseconds of each of the days that are priced, the time in which nodes stop included. */
export function perDay(steps: readonly Step[], today: ServiceDay): readonly number[] {
  let list = sums.get(steps);
  if (list === undefined) {
    const { untilMs: lastMs } = pricedSpan(today);
    let first = 0;
    list = pricedDays(today).map(({ fromMs, untilMs }) => {
      while (first < steps.length && (steps[first] as Step).endMs <= fromMs) first++;
      let sum = 0;
      for (let at = first; at < steps.length && (steps[at] as Step).startMs < untilMs; at++) {
        const { startMs, endMs, nodes } = steps[at] as Step;
        const next = steps[at + 1];
        const leaving = endMs <= untilMs && endMs < lastMs ? Math.max(0, nodes - (next?.startMs === endMs ? next.nodes : 0)) : 0;
        sum += nodes * (Math.min(endMs, untilMs) - Math.max(startMs, fromMs)) + leaving * stopMs;
      }
      return sum;
    });
    sums.set(steps, list);
  }
  return list;
}
