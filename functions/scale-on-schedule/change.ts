import type { Action, Harm, Reason } from '../../shared/engine/decision.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import type { GroupState } from './group-state.ts';
import { cappedAt, levelOf, type ScheduleStanding } from './levels.ts';
import { reArm, weekCanBeSent } from './method-native.ts';
import { fitDay } from './native-day.ts';
import { reason } from './reasons.ts';
import { requestFor } from './request.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesInUse, nodesOfStrategy, nodesOfWeek } from './strategy-level.ts';
import { count, describe, fingerprint, sameDay, sameStrategy, weekdays } from './strategy-text.ts';
import type { ScheduleStrategy, UsageStrategy } from './strategy-types.ts';
import { journalValue } from './strategy-value.ts';
import type { Wish } from './wish.ts';

/** What a call needs to know of a group. */
export type PoolState = Pick<GroupState, 'group' | 'pool' | 'charge' | 'strategy'>;

/** The setting that scale-on-schedule writes, as the journal names it. */
export function settingOf(state: Pick<GroupState, 'pool'>): string {
  return `node-pool:${state.pool.id}`;
}

/** Whether two strategies mean the same; a subscription at a fixed count has no extra nodes, as with a ceiling of zero. */
export function means(state: GroupState, observed: Strategy, wanted: Strategy): boolean {
  if (state.charge === 'subscription' && observed.type === 'fixed' && wanted.type === 'usage') return (wanted.maxScaling ?? 0) === 0;
  return sameStrategy(observed, wanted, state.charge);
}

/** How much an action lowers a pool right now, and who may be cut by it. */
export interface Lowering {
  /** Whether there are fewer nodes, or a lower ceiling, right after the action. */
  readonly lowers: boolean;
  /** Why the action must not happen; undefined when it may. */
  readonly forbidden?: Reason;
  /** Connected sessions at risk, whichever nodes go; 0 when none can be. */
  readonly sessionsAtRisk: number;
  /** Connected sessions for which no node is left. */
  readonly sessionsCut: number;
}

const nobody = { sessionsAtRisk: 0, sessionsCut: 0 } as const;

/**
 * Judges what a change does to the nodes of this moment. Which nodes go when a count is lowered is not documented, so each node that goes
 * may be one in use: `sessionsAtRisk` is the most that can be. Usage scaling waits for idle nodes, so it puts at risk only the sessions on
 * nodes beyond what it may have at all.
 */
export function loweringOf(state: GroupState, to: Strategy, day: ServiceDay): Lowering {
  const { pool, strategy: from, capacity } = state;
  if (to.type === 'usage') return loweringToUsage(state, to, day);
  const before = nodesOfStrategy(from, pool, day);
  const after = nodesOfStrategy(to, pool, day);
  if (after >= before) return { lowers: false, ...nobody };
  const used = nodesInUse(pool);
  const data = { wanted: after, present: before };
  if (used === undefined) {
    const text = `this would lower ${count(before)} to ${after}, and how many are in use is unknown`;
    return { lowers: true, ...nobody, forbidden: reason('nodes-in-use-unknown', text, data) };
  }
  const sessionsAtRisk = Math.min(before - after, used) * capacity;
  if (used <= after) return { lowers: true, sessionsAtRisk, sessionsCut: 0 };
  const text = `this would lower ${count(before)} to ${after}, and ${used} ${used === 1 ? 'is' : 'are'} in use`;
  const forbidden = reason('nodes-in-use', text, { ...waiting, ...data, used });
  return { lowers: true, sessionsAtRisk, sessionsCut: (used - after) * capacity, forbidden };
}

function loweringToUsage({ pool, strategy: from, capacity }: GroupState, to: UsageStrategy, day: ServiceDay): Lowering {
  const after = (to.nodes ?? 0) + (to.maxScaling ?? 0);
  const lowers = after < presentNodes(from, pool, day);
  const beyond = Math.max(0, (nodesInUse(pool) ?? 0) - after);
  const sessions = lowers ? beyond * capacity : 0;
  return { lowers, sessionsAtRisk: sessions, sessionsCut: sessions };
}

/** Nodes that a pool has, or may have, at this moment. */
function presentNodes(from: Strategy, pool: GroupState['pool'], day: ServiceDay): number {
  const allowed = from.type === 'usage' ? (from.nodes ?? 0) + (from.maxScaling ?? 0) : 0;
  return Math.max(nodesOfStrategy(from, pool, day), allowed);
}

/** What the harm of a change is judged by. */
export interface ChangeFacts {
  readonly wish: Pick<Wish, 'at'>;
  readonly day: ServiceDay;
  readonly standing: Pick<ScheduleStanding, 'inForce' | 'highest'>;
}

