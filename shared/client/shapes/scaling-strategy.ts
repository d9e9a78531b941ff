import { flag, int, jsonList, matching, object, oneOf, optional } from '../../schema/schema.ts';

const clockTime = matching(/^\d{2}:\d{2}$/, 'write a time of the day such as 08:30');

const calendarDate = matching(/^\d{4}-\d{2}-\d{2}$/, 'write a date such as 2026-11-25');

/** One stretch of a weekly schedule. The zone is stated nowhere in the API (API notes, unverified). */
const timerPeriod = object({ Amount: optional(int()), EndTime: optional(clockTime), StartTime: optional(clockTime) });

/** Periods for the weekdays named in `RecurrenceValues`, 1 for Monday to 7 for Sunday. */
const recurrence = object({
  RecurrenceType: optional(oneOf('weekly')),
  RecurrenceValues: optional(jsonList(oneOf(1, 2, 3, 4, 5, 6, 7), 7)),
  TimerPeriods: optional(jsonList(timerPeriod, 3)),
});

/**
 * How a node pool scales, as requests say it. `scaling-rules.ts` knows which fields a strategy needs. Send the whole
 * strategy: what becomes of fields that are left out is documented nowhere.
 */
export const scalingFields = {
  /** Scale out only while fewer sessions than this are idle. */
  MaxIdleAppInstanceAmount: optional(int()),
  /** Most elastic nodes. */
  MaxScalingAmount: optional(int()),
  /** Nodes at rest; a subscription group cannot change it here. */
  NodeAmount: optional(int(1, 100)),
  RecurrenceSchedules: optional(jsonList(recurrence, 7)),
  /** Minutes a node stays idle before it goes; the service takes 5 when nothing is sent. */
  ScalingDownAfterIdleMinutes: optional(int(5, 120)),
  /** Nodes added at a time. */
  ScalingStep: optional(int(1, 10)),
  /** Percent of sessions in use, as text; the service takes 85 when nothing is sent. */
  ScalingUsageThreshold: optional(matching(/^(100|[1-9]?\d)$/, 'write a whole percentage from 0 to 100 as text, such as "85"')),
  StrategyDisableDate: optional(calendarDate),
  StrategyEnableDate: optional(calendarDate),
  StrategyType: optional(oneOf('NODE_FIXED', 'NODE_SCALING_BY_SCHEDULE', 'NODE_SCALING_BY_USAGE')),
  WarmUp: optional(flag),
};
