import type { InputOf } from '../../shared/client/operation.ts';
import type { listNodes } from '../../shared/client/operations/list-nodes.ts';
import type { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import { BodyFault, type Handler, type HandlerContext } from '../handler.ts';
import type { NodePool } from '../world/node-pool.ts';
import { nodeTypes } from '../world/node-type.ts';
import type { StrategySettings } from '../world/strategy.ts';
import { checkRegion, groupOf } from './lookup.ts';
import { pageOf } from './page.ts';
import { checkStrategy } from './strategy-rules.ts';

/** The strategy that a request leads to: what it leaves out is kept or goes back to nothing, as the assumption says. */
function mergedStrategy(pool: NodePool, sent: StrategySettings): StrategySettings {
  const present = pool.settings;
  const type = sent.StrategyType ?? present.StrategyType;
  const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  const owned = pool.group.charge === 'PrePaid' ? { NodeAmount: present.NodeAmount ?? 0 } : {};
  const kept = pool.group.world.assumptions.omittedStrategyFields === 'keep' ? present : {};
  return { ...kept, ...given, ...owned, StrategyType: type };
}

/** @throws BodyFault when more sessions are asked of a node than its type can carry */
export function checkCapacity(pool: NodePool, capacity: number): void {
  const most = nodeTypes.get(pool.instanceType)?.maxCapacity;
  if (capacity < 1 || (most !== undefined && capacity > most)) {
    throw new BodyFault('InvalidParameter.NodeCapacity', `NodeCapacity of ${pool.instanceType} must be from 1 to ${most}.`);
  }
}

/** The answer comes at once; nodes come and go afterwards. */
function modifyNodePool(input: InputOf<typeof modifyNodePoolAttribute>, context: HandlerContext): Record<string, unknown> {
  const group = context.account.groupOfPool(input.PoolId ?? '');
  const pool = group?.pools.find(({ id }) => id === input.PoolId);
  if (!group || !pool) throw new BodyFault('InvalidParameter.PoolId', `The node pool ${input.PoolId ?? ''} does not exist.`);
  checkRegion(input.BizRegionId, group.region);
  if (group.status !== 'PUBLISHED' && context.world.assumptions.strategyWhileUnpublished === 'refuse') {
    throw new BodyFault('OperationDenied.AppInstanceGroupStatus', `The delivery group ${group.id} is ${group.status}, not PUBLISHED.`);
  }
  if (input.NodeCapacity !== undefined) checkCapacity(pool, input.NodeCapacity);
  if (input.NodePoolStrategy) {
    const sent = input.NodePoolStrategy as StrategySettings;
    const strategy = mergedStrategy(pool, sent);
    checkStrategy(group, sent, strategy, pool.settings);
    pool.setStrategy(strategy, context.nowMs);
  }
  if (input.NodeCapacity !== undefined) pool.capacity = input.NodeCapacity;
  return {};
}

/** Nodes that exist, in a page dialect of its own. */
function nodes(input: InputOf<typeof listNodes>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const present = group.pools.flatMap((pool) => pool.nodes);
  const page = pageOf(present, input);
  return {
    Count: page.total,
    PerPageSize: page.size,
    ToPage: page.number,
    NodeModels: page.rows.map((node) => ({ NodeId: node.id, ChargeType: node.charge })),
  };
}

/** Node pools and their nodes. */
export const handlers: Readonly<Record<string, Handler>> = {
  ModifyNodePoolAttribute: modifyNodePool,
  ListNodes: nodes,
};
