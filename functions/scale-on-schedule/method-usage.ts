import type { GroupState } from './group-state.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import { nodesInUse } from './strategy-level.ts';
import { count } from './strategy-text.ts';
import type { UsageStrategy } from './strategy-types.ts';

/**
 * The lowest ceiling that is sent. The definition gives MaxScalingAmount no minimum, so 0 is taken to mean no extra nodes. If the
 * service refuses it, the call fails, nothing changes and the run says so.
 */
const lowestCeiling = 0;

/** What is sent for usage scaling where the pool did not scale by usage before: one node at a time, the service's own threshold (API notes). */
const fresh = { step: 1, threshold: '85', downAfterIdleMinutes: 5, maxIdle: undefined } as const;

/**
 * Usage scaling with a ceiling for what is wanted now, never below the elastic nodes in use. All other settings are sent back
 * as read; where one that the service demands could not be read it holds, since a guess would change it.
 */
export function usageStrategy(state: GroupState, wanted: number): Outcome<UsageStrategy> {
  const { pool, strategy, charge } = state;
  const ceiling = Math.max(wanted, lowestCeiling);
  if (strategy.type === 'usage') {
    const { maxScaling, step, threshold } = strategy;
    if (maxScaling === undefined || step === undefined || threshold === undefined) {
      return held(reason('strategy-unknown', 'a setting of usage scaling that has to be sent back could not be read'));
    }
    if (ceiling >= maxScaling) return found({ ...strategy, maxScaling: ceiling });
    return lowered({ ...strategy, maxScaling: ceiling }, extraInUse(state, strategy.nodes), maxScaling);
  }
  if (charge === 'subscription') {
    if (strategy.type === 'schedule')
      return held(reason('strategy-unknown', 'a subscription group with a weekly schedule is not documented'));
    return found({ type: 'usage', nodes: strategy.nodes, ...fresh, maxScaling: ceiling });
  }
  const nodes = Math.max(1, strategy.type === 'fixed' ? strategy.nodes : (pool.nodeAmount ?? 1));
  return lowered({ type: 'usage', nodes, ...fresh, maxScaling: ceiling }, extraInUse(state, nodes), Number.POSITIVE_INFINITY);
}

/** Elastic nodes in use beside `nodes` others; undefined when unknown. Bought nodes of a subscription are told apart, those by the hour are not. */
function extraInUse({ pool, charge }: GroupState, nodes: number): number | undefined {
  if (charge === 'subscription') return pool.scalingNodeUsed ?? (pool.scalingNodeAmount === 0 ? 0 : undefined);
  const used = nodesInUse(pool);
  return used === undefined ? undefined : Math.max(0, used - nodes);
}

function lowered(strategy: UsageStrategy, used: number | undefined, present: number): Outcome<UsageStrategy> {
  const ceiling = strategy.maxScaling ?? lowestCeiling;
  if (used === undefined) {
    return held(
      reason('nodes-in-use-unknown', `a ceiling of ${count(ceiling)} would do, but how many extra nodes are in use is unknown`, {
        wanted: ceiling,
      }),
    );
  }
  if (used <= ceiling) return found(strategy);
  const inUse = reason(
    'nodes-in-use',
    `a ceiling of ${count(ceiling)} would do, but ${count(used)} extra ${used === 1 ? 'is' : 'are'} in use`,
    { wanted: ceiling, used },
  );
  return used >= present ? held(inUse) : found({ ...strategy, maxScaling: used }, inUse);
}
