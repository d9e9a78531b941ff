// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer, readObject } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { price, priceRules } from '../shapes/price.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * What renewing a delivery group for a period would cost. Free.
 * Delivery groups only: nothing prices the renewal of a workstation.
 */
export const getResourceRenewPrice = operation({
  action: 'GetResourceRenewPrice',
  group: 'Resources',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    Period: query(period),
    PeriodUnit: query(periodUnit),
    ProductType: query(cloudApp),
  },
  combination: periodPair,
  output: answer({ Data: readObject({ Price: price, Rules: priceRules }) }),
});
