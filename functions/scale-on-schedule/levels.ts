import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Charge, DeliveryGroup, NativePeriod, Strategy } from '../../shared/fleet/delivery-group.ts';
import { keptPrefix } from '../../shared/journal/intents/intent-view.ts';
import type { Sighted } from '../../shared/planning/decision.ts';
import type { Timeline } from '../../shared/policy/compiled.ts';
import { nextBoundary } from '../../shared/policy/schedule.ts';
import { formatLevel, nodesOf } from '../../shared/policy/values/level.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import type { CompiledScaleRule } from './compiled-rule.ts';
import type { GroupState } from './group-state.ts';
import type { ServiceDay } from './service-day.ts';
import { weekdays } from './strategy.ts';

/** Where the journal keeps under which rule, levels and peak a group is scaled, and since when. */
const scheduleSetting = `${keptPrefix}schedule`;
/** Where it keeps a schedule whose highest level the group has not had yet: a raise that is held makes no level that it had. */
const unreachedSetting = `${keptPrefix}unreached`;
/** Where it keeps the highest level from which a group was lowered, and when: `<nodes> on <date>`. */
const highestSetting = `${keptPrefix}highest`;

/** What is kept there in place of a schedule while the function only observes: boundaries count that are passed in `act`. */
const observing = 'observing';

/** A level counts for so long after it was left: at least 30 days, since it is noted anew only every ten. */
const highestForMs = 40 * dayMs;
const notedAgainMs = 10 * dayMs;

/** The most nodes that a strategy gives by the hour at any time of its week; bought nodes, which no strategy changes, are not counted. */
export function levelOf(strategy: Strategy, charge: Charge | undefined): number {
  const bought = charge === 'subscription';
  if (strategy.type === 'fixed') return bought ? 0 : strategy.nodes;
  if (strategy.type === 'usage') return (bought ? 0 : (strategy.nodes ?? 0)) + (strategy.maxScaling ?? 0);
  return weekdays.reduce((most, day) => Math.max(most, ...(strategy.week[day] ?? []).map(({ amount }) => amount)), 0);
}

/** The same strategy with no more than so many nodes by the hour, one at least. */
export function cappedAt(strategy: Strategy, charge: Charge, nodes: number): Strategy {
  if (strategy.type === 'fixed') return { ...strategy, nodes: Math.max(1, Math.min(strategy.nodes, nodes)) };
  if (strategy.type === 'usage') {
    const base = charge === 'subscription' ? 0 : (strategy.nodes ?? 0);
    return { ...strategy, maxScaling: Math.max(0, Math.min(strategy.maxScaling ?? 0, nodes - base)) };
  }
  const capped = Object.entries(strategy.week).map(([day, periods]) => [day, cappedPeriods(periods, nodes)]);
  return { ...strategy, week: Object.fromEntries(capped) };
}

/** Periods of a day with no more than so many nodes. */
export function cappedPeriods(periods: readonly NativePeriod[], nodes: number): readonly NativePeriod[] {
  return nodes <= 0 ? [] : periods.map((period) => ({ ...period, amount: Math.min(period.amount, nodes) }));
}

/** The highest level of a group in 30 days, as far as is known: what it has, and what it was lowered from. */
export function highestLevel(group: DeliveryGroup, { written, nowMs }: Pick<PlanContext, 'written' | 'nowMs'>): number {
  const strategy = group.pools?.[0]?.strategy;
  return Math.max(strategy === undefined ? 0 : levelOf(strategy, group.charge), noted(group.id, written, nowMs - highestForMs));
}

/** All nodes that a group had at its highest in 30 days, bought ones included: what additions are measured against by default. */
export function highestTotal(group: DeliveryGroup, context: Pick<PlanContext, 'written' | 'nowMs'>): number {
  const strategy = group.pools?.[0]?.strategy;
  const bought = group.charge === 'subscription' && strategy && strategy.type !== 'schedule' ? (strategy.nodes ?? 0) : 0;
  return bought + highestLevel(group, context);
}

