// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { int, matching, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readList, readObject, readText } from '../answer.ts';
import { productLine } from '../billing-shapes/bill-line.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/** The bill of a month by product and kind of charge, in one answer. Free. */
export const queryBillOverview = operation({
  action: 'QueryBillOverview',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bssapi:QueryBillOverview', assumed: true },
  params: {
    BillOwnerId: query(optional(int())),
    BillingCycle: query(matching(/^\d{4}-(0[1-9]|1[0-2])$/, 'write a month such as 2026-11')),
    ProductCode: query(optional(text)),
    ProductType: query(optional(text)),
    SubscriptionType: query(optional(oneOf('Subscription', 'PayAsYouGo'))),
  },
  output: checkedAnswer({
    Data: readObject({
      AccountID: readText,
      AccountName: readText,
      BillingCycle: readText,
      Items: readObject({ Item: readList(readObject(productLine)) }),
    }),
    Success: readFlag,
  }),
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
