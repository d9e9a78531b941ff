// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { readFlag, readInt, readList, readObject, readText } from '../answer.ts';

/** A discount that can be named in an order through its `PromotionId`. */
const promotion = readObject({
  OptionCode: readText,
  PromotionDesc: readText,
  PromotionId: readText,
  PromotionName: readText,
  Selected: readFlag,
});

/** A price. Amounts are decimal text: `TradePrice` is due, and is `OriginalPrice` less `DiscountPrice` (service notes). */
export const price = readObject({
  Currency: readText,
  DiscountPrice: readText,
  OriginalPrice: readText,
  Promotions: readList(promotion),
  TradePrice: readText,
});

/** Rules by which a price came about. */
export const priceRules = readList(readObject({ Description: readText, RuleId: readInt }));
