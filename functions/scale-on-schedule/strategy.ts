import type { Charge, DeliveryGroup, NativePeriod, NativeWeek, NodePool, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { Json } from '../../shared/planning/decision.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { amountAt } from './day-levels.ts';
import type { ServiceDay } from './service-day.ts';
import { perWeek } from './steps.ts';

/** ISO weekdays in order. */
export const weekdays: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];

const names = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * What a strategy means, as canonical text: equal for strategies that are equal in what the policy decides. Dates of a schedule, warm-up and
 * the fine settings of usage scaling are not part of it: people may set those, and we send back what we read. Neither are the bought
 * nodes of a subscription, which no strategy changes; the nodes that always run by the hour are.
 */
export function fingerprint(strategy: Strategy, charge: Charge): string {
  if (strategy.type === 'fixed') return `fixed ${strategy.nodes}`;
  if (strategy.type === 'usage') {
    const base = charge === 'subscription' ? '' : `${strategy.nodes ?? '?'} and `;
    return `usage ${base}up to ${strategy.maxScaling ?? '?'}`;
  }
  return `schedule ${weekText(strategy.week)}`;
}

/** Whether two strategies have equal fingerprints, without writing them. */
export function sameStrategy(a: Strategy, b: Strategy, charge: Charge): boolean {
  if (a.type === 'fixed') return b.type === 'fixed' && a.nodes === b.nodes;
  if (a.type === 'usage') return b.type === 'usage' && a.maxScaling === b.maxScaling && (charge === 'subscription' || a.nodes === b.nodes);
  return b.type === 'schedule' && weekdays.every((day) => sameDay(a.week[day] ?? [], b.week[day] ?? []));
}

/** Whether two days have the same periods. */
export function sameDay(a: readonly NativePeriod[], b: readonly NativePeriod[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ startMinute, endMinute, amount }, i) => {
      const other = b[i] as NativePeriod;
      return startMinute === other.startMinute && endMinute === other.endMinute && amount === other.amount;
    })
  );
}

/** A strategy for people, e.g. `weekly schedule: Mon–Fri 09:30–23:30 4 nodes`. */
export function describe(strategy: Strategy, charge: Charge): string {
  if (strategy.type === 'fixed') return `fixed at ${count(strategy.nodes)}`;
  if (strategy.type === 'usage') {
    const base =
      charge === 'subscription' ? '' : `${strategy.nodes === undefined ? 'an unknown number of nodes' : count(strategy.nodes)} and `;
    return `by usage, ${base}up to ${strategy.maxScaling ?? 'an unknown number of'} extra ${strategy.maxScaling === 1 ? 'node' : 'nodes'}`;
  }
  return weekDescription(strategy.week);
}

const weekDescription = perWeek((week) => {
  const runs: { first: IsoWeekday; last: IsoWeekday; text: string }[] = [];
  for (const day of weekdays) {
    const text = (week[day] ?? [])
      .map((period) => `${formatTimeOfDay(period.startMinute)}–${formatTimeOfDay(period.endMinute)} ${count(period.amount)}`)
      .join(', ');
    const run = runs.at(-1);
    if (run?.text === text) run.last = day;
    else runs.push({ first: day, last: day, text });
  }
  const shown = runs
    .filter((run) => run.text !== '')
    .map((run) => `${run.first === run.last ? names[run.first] : `${names[run.first]}–${names[run.last]}`} ${run.text}`);
  return `weekly schedule: ${shown.length === 0 ? 'no periods' : shown.join('; ')}`;
});

/** A count of nodes in words. */
export function count(nodes: number): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`;
}

/** Periods of a day as canonical text. */
export function dayText(periods: readonly NativePeriod[]): string {
  return periods.map((period) => `${formatTimeOfDay(period.startMinute)}-${formatTimeOfDay(period.endMinute)}=${period.amount}`).join(',');
}

const weekText = perWeek((week) => weekdays.flatMap((day) => (week[day]?.length ? [`${day}:${dayText(week[day])}`] : [])).join(' '));

/** Nodes that a weekly schedule gives at the moment of a service's day. */
export function nodesOfWeek(week: NativeWeek, { weekday, minute }: ServiceDay): number {
  return amountAt(week[weekday] ?? [], minute);
}

/**
 * Nodes that a pay-as-you-go pool has by its strategy at this moment. For usage scaling it is the highest that it may have when the
 * answer does not say how many there are. A schedule that has not begun or has ended gives none.
 */
export function nodesOfStrategy(strategy: Strategy, pool: NodePool, day: ServiceDay): number {
  if (strategy.type === 'fixed') return strategy.nodes;
  if (strategy.type === 'usage') return (strategy.nodes ?? 0) + (pool.scalingNodeAmount ?? strategy.maxScaling ?? 0);
  const begun = strategy.enableDate === undefined || strategy.enableDate <= day.date;
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= day.date;
  return begun && !ended ? nodesOfWeek(strategy.week, day) : 0;
}

/** A fixed count of nodes. */
export type FixedStrategy = Extract<Strategy, { type: 'fixed' }>;

/** Scaling by usage below a ceiling. */
export type UsageStrategy = Extract<Strategy, { type: 'usage' }>;

/** The service's own weekly schedule. */
export type ScheduleStrategy = Extract<Strategy, { type: 'schedule' }>;

/**
 * The input of ModifyNodePoolAttribute that brings a strategy about. The whole strategy is sent, since nothing documents what
 * becomes of fields that are left out (service notes). A subscription's bought nodes cannot be changed there and are not sent.
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

/** One entry for each set of weekdays with equal periods; requests spell the type `weekly` (service notes). */
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
