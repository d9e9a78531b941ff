import { waiting } from '../../shared/engine/reasons.ts';
import type { GroupState } from './group-state.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesInUse, nodesOfStrategy } from './strategy-level.ts';
import { count } from './strategy-text.ts';
import type { UsageStrategy } from './strategy-types.ts';

/**
 * The lowest ceiling that is sent. The definition gives MaxScalingAmount no minimum, so 0 is taken to mean no extra nodes. If the
 * service refuses it, the call fails, nothing changes and the run says so.
 */
const lowestCeiling = 0;

/** The fewest nodes that always run by the hour (API notes, NodeAmount: 1 to 100). */
const leastBase = 1;

/** What is sent for usage scaling where the pool did not scale by usage before: one node at a time, the service's own threshold (API notes). */
const fresh = { step: 1, threshold: '85', downAfterIdleMinutes: 5, maxIdle: undefined } as const;

/**
 * Usage scaling that reaches what is wanted now, never below the nodes in use. Of a subscription only the ceiling above the bought nodes
 * moves. A pool by the hour has one node that always runs and the rest of the wish as its ceiling; its base is lowered as sessions
 * leave it, since a base below the nodes in use might cut some. Other settings are sent back as read; where one that the service
 * demands could not be read it holds, since a guess would change it.
 */
export function usageStrategy(state: GroupState, wanted: number, day: ServiceDay): Outcome<UsageStrategy> {
  const { strategy, charge } = state;
  if (strategy.type === 'usage') {
    const { nodes, maxScaling, step, threshold } = strategy;
    if (nodes === undefined || maxScaling === undefined || step === undefined || threshold === undefined) {
      return held(reason('strategy-unknown', 'a setting of usage scaling that has to be sent back could not be read'));
    }
  }
  return charge === 'subscription' ? aboveBought(state, wanted) : byTheHour(state, wanted, day);
}

function aboveBought({ pool, strategy }: GroupState, wanted: number): Outcome<UsageStrategy> {
  const ceiling = Math.max(wanted, lowestCeiling);
  if (strategy.type === 'schedule')
    return held(reason('strategy-unknown', 'a subscription group with a weekly schedule is not documented'));
  if (strategy.type === 'fixed') return found({ type: 'usage', nodes: strategy.nodes, ...fresh, maxScaling: ceiling });
  const present = strategy.maxScaling ?? lowestCeiling;
  if (ceiling >= present) return found({ ...strategy, maxScaling: ceiling });
  const used = pool.scalingNodeUsed ?? (pool.scalingNodeAmount === 0 ? 0 : undefined);
  if (used === undefined) {
    const text = `a ceiling of ${count(ceiling)} would do, but how many extra nodes are in use is unknown`;
    return held(reason('nodes-in-use-unknown', text, { wanted: ceiling }));
  }
  if (used <= ceiling) return found({ ...strategy, maxScaling: ceiling });
  const text = `a ceiling of ${count(ceiling)} would do, but ${count(used)} extra ${used === 1 ? 'is' : 'are'} in use`;
  const inUse = reason('nodes-in-use', text, { ...waiting, wanted: ceiling, used });
  return used >= present ? held(inUse) : found({ ...strategy, maxScaling: used }, inUse);
}

function byTheHour({ pool, strategy }: GroupState, wanted: number, day: ServiceDay): Outcome<UsageStrategy> {
  const nodes = Math.max(wanted, leastBase);
  const settings = strategy.type === 'usage' ? strategy : { type: 'usage' as const, ...fresh };
  const standing = strategy.type === 'schedule' ? nodesOfStrategy(strategy, pool, day) : (strategy.nodes ?? 0);
  const present = strategy.type === 'usage' ? standing + (strategy.maxScaling ?? lowestCeiling) : standing;
  const used = nodesInUse(pool);
  if (used === undefined) {
    const base = Math.max(standing, leastBase);
    if (nodes >= present) return found({ ...settings, nodes: base, maxScaling: Math.max(nodes - base, lowestCeiling) });
    const text = `${count(nodes)} in all would do, but how many are in use is unknown`;
    return held(reason('nodes-in-use-unknown', text, { wanted: nodes, present }));
  }
  const because =
    wanted < nodes ? [reason('one-node-stays', 'the schedule wants none, but a pool by the hour cannot be empty: one node stays')] : [];
  const base = Math.max(leastBase, Math.min(standing, used));
  // What is in use beyond what the strategy allows is on its way out, and no reason to allow more.
  const kept = strategy.type === 'usage' ? Math.min(used, present) : used;
  const total = Math.max(nodes, kept);
  const to: UsageStrategy = { ...settings, nodes: base, maxScaling: Math.max(total - base, lowestCeiling) };
  if (kept <= nodes) return found(to, ...because);
  const text = `${count(nodes)} in all would do, but ${count(used)} ${used === 1 ? 'is' : 'are'} in use`;
  return found(to, reason('nodes-in-use', text, { ...waiting, wanted: nodes, used }));
}
