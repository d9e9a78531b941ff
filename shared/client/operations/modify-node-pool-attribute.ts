// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, object, optional, text } from '../../schema/schema.ts';
import { checkedAnswer } from '../answer.ts';
import { wholeStrategy } from '../checks.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';
import { scalingFields } from '../shapes/scaling-strategy.ts';

/**
 * Sets how a node pool scales. No order, yet more nodes cost more by the hour.
 * The answer comes before the nodes do. Send the whole strategy, and move the enable date on every write: it may not
 * have
 * passed. A schedule lapses at its disable date.
 */
export const modifyNodePoolAttribute = operation({
  action: 'ModifyNodePoolAttribute',
  group: 'Delivery Groups',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    BizRegionId: body(optional(businessRegion)),
    NodeCapacity: body(optional(int(1))),
    NodePoolStrategy: body.json(optional(object(scalingFields))),
    /** `NodePoolId` of the group. Demanded here: the service refuses the call without it. */
    PoolId: insist(body(text)),
    ProductType: body(optional(cloudApp)),
  },
  check: wholeStrategy,
  output: checkedAnswer({}),
});
