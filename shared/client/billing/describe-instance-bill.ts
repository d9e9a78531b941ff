// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { flag, int, matching, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readAmount, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { instanceLine } from '../billing-shapes/bill-line.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/**
 * The bill by instance, for a month or its days. Free.
 * Amounts are JSON numbers, which are read as text. About 24 hours behind what was used; tags and specifications 48.
 */
export const describeInstanceBill = operation({
  action: 'DescribeInstanceBill',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bssapi:DescribeInstanceBill', level: 'get' },
  params: {
    BillOwnerId: query(optional(int())),
    BillingCycle: query(matching(/^\d{4}-(0[1-9]|1[0-2])$/, 'write a month such as 2026-11')),
    /** Goes with `Granularity` DAILY. */
    BillingDate: query(optional(matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'write a date such as 2026-11-25'))),
    Granularity: query(optional(oneOf('MONTHLY', 'DAILY'))),
    InstanceID: query(optional(text)),
    IsBillingItem: query(optional(flag)),
    IsHideZeroCharge: query(optional(flag)),
    MaxResults: query(optional(int(1, 300))),
    /** That of the last answer; any other is refused. */
    NextToken: query(optional(text)),
    OwnerId: query(optional(int())),
    PipCode: query(optional(text)),
    ProductCode: query(optional(text)),
    ProductType: query(optional(text)),
    SubscriptionType: query(optional(oneOf('Subscription', 'PayAsYouGo'))),
  },
  output: checkedAnswer({
    Data: readObject({
      AccountID: readText,
      AccountName: readText,
      BillingCycle: readText,
      Items: readList(
        readObject({
          ...instanceLine,
          AdjustAmount: readAmount,
          BillAccountID: readText,
          BillingDate: readText,
          BillingItem: readText,
          BillingItemCode: readText,
          BillingType: readText,
          CashAmount: readAmount,
          CommodityCode: readText,
          Currency: readText,
          DeductedByResourcePackage: readText,
          InstanceConfig: readText,
          InstanceSpec: readText,
          Item: readText,
          ItemName: readText,
          ListPrice: readAmount,
          ListPriceUnit: readText,
          NickName: readText,
          OutstandingAmount: readAmount,
          OwnerID: readText,
          PaymentAmount: readAmount,
          PipCode: readText,
          ProductType: readText,
          ServicePeriod: readText,
          ServicePeriodUnit: readText,
          Usage: readText,
          UsageUnit: readText,
        }),
      ),
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
    items: 'Data.Items',
    total: 'Data.TotalCount',
    maxSize: 300,
    id: [],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
