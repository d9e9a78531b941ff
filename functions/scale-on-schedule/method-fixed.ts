import { waiting } from '../../shared/engine/reasons.ts';
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
 * What may be lowered at this moment: nodes that are not in use; nodes of a pool on which nobody is, since which nodes go is not
 * documented; or none at all.
 */
export type MayLower = 'not-in-use' | 'when-idle' | 'nothing';

/**
 * A fixed count for what is wanted now, never below the nodes in use: lowering goes down to them and goes on as sessions leave.
 * Where that leaves nothing to lower, or the nodes in use are unknown, it holds. A weekly schedule is replaced all the same, by what it
 * gives at this moment: left to itself it would lower nodes at its next falling edge, whoever is on them.
 */
export function fixedStrategy(
  state: GroupState,
  wanted: number,
  day: ServiceDay,
  mayLower: MayLower = 'not-in-use',
): Outcome<FixedStrategy> {
  const { pool, strategy } = state;
  const nodes = Math.max(wanted, leastFixedNodes);
  const because =
    wanted < nodes ? [reason('one-node-stays', 'the schedule wants none, but a fixed pool cannot be empty: one node stays')] : [];
  const present = nodesOfStrategy(strategy, pool, day);
  if (nodes >= present) return found({ type: 'fixed', nodes }, ...because);
  const used = nodesInUse(pool);
  const data = { wanted: nodes, present };
  const unknown = reason('nodes-in-use-unknown', `${count(nodes)} would do, but how many are in use is unknown`, data);
  if (strategy.type === 'schedule') {
    if (used === undefined) return found({ type: 'fixed', nodes: present }, unknown);
    if (mayLower === 'nothing' || (mayLower === 'when-idle' && used > 0)) {
      const text = `${count(nodes)} would do; the ${count(present)} that the weekly schedule gives now stay until they may be lowered`;
      return found({ type: 'fixed', nodes: present }, reason('lowered-later', text, { ...data, used }));
    }
  }
  if (used === undefined) return held(unknown);
  if (used <= nodes) return found({ type: 'fixed', nodes }, ...because);
  const text = `${count(nodes)} would do, but ${count(used)} ${used === 1 ? 'is' : 'are'} in use`;
  const inUse = reason('nodes-in-use', text, { ...waiting, ...data, used });
  if (strategy.type === 'fixed' && used >= present) return held(inUse);
  return found({ type: 'fixed', nodes: used }, inUse);
}
