import type { EpochMs } from '../../shared/client/clock.ts';
import type { NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import { type CostEstimate, type Money, timesHours, timesRatio } from '../../shared/policy/money.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { offsetAt } from '../../shared/policy/zones.ts';
import type { StandsInFor } from './deviation.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import { nodeMsOfStrategy, nodeMsOfWeek } from './strategy-level.ts';
import { weekdays } from './strategy-text.ts';

const monthDays = 30;

/** What is compared: the pool as it would go on, and as it would be. */
export interface Comparison {
  readonly from: Strategy;
  readonly to: Strategy;
  /** The schedule behind `to` where it is one; `stepwise` says that merged periods will be rewritten at each step. */
  readonly native: NativeSchedule | undefined;
  readonly stepwise: boolean;
  /** Until when `to` stays, as far as is known; a weekly schedule stays. */
  readonly untilMs: EpochMs | undefined;
  /** The ordinary week for which `to`, a count, stands in for some time. Undefined: none, it is what the schedule wants. */
  readonly ordinary: NativeWeek | undefined;
  /** True where `from` is a count of ours that stood in for the schedule. */
  readonly isFallback: boolean;
  /** What each of them has otherwise on single days, and will have again. */
  readonly deviates: { readonly from: StandsInFor | undefined; readonly to: StandsInFor | undefined };
}

/** What a change costs: from now on, and once. */
export interface Costs {
  readonly cost?: CostEstimate;
  /** What single days cost that are otherwise than an ordinary week, a holiday or a night under an exception. Never summed with what lasts. */
  readonly once?: CostEstimate;
}

/**
 * What a change costs more, or saves when negative. A weekly schedule is compared with the one before by 30 days of ordinary weeks; what single days
 * have otherwise before and after is apart, each for as long as it still lasts. Both are differences between what would have been and
 * what is to be, so that sums over changes are what all of them made of the bill. A count or a ceiling is compared until the next step, which will set another one. For
 * usage scaling the ceiling counts as if it were reached, so that is the most it can be. Exact node-time at the hourly price; always an estimate.
 */
export function costsOf(comparison: Comparison, price: Money, day: ServiceDay, localText: (ms: EpochMs) => string): Costs {
  const { from, to, native, stepwise, deviates, ordinary, isFallback } = comparison;
  const { zone, nowMs } = day;
  const monthEndMs = nowMs + monthDays * dayMs;
  const untilMs = native ? monthEndMs : Math.min(comparison.untilMs ?? monthEndMs, monthEndMs);
  const span = { fromMs: nowMs, untilMs };
  const estimate = (ms: number, per: string): CostEstimate => ({ kind: 'estimate', amount: timesHours(price, ms), per });
  const atMost = from.type === 'usage' || to.type === 'usage' ? 'at most, ' : '';
  const dates = new Set<string>();
  const before = from.type === 'schedule' ? ordinaryOf(from.week, deviates.from) : undefined;
  const left = before === undefined ? 0 : apart(from, deviates.from, before, day, dates);
  if (native === undefined) {
    const per = untilMs === monthEndMs ? 'per 30 days' : `until ${localText(untilMs)}`;
    const after = nodeMsOfStrategy(to, zone, span);
    if (ordinary !== undefined) return { once: estimate(after - nodeMsOfWeek(ordinary, zone, span) - left, `once, ${per}`) };
    return { cost: estimate(after - nodeMsOfStrategy(from, zone, span), `${atMost}${per}`) };
  }
  const after = stepwise ? native.wanted : native.ordinary;
  const was = before === undefined ? (isFallback ? after : undefined) : stepwise ? asWanted(before, native) : before;
  const lasting = nodeMsOfWeek(after, zone, span) - (was ? nodeMsOfWeek(was, zone, span) : nodeMsOfStrategy(from, zone, span));
  const single = apart(to, deviates.to, native.ordinary, day, dates) - left;
  const days = [...dates].sort();
  const on = days.length > 2 ? `from ${days[0]} to ${days.at(-1)}` : `on ${days.join(' and ')}`;
  return {
    ...(lasting !== 0 || single === 0 ? { cost: estimate(lasting, `${atMost}per 30 days`) } : {}),
    ...(single !== 0 ? { once: estimate(single, `once, ${on}`) } : {}),
  };
}

/** What merging touching steps adds in 30 ordinary days. */
export function mergingCost(native: NativeSchedule, price: Money): Money {
  return timesRatio(price, native.extraNodeMinutes * monthDays, 60 * 7);
}

/** A week without what single days have otherwise. */
function ordinaryOf(week: NativeWeek, deviation: StandsInFor | undefined): NativeWeek {
  return { ...week, ...Object.fromEntries(deviation?.days.map(({ date, ordinary }) => [isoWeekday(date), ordinary]) ?? []) };
}

/** A week whose merged periods follow the steps, by what these want: the amounts that it has at this moment are none that last. */
function asWanted(week: NativeWeek, { ordinary, wanted }: NativeSchedule): NativeWeek {
  const times = (periods: readonly NativePeriod[] = []) =>
    periods.map(({ startMinute, endMinute }) => `${startMinute}-${endMinute}`).join();
  return Object.fromEntries(weekdays.map((day) => [day, (times(week[day]) === times(ordinary[day]) ? wanted : week)[day] ?? []]));
}

/** Node-milliseconds by which what is left of single days differs from an ordinary week; a schedule that has not begun has none until it does. Adds the days to `dates`. */
function apart(strategy: Strategy, deviation: StandsInFor | undefined, ordinary: NativeWeek, day: ServiceDay, dates: Set<string>): number {
  if (strategy.type !== 'schedule') return 0;
  const { zone, nowMs, date: today } = day;
  const begins = strategy.enableDate ?? today;
  const own = new Set(deviation?.days.map(({ date }) => date).filter((date) => date >= today && date >= begins));
  for (let date = today; date < begins && own.size <= spanDays; date = addDays(date, 1)) own.add(date);
  let sum = 0;
  for (const date of own) {
    const startMs = localMsOf(date, 0) - offsetAt(zone, nowMs);
    const span = { fromMs: Math.max(nowMs, startMs), untilMs: startMs + dayMs };
    const ms = (date < begins ? 0 : nodeMsOfWeek(strategy.week, zone, span)) - nodeMsOfWeek(ordinary, zone, span);
    if (ms !== 0) dates.add(date);
    sum += ms;
  }
  return sum;
}
