import { flag, int, jsonList, optional, text } from '../../schema/schema.ts';
import { judgedAnswer, readText } from '../answer.ts';
import { cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';

/**
 * Orders a renewal of a subscription group. It costs money, and a second call renews a second time: no token guards it.
 * Without AutoPay the order waits for payment and nothing is extended. Leave out RenewMode, RenewAmount and RenewNodes,
 * which nobody explains.
 */
export const renewAppInstanceGroup = operation({
  action: 'RenewAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'purchase',
  ram: { action: 'appstreaming:RenewAppInstanceGroup', level: 'update' },
  params: {
    AppInstanceGroupId: query(text),
    /** Default of the service: false, which leaves an unpaid order. */
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
  output: judgedAnswer({ OrderId: readText }),
});
