import { int, jsonList, object, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { body, cloudApp, faultIf } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Raises the subscription nodes of a group to a total, converting pay-as-you-go nodes. An order: it costs money, and no
 * AutoPay switch says when it is charged. It only grows. No token guards a repeat: read the group before sending again.
 */
export const modifyNodePoolAmount = operation({
  action: 'ModifyNodePoolAmount',
  group: 'Resources',
  access: 'write',
  effect: 'purchase',
  ram: { action: 'appstreaming:ModifyNodePoolAmount', level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    NodePool: body.json(
      object({
        NodeAmount: int(1),
        PrePaidNodeAmountModifyMode: optional(oneOf('EXPAND_FROM_POST_PAID_EXPLICIT')),
        PrePaidNodeAmountModifyNodeIds: optional(jsonList(text)),
      }),
    ),
    ProductType: body(cloudApp),
  },
  check: ({ NodePool: pool }) =>
    faultIf(
      (pool.PrePaidNodeAmountModifyMode === undefined) !== (pool.PrePaidNodeAmountModifyNodeIds === undefined),
      'NodePool.PrePaidNodeAmountModifyNodeIds',
      'send the mode and the ids of the nodes to convert together',
    ),
  output: answer({ Data: readObject({ OrderId: readText }) }),
});
