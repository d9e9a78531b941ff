// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, jsonList, object, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { modeWithNodes } from '../checks.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Raises the subscription nodes of a group to a total, converting pay-as-you-go nodes. An order: it costs money, and no
 * AutoPay switch says when it is charged. It only grows. No token guards a repeat: read the group before sending again.
 */
export const modifyNodePoolAmount = operation({
  action: 'ModifyNodePoolAmount',
  group: 'Resources',
  effect: 'purchase',
  ram: { level: 'update' },
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
  check: modeWithNodes,
  output: answer({ Data: readObject({ OrderId: readText }) }),
});