/** The action that brings a strategy about, with what it harms and restores, and what is left of it where no harm or no further node may be. */
export function changeTo(state: GroupState, to: Strategy, lowering: Lowering, facts: ChangeFacts): Action {
  const change = harmAndGood(state, to, lowering, facts);
  const harms: readonly Harm[] = [
    ...(lowering.sessionsCut > 0 ? (['cut'] as const) : []),
    ...(lowering.lowers ? (['lower'] as const) : []),
  ];
  const restores = !change.lowersEver && change.raises;
  const harmless = restores ? undefined : withoutHarm(state, to, facts);
  return {
    ...actionFor(state, to, lowering),
    ...(harms.length > 0 ? { harms } : {}),
    ...(change.lowersEver && !lowering.lowers ? { harmsLater: ['lower'] } : {}),
    ...(change.lowersEver && facts.standing.inForce ? { planned: true } : {}),
    ...(restores ? { restores: 'capacity' } : {}),
    ...(harmless === undefined ? {} : { withoutHarm: harmless }),
    ...adding(state, to, facts, (capped) => changeTo(state, capped, loweringOf(state, capped, facts.day), facts)),
  };
}

/** Nodes beyond the highest level of the group, with the action that stays within it. */
function adding(
  state: GroupState,
  to: Strategy,
  { standing: { highest } }: ChangeFacts,
  actionOf: (capped: Strategy) => Action,
): Pick<Action, 'nodesAdded' | 'withoutAdding'> {
  const nodesAdded = levelOf(to, state.charge) - highest;
  if (nodesAdded <= 0) return {};
  const capped = highest > 0 ? cappedAt(to, state.charge, highest) : state.strategy;
  return { nodesAdded, ...(means(state, state.strategy, capped) ? {} : { withoutAdding: actionOf(capped) }) };
}

/** Whether a change takes nodes away, now or later in its week, and whether it gives some. */
function harmAndGood(state: GroupState, to: Strategy, lowering: Lowering, { wish, day }: ChangeFacts) {
  const { strategy: from, pool } = state;
  const [week, next] = [runningWeek(from, day), runningWeek(to, day)];
  if (week !== undefined && next !== undefined) return { lowersEver: isBelow(next, week), raises: isBelow(week, next) };
  if (next !== undefined) {
    return { lowersEver: true, raises: levelOf(to, state.charge) > presentNodes(from, pool, day) };
  }
  const after = to.type === 'usage' ? (to.nodes ?? 0) + (to.maxScaling ?? 0) : nodesOfStrategy(to, pool, day);
  let raises = after > presentNodes(from, pool, day);
  let lowersEver = lowering.lowers;
  if (week !== undefined && to.type === 'fixed') {
    // The count follows the wish from now on, so the two are compared as long as the wish is certain.
    for (let ms = day.nowMs; ms < day.twoDays.untilMs; ms += quarterMs) {
      const wanted = wish.at(ms);
      const given = nodesOfWeek(week, { ...day, ...localTimeAt(day.zone, ms) });
      raises ||= wanted > given;
      // A fixed count cannot be lower.
      lowersEver ||= Math.max(1, wanted) < given;
    }
  }
  return { lowersEver, raises };
}

/** No period of the service is shorter. */
const quarterMs = 15 * 60_000;

/** The week that a strategy runs by, empty where its dates say that it does not run; undefined where it is no schedule. */
function runningWeek(strategy: Strategy, { date }: ServiceDay): NativeWeek | undefined {
  if (strategy.type !== 'schedule') return undefined;
  const begun = strategy.enableDate === undefined || strategy.enableDate <= date;
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= date;
  return begun && !ended ? strategy.week : {};
}

/** Whether one week has fewer nodes than another at any minute. */
function isBelow(week: NativeWeek, other: NativeWeek): boolean {
  return weekdays.some((day) => edgesOf(day, week, other).some((minute) => amountAt(week, day, minute) < amountAt(other, day, minute)));
}

function edgesOf(day: IsoWeekday, ...weeks: readonly NativeWeek[]): readonly number[] {
  const edges = weeks.flatMap((week) => (week[day] ?? []).flatMap(({ startMinute, endMinute }) => [startMinute, endMinute]));
  return [...new Set(edges)].sort((a, b) => a - b);
}

function amountAt(week: NativeWeek, day: IsoWeekday, minute: number): number {
  return week[day]?.find((period) => period.startMinute <= minute && minute < period.endMinute)?.amount ?? 0;
}

