import { amountText } from '../world/amount.ts';
import type { Price } from '../world/price.ts';

/** A price in the service's words. `places` is 4 for prices by the hour and 2 for orders. */
export function priceModel(price: Price, places: 2 | 4): Record<string, unknown> {
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
