import { countOf, isGiven, objectOf, textOf } from './answer-fields.ts';
import type { DeliveryGroup, NodePool } from './delivery-group.ts';
import { mapGroup } from './map-group.ts';
import { mapStrategy, type Unreadable } from './map-strategy.ts';

/** A delivery group with its pools, as `mapGroup` reads it. */
export function mapDeliveryGroup(answer: unknown): DeliveryGroup | undefined {
  return mapGroup(answer, mapPool);
}

function mapPool(value: unknown, unreadable: Unreadable): NodePool {
  const pool = objectOf(value) ?? {};
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
    nodeAmount: count('NodeAmount'),
    nodeUsed: count('NodeUsed'),
    scalingNodeAmount: count('ScalingNodeAmount'),
    scalingNodeUsed: count('ScalingNodeUsed'),
    strategy: mapStrategy(pool, unreadable),
  };
}
