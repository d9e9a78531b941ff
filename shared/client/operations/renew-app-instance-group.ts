// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, jsonList, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readText } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Orders a renewal of a subscription group. It costs money, and a second call renews a second time: no token guards it.
 * Without AutoPay the order waits for payment and nothing is extended. Leave out RenewMode, RenewAmount and RenewNodes,
 * which nobody explains.
 */
export const renewAppInstanceGroup = operation({
  action: 'RenewAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'purchase',
  ram: { level: 'update' },
  params: {
    AppInstanceGroupId: query(text),
    /** Without it an order stays that nobody has paid. Default of the service: false. */
    AutoPay: query(optional(flag)),
    Period: query(period),
    PeriodUnit: query(periodUnit),
    ProductType: query(cloudApp),
    PromotionId: query(optional(text)),
    RenewAmount: query(optional(int())),
    RenewMode: query(optional(text)),
    RenewNodes: query.json(optional(jsonList(text))),
  },
  combination: periodPair,
  output: checkedAnswer({ OrderId: readText }),
});
