import type { Client } from '../client/client.ts';
import { getResourcePrice } from '../client/operations/get-resource-price.ts';
import { type Money, parsePrice } from '../policy/money.ts';
import { textOf } from './answer-fields.ts';
import type { PricedNode } from './node-price-key.ts';

/**
 * Price of one pay-as-you-go node for one hour, by one read; undefined when the answer has no price that can be read exactly. The
 * query demands a period even here, and the price of a pay-as-you-go node is taken to be per hour all the same (inferred).
 * The amount due is the trade price (service notes, Money).
 * @throws ApiError when the service refuses or does not answer
 */
export async function readNodePrice(client: Client, node: PricedNode, signal?: AbortSignal): Promise<Money | undefined> {
  const input = {
    ProductType: 'CloudApp',
    BizRegionId: node.region,
    NodeInstanceType: node.instanceType,
    ChargeType: 'PostPaid',
    Amount: 1,
    Period: 1,
    PeriodUnit: 'Month',
  } as const;
  const answer = await client.call(getResourcePrice, input, signal === undefined ? {} : { signal });
  const price = answer.PriceModel?.Price;
  const [due, currency] = [textOf(price?.TradePrice), textOf(price?.Currency)];
  if (due === undefined || currency === undefined) return undefined;
  const money = parsePrice(due, currency);
  return money.ok ? money.value : undefined;
}
