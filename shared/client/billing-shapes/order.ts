// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { readAmount, readText } from '../answer.ts';

/** What a list says of an order, and its detail too. Amounts are text. */
export const orderLine = {
  AfterTaxAmount: readAmount,
  CommodityCode: readText,
  CreateTime: readText,
  Currency: readText,
  OrderId: readText,
  OrderType: readText,
  PaymentCurrency: readText,
  PaymentStatus: readText,
  PaymentTime: readText,
  PretaxAmount: readAmount,
  PretaxAmountLocal: readAmount,
  PretaxGrossAmount: readAmount,
  ProductCode: readText,
  ProductType: readText,
  RelatedOrderId: readText,
  SubscriptionType: readText,
  Tax: readAmount,
};
