// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { int, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readText } from '../answer.ts';
import { orderLine } from '../billing-shapes/order.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/** One order with what it is for: `InstanceIDs` is a list as JSON text. Free. */
export const getOrderDetail = operation({
  action: 'GetOrderDetail',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bss:DescribeOrderDetail', level: 'get', also: ['bssapi:GetOrderDetail'] },
  params: {
    OrderId: query(text),
    OwnerId: query(optional(int())),
  },
  output: checkedAnswer({
    Data: readObject({
      HostName: readText,
      OrderList: readObject({
        Order: readList(
          readObject({
            ...orderLine,
            BillModuleConfig: readObject({
              billModuleConfig: readList(
                readObject({
                  ApiCode: readText,
                  BillModuleProperties: readObject({
                    billModuleProperties: readList(readObject({ AttrApiCode: readText, ModuleApiCode: readText, Value: readText })),
                  }),
                  Code: readText,
                  Name: readText,
                }),
              ),
            }),
            Config: readText,
            ExtendInfos: readObject({}),
            InstanceIDs: readText,
            Operator: readText,
            OrderSubType: readText,
            OriginalConfig: readText,
            OriginalModuleConfig: readObject({
              originalModuleConfig: readList(
                readObject({
                  Code: readText,
                  ModuleProperties: readObject({
                    moduleProperties: readList(readObject({ Code: readText, Name: readText, Value: readText })),
                  }),
                  Name: readText,
                }),
              ),
            }),
            Quantity: readText,
            Region: readText,
            SubOrderId: readText,
            UsageEndTime: readText,
            UsageStartTime: readText,
          }),
        ),
      }),
      PageNum: readInt,
      PageSize: readInt,
      TotalCount: readInt,
    }),
    Success: readFlag,
  }),
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
