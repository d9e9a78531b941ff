// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { flag, int, matching, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { productLine } from '../billing-shapes/bill-line.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/** The lines of a bill with the number of the order or bill behind each. Free. */
export const querySettleBill = operation({
  action: 'QuerySettleBill',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bssapi:QuerySettleBill', assumed: true },
  params: {
    BillOwnerId: query(optional(int())),
    BillingCycle: query(matching(/^\d{4}-(0[1-9]|1[0-2])$/, 'write a month such as 2026-11')),
    IsDisplayLocalCurrency: query(optional(flag)),
    IsHideZeroCharge: query(optional(flag)),
    MaxResults: query(optional(int(1, 300))),
    NextToken: query(optional(text)),
    OwnerId: query(optional(int())),
    ProductCode: query(optional(text)),
    ProductType: query(optional(text)),
    /** Number of an order or of a bill. */
    RecordID: query(optional(text)),
    SubscriptionType: query(optional(oneOf('Subscription', 'PayAsYouGo'))),
    Type: query(optional(text)),
  },
  output: checkedAnswer({
    Data: readObject({
      AccountID: readText,
      AccountName: readText,
      BillingCycle: readText,
      Items: readObject({
        Item: readList(
          readObject({
            ...productLine,
            PaymentTime: readText,
            PaymentTransactionID: readText,
            RecordID: readText,
            Status: readText,
            SubOrderId: readText,
            UsageEndTime: readText,
            UsageStartTime: readText,
          }),
        ),
      }),
      MaxResults: readInt,
      NextToken: readText,
      TotalCount: readInt,
    }),
    Success: readFlag,
  }),
  paging: {
    style: 'token',
    tokenParam: 'NextToken',
    sizeParam: 'MaxResults',
    nextToken: 'Data.NextToken',
    items: 'Data.Items.Item',
    total: 'Data.TotalCount',
    maxSize: 300,
    id: [],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
