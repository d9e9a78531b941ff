import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import { type CostEstimate, type Money, timesHours, timesRatio } from '../../shared/policy/money.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { offsetAt } from '../../shared/policy/zones.ts';
import type { Costs, Transition } from './change.ts';
import type { StandsInFor } from './deviation.ts';
import type { GroupState } from './group-state.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import { nodeMsOfStrategy, nodeMsOfWeek, weekdays } from './strategy.ts';
import { isOurs, journalValue, openDeviation, settingOf } from './strategy-value.ts';

const monthDays = 30;

/** What there is before a change. */
export interface Before {
  readonly from: Strategy;
  /** What `from` stands in for. */
  readonly deviation: StandsInFor | undefined;
  /** True where `from` is a count of ours that stood in for the schedule. */
  readonly isFallback: boolean;
  /** When the schedule takes its next step, which will set another count or ceiling. Undefined: none is known. */
  readonly nextStepMs?: EpochMs | undefined;
  /** What a schedule is to follow where its merged periods are rewritten at each step. Undefined: it stays as it is written. */
  readonly steps?: Pick<NativeSchedule, 'ordinary' | 'wanted'> | undefined;
}

/** What a pool has before a change, of whatever kind. */
export function beforeOf(state: GroupState, { written }: Pick<PlanContext, 'written'>): Before {
  const { group, strategy, charge } = state;
  const observed = journalValue(strategy, charge);
  const isOwn = () => written.values(group.id, settingOf(state)).some(({ value }) => isOurs(value, observed));
  return { from: strategy, deviation: openDeviation(state, written), isFallback: strategy.type === 'fixed' && isOwn() };
}

/**
 * What a change costs more, or saves when negative. Weekly schedules are compared by 30 days of ordinary weeks; what single days have otherwise before
 * and after is apart, each for as long as it still lasts, and so is a count that stands in for a weekly schedule. Both are differences between
 * what would have been and what is to be, so that sums over changes are what all of them made of the bill. Any other count, or a ceiling,
 * is compared until another one is to be set. For usage scaling the ceiling counts as if it were reached, so that is the most it can be. Exact node-time
 * at the hourly price; always an estimate.
 */
export function costsOf(
  before: Before,
  { to, standsInFor }: Pick<Transition, 'to' | 'standsInFor'>,
  price: Money,
  day: ServiceDay,
  localText: (ms: EpochMs) => string,
): Costs {
  const { from, deviation, steps } = before;
  const { zone, nowMs } = day;
  const month = { fromMs: nowMs, untilMs: nowMs + monthDays * dayMs };
  const estimate = (ms: number, per: string): CostEstimate => ({ kind: 'estimate', amount: timesHours(price, ms), per });
  const atMost = from.type === 'usage' || to.type === 'usage' ? 'at most, ' : '';
  const untilMs = Math.min(standsInFor?.untilMs ?? before.nextStepMs ?? month.untilMs, month.untilMs);
  const until = untilMs === month.untilMs ? 'per 30 days' : `until ${localText(untilMs)}`;
  const week = ordinaryOf(to, standsInFor);
  if (week === undefined) {
    const span = { fromMs: nowMs, untilMs };
    return { cost: estimate(nodeMsOfStrategy(to, zone, span) - nodeMsOfStrategy(from, zone, span), `${atMost}${until}`) };
  }
  const monthOf = (some: NativeWeek) => nodeMsOfWeek(steps ? asWanted(some, steps) : some, zone, month);
  // Of a count of ours that does not say for what it stood in nothing else is known.
  const weekBefore = ordinaryOf(from, deviation) ?? (before.isFallback ? week : undefined);
  const lasting = monthOf(week) - (weekBefore ? monthOf(weekBefore) : nodeMsOfStrategy(from, zone, month));
  const perDate = new Map<string, number>();
  const left = apart(from, deviation, day, perDate, -1);
  const single = left + apart(to, to.type === 'schedule' ? standsInFor : { days: [], week, untilMs }, day, perDate, 1);
  const days = [...perDate].flatMap(([date, ms]) => (ms === 0 ? [] : [date])).sort();
  const on = days.length > 2 ? `from ${days[0]} to ${days.at(-1)}` : `on ${days.join(' and ')}`;
  return {
    ...(lasting !== 0 || single === 0 ? { cost: estimate(lasting, `${atMost}per 30 days`) } : {}),
    ...(single === 0 ? {} : { once: estimate(single, `once, ${to.type === 'schedule' ? on : until}`) }),
  };
}

/** What merging touching steps adds in 30 ordinary days. */
export function mergingCost(native: NativeSchedule, price: Money): Money {
  return timesRatio(price, native.extraNodeMinutes * monthDays, 60 * 7);
}

/** The weekly schedule without what single days have otherwise, or that for which a count stands in; undefined where there is none. */
function ordinaryOf(strategy: Strategy, deviation: StandsInFor | undefined): NativeWeek | undefined {
  if (strategy.type !== 'schedule') return deviation?.week;
  return { ...strategy.week, ...Object.fromEntries(deviation?.days.map(({ date, ordinary }) => [isoWeekday(date), ordinary]) ?? []) };
}

/** A week whose merged periods follow the steps, by what these want: the amounts that it has at this moment are none that last. */
function asWanted(week: NativeWeek, { ordinary, wanted }: NonNullable<Before['steps']>): NativeWeek {
  const times = (periods: readonly NativePeriod[] = []) =>
    periods.map(({ startMinute, endMinute }) => `${startMinute}-${endMinute}`).join();
  return Object.fromEntries(weekdays.map((day) => [day, (times(week[day]) === times(ordinary[day]) ? wanted : week)[day] ?? []]));
}

/**
 * Node-milliseconds by which what is left of a deviation differs from the ordinary week: of single days, of those until a schedule begins, since it
 * gives none until then, and of a count until it is to be over; `times` one or minus one. Adds them up by day.
 */
function apart(
  strategy: Strategy,
  deviation: StandsInFor | undefined,
  { nowMs, date: today, zone }: ServiceDay,
  perDate: Map<string, number>,
  times: 1 | -1,
): number {
  const ordinary = ordinaryOf(strategy, deviation);
  const endMs = strategy.type === 'schedule' ? Number.POSITIVE_INFINITY : (deviation?.untilMs ?? nowMs);
  if (ordinary === undefined || endMs <= nowMs) return 0;
  const begins = (strategy.type === 'schedule' && strategy.enableDate) || today;
  const startOf = (date: string) => localMsOf(date, 0) - offsetAt(zone, nowMs);
  const own = new Set(deviation?.days.map(({ date }) => date).filter((date) => date >= today && date >= begins));
  const isThroughout = (date: string) => (strategy.type === 'schedule' ? date < begins : startOf(date) < endMs);
  for (let date = today; isThroughout(date) && own.size <= spanDays; date = addDays(date, 1)) own.add(date);
  let sum = 0;
  for (const date of own) {
    const startMs = startOf(date);
    const span = { fromMs: Math.max(nowMs, startMs), untilMs: Math.min(endMs, startMs + dayMs) };
    const ms = times * ((date < begins ? 0 : nodeMsOfStrategy(strategy, zone, span)) - nodeMsOfWeek(ordinary, zone, span));
    perDate.set(date, (perDate.get(date) ?? 0) + ms);
    sum += ms;
  }
  return sum;
}
