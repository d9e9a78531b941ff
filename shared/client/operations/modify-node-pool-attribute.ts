import { int, object, optional, text } from '../../schema/schema.ts';
import { judgedAnswer } from '../answer.ts';
import { body, businessRegion, cloudApp, faultIf, insist } from '../fields.ts';
import { operation } from '../operation.ts';
import { strategyFaults } from '../shapes/scaling-rules.ts';
import { scalingFields } from '../shapes/scaling-strategy.ts';

/**
 * Sets how a node pool scales. No order, yet more nodes cost more by the hour.
 * The answer comes before the nodes do. Send the whole strategy, and move the enable date on every write: it may not have
 * passed. A schedule lapses at its disable date.
 */
export const modifyNodePoolAttribute = operation({
  action: 'ModifyNodePoolAttribute',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'write',
  ram: { action: 'appstreaming:ModifyNodePoolAttribute', level: 'update' },
  params: {
    BizRegionId: body(optional(businessRegion)),
    NodeCapacity: body(optional(int(1))),
    NodePoolStrategy: body.json(optional(object(scalingFields))),
    /** `NodePoolId` of the group. */
    PoolId: insist(body(text)),
    ProductType: body(optional(cloudApp)),
  },
  check: ({ NodePoolStrategy: strategy }) => [
    ...faultIf(
      strategy !== undefined && strategy.StrategyType === undefined,
      'NodePoolStrategy.StrategyType',
      'name the strategy: what becomes of fields left out is not documented',
    ),
    ...strategyFaults(strategy ?? {}, ['NodePoolStrategy']),
  ],
  output: judgedAnswer({}),
});
