import type { GroupState } from './group-state.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesInUse, nodesOfStrategy } from './strategy-level.ts';
import { count } from './strategy-text.ts';
import type { FixedStrategy } from './strategy-types.ts';

/** A fixed pool takes 1 to 100 nodes (API notes, NodeAmount), so it cannot be emptied. */
const leastFixedNodes = 1;

/**
 * A fixed count for what is wanted now, never below the nodes in use: lowering goes down to them and goes on as sessions leave.
 * Where that leaves nothing to lower, or the nodes in use are unknown, it holds.
 */
export function fixedStrategy(state: GroupState, wanted: number, day: ServiceDay): Outcome<FixedStrategy> {
  const { pool, strategy } = state;
  const nodes = Math.max(wanted, leastFixedNodes);
  const because =
    wanted < nodes ? [reason('one-node-stays', 'the schedule wants none, but a fixed pool cannot be empty: one node stays')] : [];
  const present = nodesOfStrategy(strategy, pool, day);
  if (nodes >= present) return found({ type: 'fixed', nodes }, ...because);
  const used = nodesInUse(pool);
  if (used === undefined) {
    return held(reason('nodes-in-use-unknown', `${count(nodes)} would do, but how many are in use is unknown`, { wanted: nodes, present }));
  }
  if (used <= nodes) return found({ type: 'fixed', nodes }, ...because);
  const inUse = reason('nodes-in-use', `${count(nodes)} would do, but ${count(used)} ${used === 1 ? 'is' : 'are'} in use`, {
    wanted: nodes,
    present,
    used,
  });
  if (strategy.type === 'fixed' && used >= present) return held(inUse);
  return found({ type: 'fixed', nodes: used }, inUse);
}
