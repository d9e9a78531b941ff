import type { Client } from '../client/client.ts';
import { getResourceRenewPrice } from '../client/operations/get-resource-renew-price.ts';
import type { Period } from '../client/shapes/period.ts';
import { type Money, parsePrice } from '../policy/money.ts';
import { textOf } from './answer-fields.ts';
import type { SubscriptionPeriod } from './subscription-period.ts';

/** What the service asks for a renewal. */
export interface RenewQuote {
  /** What is reserved: discounts count only where an order names their promotion, and no order of ours does. */
  readonly original: Money;
  /** What the service calls due: the original price less discounts (service notes, Money). Undefined: it did not say. */
  readonly trade: Money | undefined;
}

/** A period in the words of the API. */
function periodInput({ count, unit }: SubscriptionPeriod): Period {
  // The closed set of both types is the same; the two fields together are what the type checker cannot see through.
  return { Period: count, PeriodUnit: unit } as Period;
}

/**
 * Price of renewing a delivery group for a period, by one read; undefined when the answer has no original price that can be read
 * exactly. There is no such query for workstations.
 * @throws ApiError when the service refuses or does not answer
 */
export async function readRenewPrice(
  client: Client,
  groupId: string,
  period: SubscriptionPeriod,
  signal?: AbortSignal,
): Promise<RenewQuote | undefined> {
  const input = { AppInstanceGroupId: groupId, ProductType: 'CloudApp' as const, ...periodInput(period) };
  const answer = await client.call(getResourceRenewPrice, input, signal === undefined ? {} : { signal });
  const { Currency, OriginalPrice, TradePrice } = answer.Data?.Price ?? {};
  const original = moneyOf(OriginalPrice, Currency);
  return original && { original, trade: moneyOf(TradePrice, Currency) };
}

function moneyOf(sent: unknown, sentCurrency: unknown): Money | undefined {
  const [amount, currency] = [textOf(sent), textOf(sentCurrency)];
  if (amount === undefined || currency === undefined) return undefined;
  const price = parsePrice(amount, currency);
  return price.ok ? price.value : undefined;
}
