import type { Json } from '../../shared/engine/decision.ts';
import type { DeliveryGroup, NativePeriod, NodePool, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { perWeek } from './per-week.ts';
import { dayText, weekdays } from './strategy-text.ts';

/**
 * The input of ModifyNodePoolAttribute that brings a strategy about. The whole strategy is sent, since nothing documents what
 * becomes of fields that are left out (API notes). A subscription's bought nodes cannot be changed there and are not sent.
 */
export function requestFor(group: DeliveryGroup, pool: NodePool, strategy: Strategy): Readonly<Record<string, Json>> {
  return {
    ProductType: 'CloudApp',
    ...(group.region === undefined ? {} : { BizRegionId: group.region }),
    PoolId: pool.id,
    NodePoolStrategy: strategyInput(group, strategy),
  };
}

function strategyInput(group: DeliveryGroup, strategy: Strategy): Json {
  const bought = group.charge === 'subscription';
  if (strategy.type === 'fixed') return { StrategyType: 'NODE_FIXED', ...(bought ? {} : { NodeAmount: strategy.nodes }) };
  if (strategy.type === 'usage') {
    return {
      StrategyType: 'NODE_SCALING_BY_USAGE',
      ...(bought || strategy.nodes === undefined ? {} : { NodeAmount: strategy.nodes }),
      MaxScalingAmount: strategy.maxScaling ?? 0,
      ScalingStep: strategy.step ?? 1,
      ScalingUsageThreshold: strategy.threshold ?? '85',
      ...(strategy.downAfterIdleMinutes === undefined ? {} : { ScalingDownAfterIdleMinutes: strategy.downAfterIdleMinutes }),
      ...(strategy.maxIdle === undefined ? {} : { MaxIdleAppInstanceAmount: strategy.maxIdle }),
    };
  }
  return {
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    WarmUp: strategy.warmUp ?? false,
    ...(strategy.enableDate === undefined ? {} : { StrategyEnableDate: strategy.enableDate }),
    ...(strategy.disableDate === undefined ? {} : { StrategyDisableDate: strategy.disableDate }),
    RecurrenceSchedules: recurrences(strategy.week),
  };
}

/** One entry for each set of weekdays with equal periods; requests spell the type `weekly` (API notes). */
const recurrences = perWeek((week): Json => {
  const byPeriods = new Map<string, { readonly days: IsoWeekday[]; readonly periods: readonly NativePeriod[] }>();
  for (const day of weekdays) {
    const periods = week[day];
    if (periods === undefined || periods.length === 0) continue;
    const text = dayText(periods);
    const entry = byPeriods.get(text) ?? { days: [], periods };
    entry.days.push(day);
    byPeriods.set(text, entry);
  }
  return [...byPeriods.values()].map(({ days, periods }) => ({
    RecurrenceType: 'weekly',
    RecurrenceValues: days,
    TimerPeriods: periods.map((period) => ({
      StartTime: formatTimeOfDay(period.startMinute),
      EndTime: formatTimeOfDay(period.endMinute),
      Amount: period.amount,
    })),
  }));
});
