import type { InputOf } from '../../shared/client/operation.ts';
import type { getResourcePrice } from '../../shared/client/operations/get-resource-price.ts';
import type { getResourceRenewPrice } from '../../shared/client/operations/get-resource-renew-price.ts';
import type { listNodeInstanceType } from '../../shared/client/operations/list-node-instance-type.ts';
import { BodyFault, type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { amountText } from '../world/amount.ts';
import { type NodeType, nodeTypeName, nodeTypes } from '../world/node-type.ts';
import { isLegalPeriod } from '../world/period.ts';
import { hourlyAmount, hourlyPrice, type Price, sessionAmount, subscriptionPrice } from '../world/price.ts';
import { groupOf } from './lookup.ts';
import { numberedPage } from './page.ts';
import { renewalPrice } from './renewals.ts';

/** Hours of a month where a pay-as-you-go price is taken by the month. */
const hoursPerMonth = 720;

function refuseType(name: string | undefined): never {
  throw new BodyFault('InvalidParameter.ProductType', `The type ${name ?? ''} is not on sale.`);
}

function nodePrice(input: InputOf<typeof getResourcePrice>, type: string, context: HandlerContext): Record<string, unknown> {
  const { BizRegionId: region, Amount: count, ChargeType: charge, Period: period, PeriodUnit: unit } = input;
  if (charge === 'PrePaid') return { PriceModel: priceModel(subscriptionPrice(type, region, count, period, unit) ?? refuseType(type), 2) };
  const hours = context.world.assumptions.payAsYouGoPriceUnit === 'hour' ? 1 : hoursPerMonth;
  return { PriceModel: priceModel(hourlyPrice(hourlyAmount(type, region) ?? refuseType(type), count * hours, region), 4) };
}

function sessionPrices(input: InputOf<typeof getResourcePrice>): Record<string, unknown> {
  const { AppInstanceType: type = '', BizRegionId: region, Amount: count } = input;
  const priceOf = (kind: 'Connected' | 'Standby'): Price =>
    hourlyPrice(sessionAmount(type, kind, region) ?? refuseType(type), count, region);
  return { PriceList: (['Connected', 'Standby'] as const).map((PriceType) => ({ PriceType, ...priceModel(priceOf(PriceType), 4) })) };
}

/** The price of nodes, or of sessions where no node type is named. */
function price(input: InputOf<typeof getResourcePrice>, context: HandlerContext): Record<string, unknown> {
  if (!isLegalPeriod(input.Period, input.PeriodUnit)) {
    throw new ServiceFault('InvalidParameter.Period', `A period of ${input.Period} ${input.PeriodUnit} is not on sale.`);
  }
  if (input.NodeInstanceType !== undefined) return nodePrice(input, input.NodeInstanceType, context);
  return sessionPrices(input);
}

/** What renewing a group would cost. */
function renewPrice(input: InputOf<typeof getResourceRenewPrice>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  if (group.charge !== 'PrePaid') {
    throw new ServiceFault('InvalidParameter.ChargeType', `The delivery group ${group.id} is not a subscription and cannot be renewed.`);
  }
  if (!isLegalPeriod(input.Period, input.PeriodUnit)) {
    throw new ServiceFault('InvalidParameter.Period', `A period of ${input.Period} ${input.PeriodUnit} is not on sale.`);
  }
  return { Data: priceModel(renewalPrice(group, input.Period, input.PeriodUnit), 2) };
}

function typeModel(type: NodeType): Record<string, unknown> {
  return {
    NodeInstanceType: type.name,
    NodeInstanceTypeFamily: type.family,
    NodeTypeName: nodeTypeName(type.name),
    Cpu: String(type.cpus),
    Gpu: type.gpuMemory > 0 ? '1' : '0',
    GpuMemory: type.gpuMemory,
    Memory: type.memory,
    MaxCapacity: type.maxCapacity,
  };
}

/** The node types on sale; every filter asks for equality. */
function listTypes(input: InputOf<typeof listNodeInstanceType>): Record<string, unknown> {
  const wanted = (type: NodeType): boolean =>
    (input.NodeInstanceType === undefined || type.name === input.NodeInstanceType) &&
    (input.NodeInstanceTypeFamily === undefined || type.family === input.NodeInstanceTypeFamily) &&
    (input.Cpu === undefined || type.cpus === input.Cpu) &&
    (input.Memory === undefined || type.memory === input.Memory) &&
    (input.Gpu === undefined || (type.gpuMemory > 0 ? 1 : 0) === input.Gpu) &&
    (input.GpuMemory === undefined || type.gpuMemory === input.GpuMemory);
  const sign = input.SortType === 'DESC' ? -1 : 1;
  const key = (type: NodeType): number => (input.OrderBy === 'CPU' ? type.cpus : input.OrderBy === 'Memory' ? type.memory : 0);
  const types = [...nodeTypes.values()].filter(wanted).sort((a, b) => sign * (key(a) - key(b)));
  return numberedPage(types, input, 'NodeInstanceTypeModels', typeModel);
}

/** What things cost before they are bought. */
export const handlers: Readonly<Record<string, Handler>> = {
  GetResourcePrice: price,
  GetResourceRenewPrice: renewPrice,
  ListNodeInstanceType: listTypes,
};

/** A price in the service's words. `places` is 4 for prices by the hour and 2 for orders. */
function priceModel(price: Price, places: 2 | 4): Record<string, unknown> {
  const { currency, original, discount, promotionId } = price;
  return {
    Price: {
      Currency: currency,
      OriginalPrice: amountText(original, places),
      DiscountPrice: amountText(discount, places),
      TradePrice: amountText(original - discount, places),
      Promotions: promotionId
        ? [
            {
              PromotionId: promotionId,
              PromotionName: 'Long-term subscription',
              PromotionDesc: 'A discount for subscriptions of a year and more',
              OptionCode: 'long_term',
              Selected: true,
            },
          ]
        : [],
    },
    Rules: promotionId ? [{ RuleId: 587_001, Description: 'Subscriptions of a year and more are discounted.' }] : [],
  };
}
