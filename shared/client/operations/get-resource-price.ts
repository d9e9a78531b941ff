import { int, oneOf, open, optional, text } from '../../schema/schema.ts';
import { judgedAnswer, readList, readObject, readOneOf } from '../answer.ts';
import { businessRegion, cloudApp, faultIf, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { price, priceRules } from '../shapes/price.ts';

/**
 * The price of nodes or sessions before they are bought. Free.
 * Name NodeInstanceType (answered in `PriceModel`) or AppInstanceType (in `PriceList`); the former wins.
 */
export const getResourcePrice = operation({
  action: 'GetResourcePrice',
  group: 'Resources',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:GetResourcePrice', level: 'get' },
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
  check: (input) =>
    faultIf(
      input.NodeInstanceType === undefined && input.AppInstanceType === undefined,
      'NodeInstanceType',
      'name a node type or an app instance type',
    ),
  output: judgedAnswer({
    PriceList: readList(readObject({ Price: price, PriceType: readOneOf('Connected', 'Standby'), Rules: priceRules })),
    PriceModel: readObject({ Price: price, Rules: priceRules }),
  }),
});
