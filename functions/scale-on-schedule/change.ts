import type { Action, Reason } from '../../shared/engine/decision.ts';
import type { Strategy } from '../../shared/fleet/delivery-group.ts';
import type { GroupState } from './group-state.ts';
import { reason } from './reasons.ts';
import { requestFor } from './request.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesInUse, nodesOfStrategy } from './strategy-level.ts';
import { count, describe, fingerprint, sameStrategy } from './strategy-text.ts';
import type { ScheduleStrategy } from './strategy-types.ts';

/** The setting that scale-on-schedule writes, as the journal names it. */
export function settingOf(state: GroupState): string {
  return `node-pool:${state.pool.id}`;
}

/** Whether two strategies mean the same; a subscription at a fixed count has no extra nodes, as with a ceiling of zero. */
export function means(state: GroupState, observed: Strategy, wanted: Strategy): boolean {
  if (state.charge === 'subscription' && observed.type === 'fixed' && wanted.type === 'usage') return (wanted.maxScaling ?? 0) === 0;
  return sameStrategy(observed, wanted);
}

/** How much an action lowers a pool right now, and who may be cut by it. */
export interface Lowering {
  /** Whether there are fewer nodes, or a lower ceiling, right after the action. */
  readonly lowers: boolean;
  /** Why the action must not happen; undefined when it may. */
  readonly forbidden?: Reason;
  /** Connected sessions at risk; 0 when none can be. */
  readonly sessionsAtRisk: number;
}

/**
 * Judges what a change does to the nodes of this moment. Which nodes go when a count is lowered is not documented, so each node that goes
 * may be one in use: `sessionsAtRisk` is the most that can be. Usage scaling waits for idle nodes and puts nobody at risk.
 */
export function loweringOf(state: GroupState, to: Strategy, day: ServiceDay): Lowering {
  const { pool, strategy: from, capacity } = state;
  if (to.type === 'usage') {
    const lowers = from.type === 'usage' && (to.maxScaling ?? 0) < (from.maxScaling ?? 0);
    return { lowers, sessionsAtRisk: 0 };
  }
  const before = nodesOfStrategy(from, pool, day);
  const after = nodesOfStrategy(to, pool, day);
  if (after >= before) return { lowers: false, sessionsAtRisk: 0 };
  const used = nodesInUse(pool);
  const data = { wanted: after, present: before };
  if (used === undefined) {
    const text = `this would lower ${count(before)} to ${after}, and how many are in use is unknown`;
    return { lowers: true, sessionsAtRisk: 0, forbidden: reason('nodes-in-use-unknown', text, data) };
  }
  const sessionsAtRisk = Math.min(before - after, used) * capacity;
  if (used <= after) return { lowers: true, sessionsAtRisk };
  const text = `this would lower ${count(before)} to ${after}, and ${used} ${used === 1 ? 'is' : 'are'} in use`;
  return { lowers: true, sessionsAtRisk, forbidden: reason('nodes-in-use', text, { ...data, used }) };
}

/** The action that brings a strategy about. The key names the strategy, not the request: dates of a schedule are not in it. */
export function actionFor(state: GroupState, to: Strategy, { lowers, sessionsAtRisk }: Lowering): Action {
  const value = fingerprint(to);
  return {
    key: `scale-on-schedule/${state.group.id}/${value}`,
    operation: 'ModifyNodePoolAttribute',
    input: requestFor(state.group, state.pool, to),
    effect: sessionsAtRisk > 0 ? 'disruptive' : 'write',
    change: [{ field: 'nodes', from: describe(state.strategy), to: describe(to) }],
    writes: { setting: settingOf(state), value },
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk } : {}),
    ...(lowers ? { lowers } : {}),
  };
}

/** The action that only moves the dates of a schedule. `lapses` says that leaving it undone would let the schedule end. */
export function reArmAction(state: GroupState, to: ScheduleStrategy, lapses: boolean): Action {
  const action = actionFor(state, to, { lowers: false, sessionsAtRisk: 0 });
  const from = state.strategy.type === 'schedule' ? (state.strategy.disableDate ?? null) : null;
  return {
    ...action,
    key: `${action.key} beyond ${from}`,
    change: [{ field: 'schedule ends', from, to: to.disableDate ?? null }],
    ...(lapses ? { evenFrozen: true } : {}),
  };
}
