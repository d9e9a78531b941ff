// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { int, oneOf, open, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { utcInstant } from '../billing-shapes/instant.ts';
import { orderLine } from '../billing-shapes/order.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/**
 * Orders by the time at which they were placed. Free.
 * Without a window only those of the last hour. Amounts are text here.
 */
export const queryOrders = operation({
  action: 'QueryOrders',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bss:DescribeOrderList', level: 'list', also: ['bssapi:QueryOrders'] },
  params: {
    CreateTimeEnd: query(optional(utcInstant)),
    CreateTimeStart: query(optional(utcInstant)),
    OrderType: query(optional(open('New', 'Renew', 'Upgrade', 'Downgrade', 'Refund', 'Convert'))),
    OwnerId: query(optional(int())),
    PageNum: query(optional(int(1))),
    PageSize: query(optional(int(1))),
    PaymentStatus: query(optional(oneOf('Unpaid', 'Paid', 'Cancelled'))),
    ProductCode: query(optional(text)),
    ProductType: query(optional(text)),
    SubscriptionType: query(optional(oneOf('Subscription', 'PayAsYouGo'))),
  },
  output: checkedAnswer({
    Data: readObject({
      HostName: readText,
      OrderList: readObject({ Order: readList(readObject(orderLine)) }),
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
    items: 'Data.OrderList.Order',
    total: 'Data.TotalCount',
    id: ['OrderId'],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
