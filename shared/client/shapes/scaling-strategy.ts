// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, jsonList, matching, object, oneOf, optional } from '../../schema/schema.ts';
import { percentage } from '../fields.ts';

/** A time of the day. The zone is stated nowhere in the API (service notes, unverified). */
const clockTime = matching(/^\d{2}:\d{2}$/, 'write a time of the day such as 08:30');

/** A date. */
const calendarDate = matching(/^\d{4}-\d{2}-\d{2}$/, 'write a date such as 2026-11-25');

/** Periods for the weekdays named in `RecurrenceValues`, 1 for Monday to 7 for Sunday. */
const recurrence = object({
  RecurrenceType: optional(oneOf('weekly')),
  RecurrenceValues: optional(jsonList(oneOf(1, 2, 3, 4, 5, 6, 7), 7)),
  TimerPeriods: optional(jsonList(object({ Amount: optional(int()), EndTime: optional(clockTime), StartTime: optional(clockTime) }), 3)),
});

/**
 * How a node pool scales, as requests say it; `scaling-rules.ts` knows which fields a strategy needs. Send the whole
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
  /** How long a node stays idle before it goes. In minutes. Default of the service: 5. */
  ScalingDownAfterIdleMinutes: optional(int(5, 120)),
  /** Nodes added at a time. */
  ScalingStep: optional(int(1, 10)),
  /** Sessions in use, as text. In percent. Default of the service: 85. */
  ScalingUsageThreshold: optional(percentage),
  StrategyDisableDate: optional(calendarDate),
  StrategyEnableDate: optional(calendarDate),
  StrategyType: optional(oneOf('NODE_FIXED', 'NODE_SCALING_BY_SCHEDULE', 'NODE_SCALING_BY_USAGE')),
  WarmUp: optional(flag),
};
