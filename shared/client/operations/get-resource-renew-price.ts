import { text } from '../../schema/schema.ts';
import { answer, readObject } from '../answer.ts';
import { cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { price, priceRules } from '../shapes/price.ts';

/**
 * What renewing a delivery group for a period would cost. Free.
 * Delivery groups only: nothing prices the renewal of a workstation.
 */
export const getResourceRenewPrice = operation({
  action: 'GetResourceRenewPrice',
  group: 'Resources',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:GetResourceRenewPrice', level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    Period: query(period),
    PeriodUnit: query(periodUnit),
    ProductType: query(cloudApp),
  },
  combination: periodPair,
  output: answer({ Data: readObject({ Price: price, Rules: priceRules }) }),
});
