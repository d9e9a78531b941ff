// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { int, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { utcInstant } from '../billing-shapes/instant.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Instances with their end and whether they renew themselves. Free.
 * `ProductCode` is needed where `Region` is given.
 */
export const queryAvailableInstances = operation({
  action: 'QueryAvailableInstances',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bss:DescribeInstances', level: 'list', also: ['bssapi:QueryAvailableInstances'] },
  params: {
    CreateTimeEnd: query(optional(utcInstant)),
    CreateTimeStart: query(optional(utcInstant)),
    EndTimeEnd: query(optional(utcInstant)),
    EndTimeStart: query(optional(utcInstant)),
    /** Ids with commas between them, 100 at most. */
    InstanceIDs: query(optional(text)),
    OwnerId: query(optional(int())),
    PageNum: query(optional(int(1))),
    PageSize: query(optional(int(1))),
    ProductCode: query(optional(text)),
    ProductType: query(optional(text)),
    Region: query(optional(text)),
    RenewStatus: query(optional(oneOf('AutoRenewal', 'ManualRenewal', 'NotRenewal'))),
    SubscriptionType: query(optional(oneOf('Subscription', 'PayAsYouGo'))),
  },
  output: checkedAnswer({
    Data: readObject({
      InstanceList: readList(
        readObject({
          CreateTime: readText,
          EndTime: readText,
          ExpectedReleaseTime: readText,
          InstanceID: readText,
          OwnerId: readInt,
          ProductCode: readText,
          ProductType: readText,
          Region: readText,
          ReleaseTime: readText,
          RenewStatus: readText,
          RenewalDuration: readInt,
          RenewalDurationUnit: readText,
          Seller: readText,
          SellerId: readInt,
          Status: readText,
          StopTime: readText,
          SubStatus: readText,
          SubscriptionType: readText,
        }),
      ),
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
    items: 'Data.InstanceList',
    total: 'Data.TotalCount',
    maxSize: 300,
    id: ['InstanceID'],
  },
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
});