/** What is left of a change where nothing may be lowered: the raises in it, or new dates for a schedule that ends soon. Undefined: nothing. */
function withoutHarm(state: GroupState, to: Strategy, facts: ChangeFacts): Action['withoutHarm'] {
  const { strategy: from, pool } = state;
  const { day, wish } = facts;
  const raised = (strategy: Strategy): Action['withoutHarm'] => ({
    action: raising(state, strategy, facts),
    because: reason('raised-only', 'what the change raises is done, and what it lowers waits'),
  });
  if (to.type === 'usage' && from.type !== 'schedule') return undefined;
  const present = presentNodes(from, pool, day);
  const nodes = Math.max(present, to.type === 'fixed' ? to.nodes : wish.at(day.nowMs));
  if (from.type !== 'schedule') return nodes > present ? raised({ type: 'fixed', nodes }) : undefined;
  if (to.type === 'schedule') {
    const week = higherOf(runningWeek(from, day) ?? {}, to.week);
    if (weekdays.some((each) => !sameDay(week[each] ?? [], from.week[each] ?? []))) return raised({ ...to, week });
  }
  const fixed: Strategy = { type: 'fixed', nodes: Math.max(1, nodes) };
  if (to.type === 'fixed' && harmAndGood(state, fixed, { lowers: false, ...nobody }, facts).raises) return raised(fixed);
  return extended(state, day);
}

/** A change of which only the raises are done: falls that it has later are those that the group has anyhow. */
function raising(state: GroupState, to: Strategy, facts: ChangeFacts): Action {
  return {
    ...actionFor(state, to, { lowers: false, ...nobody }),
    restores: 'capacity',
    ...adding(state, to, facts, (capped) => raising(state, capped, facts)),
  };
}

/** The higher of two weeks at each minute, in a form that the service takes. */
function higherOf(a: NativeWeek, b: NativeWeek): NativeWeek {
  const week: Partial<Record<IsoWeekday, readonly NativePeriod[]>> = {};
  for (const day of weekdays) {
    const edges = edgesOf(day, a, b);
    const periods: NativePeriod[] = [];
    for (const [at, startMinute] of edges.entries()) {
      const endMinute = edges[at + 1];
      const amount = Math.max(amountAt(a, day, startMinute), amountAt(b, day, startMinute));
      if (endMinute === undefined || amount === 0) continue;
      const last = periods.at(-1);
      if (last?.endMinute === startMinute && last.amount === amount) periods[periods.length - 1] = { ...last, endMinute };
      else periods.push({ startMinute, endMinute, amount });
    }
    const fitted = fitDay(periods).periods;
    if (fitted.length > 0) week[day] = fitted;
  }
  return week;
}

/** The call that brings a strategy about. The key names the strategy, not the request: dates of a schedule are not in it. */
function actionFor(state: PoolState, to: Strategy, { sessionsAtRisk, sessionsCut }: Lowering): Action {
  const { charge, group } = state;
  return {
    key: `scale-on-schedule/${group.id}/${fingerprint(to, charge)}`,
    operation: 'ModifyNodePoolAttribute',
    input: requestFor(group, state.pool, to),
    effect: sessionsAtRisk > 0 ? 'disruptive' : 'write',
    change: [{ field: 'nodes', from: describe(state.strategy, charge), to: describe(to, charge) }],
    writes: { setting: settingOf(state), value: journalValue(to, charge) },
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk, sessionsCut } : {}),
  };
}

/** The action that only moves the dates of a schedule, so that it does not end. */
export function reArmAction(state: PoolState, to: ScheduleStrategy): Action {
  const action = actionFor(state, to, { lowers: false, ...nobody });
  const from = state.strategy.type === 'schedule' ? (state.strategy.disableDate ?? null) : null;
  return {
    ...action,
    key: `${action.key} beyond ${from}`,
    change: [{ field: 'schedule ends', from, to: to.disableDate ?? null }],
    restores: 'capacity',
  };
}

/** The action that sends the week that is there with new dates, where it would end soon; undefined where it would not, or cannot be sent. */
export function extended(state: PoolState, day: ServiceDay): Action['withoutHarm'] {
  const { strategy } = state;
  const due = strategy.type === 'schedule' ? reArm(strategy, day) : undefined;
  if (strategy.type !== 'schedule' || due?.when !== 'now' || !weekCanBeSent(strategy.week)) return undefined;
  return {
    action: reArmAction(state, { ...strategy, enableDate: day.date, disableDate: day.endDate }),
    because: { ...due.because, text: `${due.because.text}, with the periods that it has, since another change is held` },
  };
}
