import { BodyFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { dateStart, dayMs, localDate } from '../world/local-time.ts';
import type { RecurrenceSchedule, StrategySettings } from '../world/strategy.ts';
import { minuteOfDay } from '../world/weekly-schedule.ts';

/** Limits of a native schedule (API definition, schedule rules). */
const rules = { periodsPerDay: 3, gapMinutes: 5, periodMinutes: 15, spanDaysMin: 7, spanDaysMax: 365, nodesMax: 100 };

function refuse(field: string, why: string): never {
  throw new BodyFault(`InvalidParameter.${field}`, `${field} ${why}.`);
}

function whole(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

/**
 * Checks a strategy as the service would before it takes it over. `sent` is what the request carried; `strategy` is what would be in force.
 * @throws BodyFault InvalidParameter.… naming the field
 */
export function checkStrategy(
  group: DeliveryGroupEntity,
  sent: StrategySettings,
  strategy: StrategySettings,
  present: StrategySettings,
): void {
  checkNodeAmount(group, sent, strategy, present);
  if (strategy.StrategyType === 'NODE_SCALING_BY_USAGE') checkUsage(group, strategy);
  if (strategy.StrategyType === 'NODE_SCALING_BY_SCHEDULE') checkSchedule(group, strategy, present);
}

function checkNodeAmount(group: DeliveryGroupEntity, sent: StrategySettings, strategy: StrategySettings, present: StrategySettings): void {
  const amount = sent.NodeAmount;
  if (group.charge === 'PrePaid') {
    if (amount === undefined) return;
    const same = amount === present.NodeAmount && group.world.assumptions.subscriptionNodeAmount === 'equal-accepted';
    if (!same) refuse('NodeAmount', 'cannot be changed for a subscription here');
  } else if (strategy.StrategyType === 'NODE_SCALING_BY_SCHEDULE') {
    if (amount !== undefined) refuse('NodeAmount', 'cannot be set under scheduled scaling');
  } else if (!whole(strategy.NodeAmount, 1, rules.nodesMax)) {
    refuse('NodeAmount', `must be a whole number from 1 to ${rules.nodesMax}`);
  }
}

function checkUsage(group: DeliveryGroupEntity, strategy: StrategySettings): void {
  const { usageForPayAsYouGo, zeroScalingCeiling } = group.world.assumptions;
  if (group.charge === 'PostPaid' && usageForPayAsYouGo === 'refuse') refuse('StrategyType', 'NODE_SCALING_BY_USAGE needs a subscription');
  if (!whole(strategy.ScalingStep, 1, 10)) refuse('ScalingStep', 'must be a whole number from 1 to 10');
  const lowest = zeroScalingCeiling === 'accept' ? 0 : 1;
  if (!whole(strategy.MaxScalingAmount, lowest, rules.nodesMax))
    refuse('MaxScalingAmount', `must be a whole number from ${lowest} to ${rules.nodesMax}`);
  const threshold = strategy.ScalingUsageThreshold;
  if (typeof threshold !== 'string' || !/^\d{1,3}$/.test(threshold) || Number(threshold) > 100) {
    refuse('ScalingUsageThreshold', 'must be text holding a number from 0 to 100');
  }
  if (!whole(strategy.ScalingDownAfterIdleMinutes ?? 5, 5, 120))
    refuse('ScalingDownAfterIdleMinutes', 'must be a whole number from 5 to 120');
  if (!whole(strategy.MaxIdleAppInstanceAmount ?? 0, 0, Number.MAX_SAFE_INTEGER))
    refuse('MaxIdleAppInstanceAmount', 'must not be negative');
}

function checkSchedule(group: DeliveryGroupEntity, strategy: StrategySettings, present: StrategySettings): void {
  if (group.charge === 'PrePaid') refuse('StrategyType', 'NODE_SCALING_BY_SCHEDULE needs pay-as-you-go');
  if (typeof strategy.WarmUp !== 'boolean') refuse('WarmUp', 'is required');
  checkDates(group, strategy, present);
  const schedules = strategy.RecurrenceSchedules ?? [];
  if (!whole(schedules.length, 1, 7)) refuse('RecurrenceSchedules', 'must hold 1 to 7 schedules');
  for (const { RecurrenceType, RecurrenceValues } of schedules) {
    if (RecurrenceType !== 'weekly') refuse('RecurrenceType', 'must be weekly');
    if (!RecurrenceValues?.length || RecurrenceValues.some((day) => !whole(day, 1, 7)))
      refuse('RecurrenceValues', 'must hold days from 1 to 7');
  }
  for (let day = 1; day <= 7; day += 1) checkDay(group, schedules, day);
}

function checkDates(group: DeliveryGroupEntity, strategy: StrategySettings, present: StrategySettings): void {
  const { StrategyEnableDate: enable = '', StrategyDisableDate: disable = '' } = strategy;
  const enableMs = dateStart(enable, group.serviceOffsetMs);
  const disableMs = dateStart(disable, group.serviceOffsetMs);
  if (enableMs === undefined) refuse('StrategyEnableDate', 'must be a date yyyy-MM-dd');
  if (disableMs === undefined) refuse('StrategyDisableDate', 'must be a date yyyy-MM-dd');
  const today = localDate(group.world.clock.nowMs, group.serviceOffsetMs);
  const unchanged = enable === present.StrategyEnableDate && group.world.assumptions.pastEnableDate === 'accept';
  if (enable < today && !unchanged) refuse('StrategyEnableDate', `must not be in the past; today is ${today}`);
  const days = (disableMs - enableMs) / dayMs;
  if (days < rules.spanDaysMin || days > rules.spanDaysMax) {
    refuse('StrategyDisableDate', `must be ${rules.spanDaysMin} to ${rules.spanDaysMax} days after the enable date`);
  }
}

function checkDay(group: DeliveryGroupEntity, schedules: readonly RecurrenceSchedule[], day: number): void {
  const { endOfDay24, zeroPeriodAmount } = group.world.assumptions;
  const periods = schedules
    .filter(({ RecurrenceValues }) => RecurrenceValues.includes(day))
    .flatMap(({ TimerPeriods }) => TimerPeriods ?? [])
    .map(({ StartTime, EndTime, Amount }) => {
      const start = minuteOfDay(StartTime ?? '');
      const end = minuteOfDay(EndTime ?? '');
      if (start === undefined || start === 1440) refuse('StartTime', 'must be a time HH:mm');
      if (end === undefined || (end === 1440 && endOfDay24 === 'refuse')) refuse('EndTime', 'must be a time HH:mm');
      if (end - start < rules.periodMinutes)
        refuse('TimerPeriods', `must last ${rules.periodMinutes} minutes at least and end on the same day`);
      const lowest = zeroPeriodAmount === 'accept' ? 0 : 1;
      if (!whole(Amount, lowest, rules.nodesMax)) refuse('Amount', `must be a whole number from ${lowest} to ${rules.nodesMax}`);
      return { start, end };
    })
    .sort((a, b) => a.start - b.start);
  if (periods.length > rules.periodsPerDay) refuse('TimerPeriods', `must not be more than ${rules.periodsPerDay} on one day`);
  periods.reduce(
    (before, after) => {
      if (after.start - before.end < rules.gapMinutes) refuse('TimerPeriods', `must be ${rules.gapMinutes} minutes apart at least`);
      return after;
    },
    { start: Number.NEGATIVE_INFINITY, end: Number.NEGATIVE_INFINITY },
  );
}
