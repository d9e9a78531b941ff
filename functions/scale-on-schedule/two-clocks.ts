import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { Action, Json } from '../../shared/planning/decision.ts';
import { allHarms } from '../../shared/planning/decision.ts';
import { addDays, isoWeekday } from '../../shared/policy/values/local-date-time.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { groupState } from './group-state.ts';
import { type ServiceDay, serviceDay } from './service-day.ts';
import { requestFor } from './strategy.ts';

type Fields = Readonly<Record<string, Json | undefined>>;

/**
 * What to do with the nodes of a group while our clock and the service's differ: of what neither lowers now, that which never gives less than the
 * other, or than what is there where only one clock wants a change, or else what one of them gives back; undefined where none does. The dates of a
 * schedule are moved to those that are valid by both clocks: the service takes none that has passed by its own.
 */
export function byTwoClocks(
  group: DeliveryGroup,
  [ours, its]: readonly [Action | undefined, Action | undefined],
  contexts: readonly [PlanContext, PlanContext],
): Action | undefined {
  const state = groupState(group);
  const only = ours ?? its;
  if (!state.ok || !only) return undefined;
  const { pool, strategy } = state.value;
  const present = requestFor(group, pool, strategy);
  const chosen =
    ours && its
      ? ([ours, its].find((action, at) => isAtLeast(action.input, (at === 0 ? its : ours).input)) ??
        [ours, its].find(({ restores }) => restores === 'capacity'))
      : [only].find((action) => (action.restores === 'capacity' && allHarms(action).length === 0) || isAtLeast(action.input, present));
  return chosen && withDates(chosen, contexts);
}

function withDates(action: Action, [ours, its]: readonly [PlanContext, PlanContext]): Action {
  const strategy = strategyOf(action.input);
  if (strategy['StrategyEnableDate'] === undefined) return action;
  const days = [serviceDay(ours.policy, ours.nowMs), serviceDay(its.policy, its.nowMs)] as const;
  const [first, last] = days[0].date < days[1].date ? days : ([days[1], days[0]] as const);
  // By the service's clock a schedule has no nodes until it begins: it begins today where it has some before the later date.
  const begins = hasNodesUntil(last.date, strategy, days[1]) ? days[1].date : last.date;
  const dates = { StrategyEnableDate: begins, StrategyDisableDate: first.endDate };
  return { ...action, input: { ...action.input, NodePoolStrategy: { ...strategy, ...dates } as Json } };
}

/** Whether a week has nodes between the minute of a day and the beginning of another date. */
function hasNodesUntil(date: string, strategy: Fields, from: ServiceDay): boolean {
  const now = formatTimeOfDay(from.minute);
  for (let each = from.date; each < date; each = addDays(each, 1)) {
    if (periodsOf(strategy, isoWeekday(each)).some(([start, end]) => each > from.date || end > now || end <= start)) return true;
  }
  return false;
}

function strategyOf(input: Fields): Fields {
  return (input['NodePoolStrategy'] ?? {}) as Fields;
}

/** True where what a request sets never gives fewer nodes than what another one does. Requests of different kinds cannot be compared. */
function isAtLeast(one: Fields, other: Fields): boolean {
  const [a, b] = [strategyOf(one), strategyOf(other)];
  if (a['StrategyType'] !== b['StrategyType']) return false;
  if (a['StrategyType'] === 'NODE_SCALING_BY_SCHEDULE') return weekIsAtLeast(a, b);
  return ['NodeAmount', 'MaxScalingAmount'].every((field) => Number(a[field] ?? 0) >= Number(b[field] ?? 0));
}

/** Of one weekday: when a period begins and ends, as `HH:MM`, and its nodes. */
type Period = readonly [start: string, end: string, nodes: number];

function weekIsAtLeast(a: Fields, b: Fields): boolean {
  return [1, 2, 3, 4, 5, 6, 7].every((day) => {
    const [one, other] = [periodsOf(a, day), periodsOf(b, day)];
    const nodesAt = (periods: readonly Period[], time: string) =>
      periods.find(([start, end]) => start <= time && (time < end || end <= start))?.[2] ?? 0;
    const starts = [...one, ...other].map(([start]) => start);
    const ends = [...one, ...other].map(([, end]) => end);
    return ['00:00', ...starts, ...ends].every((time) => nodesAt(one, time) >= nodesAt(other, time));
  });
}

function periodsOf(strategy: Fields, day: number): readonly Period[] {
  const schedules = (strategy['RecurrenceSchedules'] ?? []) as readonly Fields[];
  return schedules
    .filter(({ RecurrenceValues }) => (RecurrenceValues as readonly number[]).includes(day))
    .flatMap(({ TimerPeriods }) => TimerPeriods as readonly Fields[])
    .map(({ StartTime, EndTime, Amount }): Period => [String(StartTime), String(EndTime), Number(Amount)]);
}
