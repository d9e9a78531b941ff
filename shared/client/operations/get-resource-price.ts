// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, oneOf, open, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readList, readObject, readOneOf } from '../answer.ts';
import { namesAType } from '../checks.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { price, priceRules } from '../shapes/price.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';

/**
 * The price of nodes or sessions before they are bought. Free.
 * Name NodeInstanceType (answered in `PriceModel`) or AppInstanceType (in `PriceList`); the former wins.
 */
export const getResourcePrice = operation({
  action: 'GetResourcePrice',
  group: 'Resources',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    Amount: query(int(1)),
    AppInstanceType: query(optional(text)),
    BizRegionId: query(businessRegion),
    ChargeType: query(oneOf('PostPaid', 'PrePaid')),
    NodeInstanceType: query(
      optional(
        open(
          'appstreaming.vgpu.8c16g.4g',
          'appstreaming.general.8c16g',
          'appstreaming.general.4c8g',
          'appstreaming.vgpu.14c93g.12g',
          'appstreaming.vgpu.8c31g.16g',
        ),
      ),
    ),
    Period: query(period),
    PeriodUnit: query(periodUnit),
    ProductType: query(cloudApp),
  },
  combination: periodPair,
  check: namesAType,
  output: checkedAnswer({
    PriceList: readList(readObject({ Price: price, PriceType: readOneOf<'Connected' | 'Standby'>(), Rules: priceRules })),
    PriceModel: readObject({ Price: price, Rules: priceRules }),
  }),
});
