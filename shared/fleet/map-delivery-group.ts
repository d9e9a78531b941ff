import { countOf, isGiven, objectOf, textOf } from './answer-fields.ts';
import type { Charge, DeliveryGroup, NodePool } from './delivery-group.ts';
import { mapGroup } from './map-group.ts';
import { mapStrategy, type Unreadable } from './map-strategy.ts';

/** A delivery group with its pools, as `mapGroup` reads it. */
export function mapDeliveryGroup(answer: unknown): DeliveryGroup | undefined {
  return mapGroup(answer, mapPool);
}

function mapPool(value: unknown, unreadable: Unreadable, charge: Charge | undefined): NodePool {
  const pool = objectOf(value) ?? {};
  // Where an answer leaves the bought nodes of a pool out that has none, the elastic ones are all.
  const none = charge === 'pay-as-you-go' && isGiven(pool.ScalingNodeAmount) ? 0 : undefined;
  const count = (field: string): number | undefined => {
    const number = countOf(pool[field]);
    if (number === undefined && isGiven(pool[field])) unreadable(field);
    return number;
  };
  const id = textOf(pool.NodePoolId);
  if (id === undefined) unreadable('NodePoolId');
  return {
    id: id ?? '',
    instanceType: textOf(pool.NodeInstanceType),
    capacity: count('NodeCapacity'),
    nodeAmount: count('NodeAmount') ?? (isGiven(pool.NodeAmount) ? undefined : none),
    nodeUsed: count('NodeUsed') ?? (isGiven(pool.NodeUsed) || isGiven(pool.NodeAmount) ? undefined : none),
    scalingNodeAmount: count('ScalingNodeAmount'),
    scalingNodeUsed: count('ScalingNodeUsed'),
    strategy: mapStrategy(pool, unreadable, charge),
  };
}
