// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { flag, int, matching, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readAmount, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/**
 * The bill of the account for a month or its days, as one sum or by product. Free.
 * About 24 hours behind what was used.
 */
export const queryAccountBill = operation({
  action: 'QueryAccountBill',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bss:QueryAccountBill', level: 'get', also: ['bssapi:QueryAccountBill'] },
  params: {
    /** A member account. */
    BillOwnerId: query(optional(int())),
    BillingCycle: query(matching(/^\d{4}-(0[1-9]|1[0-2])$/, 'write a month such as 2026-11')),
    /** Goes with `Granularity` DAILY. */
    BillingDate: query(optional(matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'write a date such as 2026-11-25'))),
    Granularity: query(optional(oneOf('MONTHLY', 'DAILY'))),
    IsGroupByProduct: query(optional(flag)),
    OwnerID: query(optional(int())),
    PageNum: query(optional(int(1))),
    PageSize: query(optional(int(1))),
    ProductCode: query(optional(text)),
  },
  output: checkedAnswer({
    Data: readObject({
      AccountID: readText,
      AccountName: readText,
      BillingCycle: readText,
      Items: readObject({
        Item: readList(
          readObject({
            AdjustAmount: readAmount,
            BillAccountID: readText,
            BillAccountName: readText,
            BillingDate: readText,
            BizType: readText,
            CashAmount: readAmount,
            CostUnit: readText,
            Currency: readText,
            DeductedByCashCoupons: readAmount,
            DeductedByCoupons: readAmount,
            DeductedByPrepaidCard: readAmount,
            InvoiceDiscount: readAmount,
            OutstandingAmount: readAmount,
            OwnerID: readText,
            OwnerName: readText,
            PaymentAmount: readAmount,
            PipCode: readText,
            PretaxAmount: readAmount,
            PretaxGrossAmount: readAmount,
            ProductCode: readText,
            ProductName: readText,
            SubscriptionType: readText,
          }),
        ),
      }),
      PageNum: readInt,
      PageSize: readInt,
      TotalCount: readInt,
    }),
    Success: readFlag,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNum',
    sizeParam: 'PageSize',
    items: 'Data.Items.Item',
    total: 'Data.TotalCount',
    maxSize: 300,
    id: [],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