/** The highest level that the journal has noted after an instant; 0 where none is. */
function noted(id: string, written: PlanContext['written'], afterMs: EpochMs): number {
  const kept = written.external(id, highestSetting);
  const nodes = kept === undefined || kept.sinceMs <= afterMs ? 0 : Number(/^\d+(?= on )/.exec(kept.value)?.[0] ?? 0);
  return nodes;
}

/** How a group stands with the schedule of its rule. */
export interface ScheduleProgress {
  /** Whether the journal knows this schedule, with its levels and peak, of the group: what we wrote last was wanted by it. */
  readonly isKnown: boolean;
  /** True once the group has passed two boundaries of the schedule in `act` under the same rule, levels and peak. */
  readonly inForce: boolean;
  /** The highest level of the group in 30 days; where the schedule is in force and was reached, not below that of its ordinary week. */
  readonly highest: number;
  /** What the journal is to keep of it. Empty where it has it already. */
  readonly sighted: readonly Sighted[];
}

/** Tells whether a schedule is in force for a group, by since when the journal knows rule, levels and peak together. */
export function scheduleProgress(
  { group }: Pick<GroupState, 'group'>,
  rule: CompiledScaleRule,
  timeline: Timeline,
  peak: number,
  context: PlanContext,
): ScheduleProgress {
  const { written, nowMs, policy } = context;
  const { levels, most } = ordinaryLevels(timeline, peak);
  const acting = policy.mode.act.includes('scale-on-schedule') || policy.mode.default === 'act';
  const value = acting ? `${rule.name}: ${levels} of ${peak}` : observing;
  const kept = written.external(group.id, scheduleSetting);
  const first = kept?.value === value ? nextBoundary(timeline, kept.sinceMs) : undefined;
  const second = first === undefined ? undefined : nextBoundary(timeline, first);
  const inForce = acting && second !== undefined && second <= nowMs;
  const isNews = kept?.value !== value && (acting || kept !== undefined);
  const had = highestLevel(group, context);
  const isUnreached = written.external(group.id, unreachedSetting)?.value === value;
  const reached = had >= most;
  return {
    isKnown: kept?.value === value,
    inForce,
    highest: Math.max(had, inForce && !isUnreached ? most : 0),
    sighted: [
      ...(isNews ? [{ setting: scheduleSetting, value }] : []),
      ...(acting && isNews && !reached ? [{ setting: unreachedSetting, value }] : []),
      ...(isUnreached && reached ? [{ setting: unreachedSetting, value: '' }] : []),
    ],
  };
}

/** What the journal is to keep where a group gets a lower level: the one that it had, unless that is noted already. */
export function loweredFrom(
  { group, strategy, charge }: GroupState,
  to: Strategy,
  day: ServiceDay,
  { written }: PlanContext,
): readonly Sighted[] {
  const level = levelOf(strategy, charge);
  if (levelOf(to, charge) >= level || noted(group.id, written, day.nowMs - notedAgainMs) >= level) return [];
  return [{ setting: highestSetting, value: `${Math.max(level, noted(group.id, written, day.nowMs - highestForMs))} on ${day.date}` }];
}

interface OrdinaryLevels {
  readonly levels: string;
  /** In nodes. */
  readonly most: number;
}

const known = new WeakMap<Timeline, Map<number, OrdinaryLevels>>();

/** The levels of an ordinary week, as text and the highest in nodes. */
function ordinaryLevels(timeline: Timeline, peak: number): OrdinaryLevels {
  const byPeak = known.get(timeline) ?? new Map<number, OrdinaryLevels>();
  known.set(timeline, byPeak);
  let found = byPeak.get(peak);
  if (found === undefined) {
    const levels = [...new Map(timeline.ordinary.map(({ level }) => [formatLevel(level), level])).entries()];
    found = {
      levels: levels
        .map(([text]) => text)
        .sort()
        .join(', '),
      most: levels.reduce((most, [, level]) => Math.max(most, nodesOf(level, peak)), 0),
    };
    byPeak.set(peak, found);
  }
  return found;
}
