import type { Fault } from './operation.ts';
import { scheduleRules } from './shapes/schedule-rules.ts';

/** The fields of a strategy that its rules look at. */
export interface StrategyInput {
  readonly StrategyType?: string | undefined;
  readonly MaxScalingAmount?: number | undefined;
  readonly ScalingStep?: number | undefined;
  readonly ScalingUsageThreshold?: string | undefined;
  readonly WarmUp?: boolean | undefined;
  readonly StrategyEnableDate?: string | undefined;
  readonly StrategyDisableDate?: string | undefined;
  readonly RecurrenceSchedules?: readonly RecurrenceInput[] | undefined;
}

interface PeriodInput {
  readonly Amount?: number | undefined;
  readonly StartTime?: string | undefined;
  readonly EndTime?: string | undefined;
}

interface RecurrenceInput {
  readonly RecurrenceType?: string | undefined;
  readonly RecurrenceValues?: readonly number[] | undefined;
  readonly TimerPeriods?: readonly PeriodInput[] | undefined;
}

const needed = {
  NODE_SCALING_BY_SCHEDULE: ['WarmUp', 'StrategyEnableDate', 'StrategyDisableDate', 'RecurrenceSchedules'],
  NODE_SCALING_BY_USAGE: ['ScalingStep', 'MaxScalingAmount', 'ScalingUsageThreshold'],
} as const;

/** A time of one day; 24:00 belongs to the next (service notes: not past midnight). */
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Days since 1970 of a date that exists; undefined for one such as 2026-02-30. */
function dayNumber(date: string): number | undefined {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).toISOString().startsWith(date) ? ms / 86_400_000 : undefined;
}

function spanFaults(enable: string, disable: string, at: readonly string[]): Fault[] {
  const from = dayNumber(enable);
  const until = dayNumber(disable);
  if (from === undefined) return [{ path: [...at, 'StrategyEnableDate'], text: 'choose a date that exists' }];
  if (until === undefined) return [{ path: [...at, 'StrategyDisableDate'], text: 'choose a date that exists' }];
  const { spanDaysMin, spanDaysMax } = scheduleRules;
  if (until - from >= spanDaysMin && until - from <= spanDaysMax) return [];
  const text = `end the schedule ${spanDaysMin} to ${spanDaysMax} days after its enable date`;
  return [{ path: [...at, 'StrategyDisableDate'], text }];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

function dayFaults(weekday: number, stretches: readonly Stretch[], at: readonly string[]): Fault[] {
  const path = [...at, 'RecurrenceSchedules'];
  const day = `weekday ${weekday}`;
  const { timerPeriodsMax, periodMinutesMin, gapMinutesMin } = scheduleRules;
  const faults: Fault[] = [];
  if (stretches.length > timerPeriodsMax) {
    faults.push({ path, text: `${day} has ${stretches.length} periods: keep to ${timerPeriodsMax} a day` });
  }
  if (stretches.some(({ start, end }) => end - start < periodMinutesMin)) {
    faults.push({ path, text: `${day}: let each period end at least ${periodMinutesMin} minutes after it starts, before midnight` });
  }
  const sorted = stretches.toSorted((a, b) => a.start - b.start);
  if (sorted.some(({ start }, i) => i > 0 && start - (sorted[i - 1]?.end ?? 0) < gapMinutesMin)) {
    faults.push({ path, text: `${day}: leave at least ${gapMinutesMin} minutes between periods` });
  }
  return faults;
}

function weekFaults(schedules: readonly RecurrenceInput[], at: readonly string[]): Fault[] {
  const days = new Map<number, Stretch[]>();
  const faults: Fault[] = [];
  schedules.forEach((schedule, i) => {
    const path = [...at, 'RecurrenceSchedules', i];
    if (schedule.RecurrenceType === undefined) faults.push({ path: [...path, 'RecurrenceType'], text: 'set it to weekly' });
    if (!schedule.RecurrenceValues?.length) faults.push({ path: [...path, 'RecurrenceValues'], text: 'name at least one weekday, 1 to 7' });
    if (!schedule.TimerPeriods?.length) faults.push({ path: [...path, 'TimerPeriods'], text: 'give at least one period' });
    schedule.TimerPeriods?.forEach(({ Amount, StartTime, EndTime }, j) => {
      if (Amount === undefined || StartTime === undefined || EndTime === undefined) {
        faults.push({ path: [...path, 'TimerPeriods', j], text: 'give Amount, StartTime and EndTime' });
        return;
      }
      if (!timeOfDay.test(StartTime) || !timeOfDay.test(EndTime)) {
        faults.push({ path: [...path, 'TimerPeriods', j], text: 'keep to times from 00:00 to 23:59' });
        return;
      }
      const stretch = { start: minuteOf(StartTime), end: minuteOf(EndTime) };
      for (const weekday of new Set(schedule.RecurrenceValues)) days.set(weekday, [...(days.get(weekday) ?? []), stretch]);
    });
  });
  for (const [weekday, stretches] of days) faults.push(...dayFaults(weekday, stretches, at));
  return faults;
}

/**
 * What is wrong with a strategy as a whole. `at` is the path to it in the input. Whether the enable date has passed is left to the
 * service, which knows its own today; so is whether the charge type allows the strategy.
 */
export function strategyFaults(strategy: StrategyInput, at: readonly string[]): Fault[] {
  const type = strategy.StrategyType;
  if (type !== 'NODE_SCALING_BY_SCHEDULE' && type !== 'NODE_SCALING_BY_USAGE') return [];
  const faults: Fault[] = needed[type]
    .filter((field) => strategy[field] === undefined)
    .map((field) => ({ path: [...at, field], text: `give it: ${type} needs it` }));
  if (type === 'NODE_SCALING_BY_USAGE') return faults;
  const { RecurrenceSchedules: schedules, StrategyEnableDate: enable, StrategyDisableDate: disable } = strategy;
  if (schedules?.length === 0) faults.push({ path: [...at, 'RecurrenceSchedules'], text: 'give at least one schedule' });
  if (schedules) faults.push(...weekFaults(schedules, at));
  if (enable !== undefined && disable !== undefined) faults.push(...spanFaults(enable, disable, at));
  return faults;
}
