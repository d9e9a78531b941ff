import type { EpochMs } from '../../shared/client/clock.ts';
import type { Strategy } from '../../shared/fleet/delivery-group.ts';
import { type CostEstimate, type Money, timesHours, timesRatio } from '../../shared/policy/money.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import type { NativeSchedule } from './native-schedule.ts';
import type { ServiceDay } from './service-day.ts';
import { nodeMsOfStrategy, nodeMsOfWeek } from './strategy-level.ts';

const monthDays = 30;

/** What is compared: the pool as it would go on, and as it would be. */
export interface Comparison {
  readonly from: Strategy;
  readonly to: Strategy;
  /** The schedule behind `to` where it is one; `stepwise` says that merged periods will be rewritten at each step. */
  readonly native?: NativeSchedule;
  readonly stepwise: boolean;
  readonly nextStepMs: EpochMs | undefined;
}

/**
 * What a change costs more, or saves when negative. A weekly schedule is compared over 30 days: two days as written, the others ordinary.
 * A count or a ceiling is compared until the next step, which will set another one. For usage scaling the ceiling counts as if it
 * were reached, so that is the most it can be. Exact node-time at the hourly price; always an estimate.
 */
export function costOf(comparison: Comparison, price: Money, day: ServiceDay, localText: (ms: EpochMs) => string): CostEstimate {
  const { from, to, native, nextStepMs } = comparison;
  const { zone, nowMs } = day;
  const monthEndMs = nowMs + monthDays * dayMs;
  const untilMs = native !== undefined || nextStepMs === undefined ? monthEndMs : Math.min(nextStepMs, monthEndMs);
  const span = { fromMs: nowMs, untilMs };
  const before = nodeMsOfStrategy(from, zone, span);
  const after = native === undefined ? nodeMsOfStrategy(to, zone, span) : nativeMs(comparison, native, day, untilMs);
  const per = untilMs === monthEndMs ? 'per 30 days' : `until ${localText(untilMs)}`;
  const atMost = from.type === 'usage' || to.type === 'usage';
  return { kind: 'estimate', amount: timesHours(price, after - before), per: atMost ? `at most, ${per}` : per };
}

/** What merging touching steps adds in 30 ordinary days. */
export function mergingCost(native: NativeSchedule, price: Money): Money {
  return timesRatio(price, native.extraNodeMinutes * monthDays, 60 * 7);
}

function nativeMs({ to, stepwise }: Comparison, native: NativeSchedule, day: ServiceDay, untilMs: EpochMs): number {
  const { zone, nowMs } = day;
  const soonEndMs = day.twoDays.untilMs;
  const ordinary = stepwise ? native.wanted : native.ordinary;
  return nodeMsOfStrategy(to, zone, { fromMs: nowMs, untilMs: soonEndMs }) + nodeMsOfWeek(ordinary, zone, { fromMs: soonEndMs, untilMs });
}
