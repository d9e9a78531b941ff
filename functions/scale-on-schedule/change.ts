import type { Action, Reason } from '../../shared/engine/decision.ts';
import type { Strategy } from '../../shared/fleet/delivery-group.ts';
import type { GroupState } from './group-state.ts';
import { reason } from './reasons.ts';
import { requestFor } from './request.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesInUse, nodesOfStrategy } from './strategy-level.ts';
import { count, describe, fingerprint, sameStrategy } from './strategy-text.ts';
import type { ScheduleStrategy, UsageStrategy } from './strategy-types.ts';
import { journalValue } from './strategy-value.ts';

/** The setting that scale-on-schedule writes, as the journal names it. */
export function settingOf(state: GroupState): string {
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
  /** Connected sessions at risk; 0 when none can be. */
  readonly sessionsAtRisk: number;
}

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

function loweringToUsage({ pool, strategy: from, capacity }: GroupState, to: UsageStrategy, day: ServiceDay): Lowering {
  const after = to.nodes + (to.maxScaling ?? 0);
  const allowed = from.type === 'usage' ? from.nodes + (from.maxScaling ?? 0) : 0;
  const lowers = after < Math.max(nodesOfStrategy(from, pool, day), allowed);
  const beyond = Math.max(0, (nodesInUse(pool) ?? 0) - after);
  return { lowers, sessionsAtRisk: lowers ? beyond * capacity : 0 };
}

/** The action that brings a strategy about. The key names the strategy, not the request: dates of a schedule are not in it. */
export function actionFor(state: GroupState, to: Strategy, { lowers, sessionsAtRisk }: Lowering): Action {
  const { charge, group } = state;
  return {
    key: `scale-on-schedule/${group.id}/${fingerprint(to, charge)}`,
    operation: 'ModifyNodePoolAttribute',
    input: requestFor(group, state.pool, to),
    effect: sessionsAtRisk > 0 ? 'disruptive' : 'write',
    change: [{ field: 'nodes', from: describe(state.strategy, charge), to: describe(to, charge) }],
    writes: { setting: settingOf(state), value: journalValue(to, charge) },
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk } : {}),
    ...(lowers ? { lowers } : {}),
  };
}

/** The action that only moves the dates of a schedule. `evenFrozen`: leaving it undone would let the schedule lapse, so no freeze holds it. */
export function reArmAction(state: GroupState, to: ScheduleStrategy, evenFrozen: boolean): Action {
  const action = actionFor(state, to, { lowers: false, sessionsAtRisk: 0 });
  const from = state.strategy.type === 'schedule' ? (state.strategy.disableDate ?? null) : null;
  return {
    ...action,
    key: `${action.key} beyond ${from}`,
    change: [{ field: 'schedule ends', from, to: to.disableDate ?? null }],
    ...(evenFrozen ? { evenFrozen } : {}),
  };
}
