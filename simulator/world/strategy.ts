import type { StrategySeed } from './seed.ts';

/** The three ways in which a pool's node count is decided (API definition). */
type StrategyType = 'NODE_FIXED' | 'NODE_SCALING_BY_USAGE' | 'NODE_SCALING_BY_SCHEDULE';

/** One period of a weekly schedule, times as `HH:mm`. */
export interface TimerPeriod {
  readonly StartTime: string;
  readonly EndTime: string;
  readonly Amount: number;
}

/** Periods that hold on some weekdays, 1 = Monday … 7 = Sunday. */
export interface RecurrenceSchedule {
  readonly RecurrenceType: string;
  readonly RecurrenceValues: readonly number[];
  readonly TimerPeriods: readonly TimerPeriod[];
}

/** A pool's strategy, its fields named as the API names them. Never changed in place, so pools may share one. */
export interface StrategySettings {
  readonly StrategyType: StrategyType;
  readonly NodeAmount?: number;
  readonly ScalingStep?: number;
  readonly MaxScalingAmount?: number;
  readonly ScalingUsageThreshold?: string;
  readonly ScalingDownAfterIdleMinutes?: number;
  readonly MaxIdleAppInstanceAmount?: number;
  readonly WarmUp?: boolean;
  readonly StrategyEnableDate?: string;
  readonly StrategyDisableDate?: string;
  readonly RecurrenceSchedules?: readonly RecurrenceSchedule[];
}

const fromSeed = new WeakMap<StrategySeed, StrategySettings>();

/** The settings that a seed's short form stands for; equal seed objects give one shared result. @throws RangeError on unreadable text */
export function strategyFromSeed(seed: StrategySeed): StrategySettings {
  let settings = fromSeed.get(seed);
  if (!settings) {
    settings = expand(seed);
    fromSeed.set(seed, settings);
  }
  return settings;
}

function expand(seed: StrategySeed): StrategySettings {
  if ('fixed' in seed) return { StrategyType: 'NODE_FIXED', NodeAmount: seed.fixed };
  if ('usage' in seed) {
    return {
      StrategyType: 'NODE_SCALING_BY_USAGE',
      NodeAmount: seed.usage.nodes,
      MaxScalingAmount: seed.usage.maxScaling,
      ScalingStep: seed.usage.step ?? 1,
      ScalingUsageThreshold: seed.usage.threshold ?? '85',
      ScalingDownAfterIdleMinutes: seed.downAfterIdleMinutes ?? 5,
      ...(seed.maxIdle === undefined ? {} : { MaxIdleAppInstanceAmount: seed.maxIdle }),
    };
  }
  return {
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    WarmUp: seed.warmUp ?? false,
    StrategyEnableDate: seed.enable,
    StrategyDisableDate: seed.disable,
    RecurrenceSchedules: Object.entries(seed.schedule).map(([days, periods]) => ({
      RecurrenceType: 'weekly',
      RecurrenceValues: weekdays(days),
      TimerPeriods: Object.entries(periods).map(([times, amount]) => {
        const [start, end] = times.split('-');
        if (!start || !end) throw new RangeError(`'${times}' is no period; write it like 09:00-18:30`);
        return { StartTime: start, EndTime: end, Amount: amount };
      }),
    })),
  };
}

function weekdays(text: string): number[] {
  const range = /^([1-7])-([1-7])$/.exec(text);
  const days = range
    ? Array.from({ length: Number(range[2]) - Number(range[1]) + 1 }, (_, i) => Number(range[1]) + i)
    : text.split(',').map(Number);
  if (days.length === 0 || days.some((day) => !(day >= 1 && day <= 7)))
    throw new RangeError(`'${text}' names no weekdays; write 1-5 or 6,7`);
  return days;
}
