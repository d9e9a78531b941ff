// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { flag, int, optional } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The products that can be billed, with their codes. Free.
 * The total is told only where it is asked for.
 */
export const queryProductList = operation({
  action: 'QueryProductList',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bssapi:QueryProductList', assumed: true },
  params: {
    PageNum: query(int(1)),
    PageSize: query(optional(int(1))),
    QueryTotalCount: query(optional(flag)),
  },
  output: checkedAnswer({
    Data: readObject({
      PageNum: readInt,
      PageSize: readInt,
      ProductList: readObject({
        Product: readList(readObject({ ProductCode: readText, ProductName: readText, ProductType: readText, SubscriptionType: readText })),
      }),
      TotalCount: readInt,
    }),
    Success: readFlag,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNum',
    sizeParam: 'PageSize',
    items: 'Data.ProductList.Product',
    total: 'Data.TotalCount',
    id: ['ProductCode', 'ProductType', 'SubscriptionType'],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
});
