import { scalingFields } from '../../shared/client/shapes/scaling-strategy.ts';
import { scheduleRules } from '../../shared/client/shapes/schedule-rules.ts';
import { mismatches } from '../../shared/schema/compare.ts';
import type { NumberSchema } from '../../shared/schema/schema.ts';
import { BodyFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { dateStart, dayMs, localDate } from '../world/local-time.ts';
import type { RecurrenceSchedule, StrategySettings } from '../world/strategy.ts';
import { minuteOfDay } from '../world/weekly-schedule.ts';

/** Most nodes of a pool; those of a period and elastic ones are assumed to have the same limit. */
const nodesMax = (scalingFields.NodeAmount.inner as NumberSchema).max ?? Number.POSITIVE_INFINITY;

function refuse(field: string, why: string): never {
  throw new BodyFault(`InvalidParameter.${field}`, `${field} ${why}.`);
}

function whole(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

/** Refuses a value that the definition does not allow in a field of strategies. */
function checkField(field: keyof typeof scalingFields, value: unknown): void {
  const [wrong] = mismatches(scalingFields[field].inner, value);
  if (!wrong) return;
  const names = [field, ...wrong.path].filter((step) => typeof step === 'string');
  refuse(names.at(-1) ?? field, `has a wrong value: ${wrong.text}`);
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
  } else {
    checkField('NodeAmount', strategy.NodeAmount);
  }
}

function checkUsage(group: DeliveryGroupEntity, strategy: StrategySettings): void {
  const { usageForPayAsYouGo, zeroScalingCeiling } = group.world.assumptions;
  if (group.charge === 'PostPaid' && usageForPayAsYouGo === 'refuse') refuse('StrategyType', 'NODE_SCALING_BY_USAGE needs a subscription');
  checkField('ScalingStep', strategy.ScalingStep);
  const lowest = zeroScalingCeiling === 'accept' ? 0 : 1;
  if (!whole(strategy.MaxScalingAmount, lowest, nodesMax))
    refuse('MaxScalingAmount', `must be a whole number from ${lowest} to ${nodesMax}`);
  checkField('ScalingUsageThreshold', strategy.ScalingUsageThreshold);
  const { ScalingDownAfterIdleMinutes: idleMinutes } = strategy;
  if (idleMinutes !== undefined) checkField('ScalingDownAfterIdleMinutes', idleMinutes);
  if (!whole(strategy.MaxIdleAppInstanceAmount ?? 0, 0, Number.MAX_SAFE_INTEGER))
    refuse('MaxIdleAppInstanceAmount', 'must not be negative');
}

function checkSchedule(group: DeliveryGroupEntity, strategy: StrategySettings, present: StrategySettings): void {
  if (group.charge === 'PrePaid') refuse('StrategyType', 'NODE_SCALING_BY_SCHEDULE needs pay-as-you-go');
  if (typeof strategy.WarmUp !== 'boolean') refuse('WarmUp', 'is required');
  checkDates(group, strategy, present);
  const schedules = strategy.RecurrenceSchedules ?? [];
  if (schedules.length === 0) refuse('RecurrenceSchedules', 'must hold a schedule');
  checkField('RecurrenceSchedules', schedules);
  for (const { RecurrenceType, RecurrenceValues } of schedules) {
    if (RecurrenceType === undefined) refuse('RecurrenceType', 'is required');
    if (!RecurrenceValues?.length) refuse('RecurrenceValues', 'must hold a day');
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
  if (days < scheduleRules.spanDaysMin || days > scheduleRules.spanDaysMax) {
    refuse('StrategyDisableDate', `must be ${scheduleRules.spanDaysMin} to ${scheduleRules.spanDaysMax} days after the enable date`);
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
      if (end - start < scheduleRules.periodMinutesMin)
        refuse('TimerPeriods', `must last ${scheduleRules.periodMinutesMin} minutes at least and end on the same day`);
      const lowest = zeroPeriodAmount === 'accept' ? 0 : 1;
      if (!whole(Amount, lowest, nodesMax)) refuse('Amount', `must be a whole number from ${lowest} to ${nodesMax}`);
      return { start, end };
    })
    .sort((a, b) => a.start - b.start);
  if (periods.length > scheduleRules.timerPeriodsMax)
    refuse('TimerPeriods', `must not be more than ${scheduleRules.timerPeriodsMax} on one day`);
  periods.reduce(
    (before, after) => {
      if (after.start - before.end < scheduleRules.gapMinutesMin)
        refuse('TimerPeriods', `must be ${scheduleRules.gapMinutesMin} minutes apart at least`);
      return after;
    },
    { start: Number.NEGATIVE_INFINITY, end: Number.NEGATIVE_INFINITY },
  );
}
