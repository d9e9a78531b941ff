import { countOf, flagOf, isGiven, type Loose, listOf, objectOf, textOf } from './answer-fields.ts';
import type { Charge, NativePeriod, NativeWeek, Strategy } from './delivery-group.ts';
import { isLocalDate } from './instant.ts';

type Weekday = keyof NativeWeek;

/** Takes the name of a field that could not be read. */
export type Unreadable = (field: string) => void;

/**
 * The scaling strategy in a node pool of an answer; undefined when the type is unknown or a field that the type cannot do without
 * is missing or wrong. Each such field is reported to `unreadable`. Fields of other strategies are not looked at.
 *
 * Documents contradict each other on what NodeAmount shows of a pool that is paid by the hour: the setting, nothing, or zero, since it counts
 * subscription nodes. No such pool can be set to zero (service notes), so a zero says as little as an absent field; the nodes that are there stand
 * in for a fixed count then.
 */
export function mapStrategy(pool: Loose, unreadable: Unreadable, charge?: Charge): Strategy | undefined {
  const { NodeAmount } = pool;
  const hidden = charge === 'pay-as-you-go' && (!isGiven(NodeAmount) || countOf(NodeAmount) === 0);
  switch (textOf(pool.StrategyType)?.toUpperCase()) {
    case 'NODE_FIXED': {
      const nodes = countOf(hidden && isGiven(pool.ScalingNodeAmount) ? pool.ScalingNodeAmount : NodeAmount);
      if (nodes === undefined) unreadable('NodeAmount');
      return nodes === undefined ? undefined : { type: 'fixed', nodes, ...(hidden ? { counted: true } : {}) };
    }
    case 'NODE_SCALING_BY_USAGE':
      return mapUsage(pool, unreadable, hidden);
    case 'NODE_SCALING_BY_SCHEDULE':
      return mapSchedule(pool, unreadable);
    default:
      unreadable('StrategyType');
      return undefined;
  }
}

function mapUsage(pool: Loose, unreadable: Unreadable, hidden: boolean): Strategy | undefined {
  const nodes = hidden ? undefined : countOf(pool.NodeAmount);
  const optional = (field: string): number | undefined => {
    const value = countOf(pool[field]);
    if (value === undefined && isGiven(pool[field])) unreadable(field);
    return value;
  };
  const threshold = textOf(pool.ScalingUsageThreshold) ?? countOf(pool.ScalingUsageThreshold)?.toString();
  if (nodes === undefined && !hidden) {
    unreadable('NodeAmount');
    return undefined;
  }
  return {
    type: 'usage',
    nodes,
    maxScaling: optional('MaxScalingAmount'),
    step: optional('ScalingStep'),
    threshold,
    downAfterIdleMinutes: optional('ScalingDownAfterIdleMinutes'),
    maxIdle: optional('MaxIdleAppInstanceAmount'),
  };
}

function mapSchedule(pool: Loose, unreadable: Unreadable): Strategy | undefined {
  const week = mapWeek(listOf(pool.RecurrenceSchedules));
  if (week === undefined) {
    unreadable('RecurrenceSchedules');
    return undefined;
  }
  const date = (field: string): string | undefined => {
    const text = textOf(pool[field]);
    if (text !== undefined && isLocalDate(text)) return text;
    if (isGiven(pool[field])) unreadable(field);
    return undefined;
  };
  return {
    type: 'schedule',
    week,
    warmUp: flagOf(pool.WarmUp),
    enableDate: date('StrategyEnableDate'),
    disableDate: date('StrategyDisableDate'),
  };
}

/** A week from `RecurrenceSchedules`; answers spell the type `Weekly`, requests `weekly` (service notes). Undefined: not readable. */
function mapWeek(schedules: readonly unknown[] | undefined): NativeWeek | undefined {
  if (schedules === undefined) return undefined;
  const week: Partial<Record<Weekday, NativePeriod[]>> = {};
  for (const entry of schedules) {
    const schedule = objectOf(entry);
    const days = listOf(schedule?.RecurrenceValues);
    const periods = listOf(schedule?.TimerPeriods)?.map(mapPeriod);
    if (textOf(schedule?.RecurrenceType)?.toLowerCase() !== 'weekly' || days === undefined || periods === undefined) return undefined;
    for (const day of days) {
      const weekday = countOf(day);
      if (weekday === undefined || weekday < 1 || weekday > 7 || periods.includes(undefined)) return undefined;
      const known = week[weekday as Weekday] ?? [];
      week[weekday as Weekday] = [...known, ...(periods as NativePeriod[])];
    }
  }
  for (const [day, periods] of Object.entries(week)) {
    if (periods.length === 0) delete week[Number(day) as Weekday];
    else periods.sort((a, b) => a.startMinute - b.startMinute || a.endMinute - b.endMinute);
  }
  return week;
}

function mapPeriod(value: unknown): NativePeriod | undefined {
  const period = objectOf(value);
  const startMinute = minuteOf(textOf(period?.StartTime));
  const endMinute = minuteOf(textOf(period?.EndTime));
  const amount = countOf(period?.Amount);
  if (startMinute === undefined || endMinute === undefined || amount === undefined || endMinute <= startMinute) return undefined;
  return { startMinute, endMinute, amount };
}

function minuteOf(time: string | undefined): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(time ?? '');
  if (match === null) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minute <= 1440 ? minute : undefined;
}
