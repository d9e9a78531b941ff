// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { int, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readObject, readText } from '../answer.ts';
import { service } from '../billing-shapes/service.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';

/** Cancels an order that is not paid. Nothing brings it back, and no automation calls this: a person decides. */
export const cancelOrder = operation({
  action: 'CancelOrder',
  group: 'Billing',
  effect: 'destructive',
  ram: { action: 'bssapi:CancelOrder', assumed: true },
  params: {
    OrderId: query(text),
    OwnerId: query(optional(int())),
  },
  output: checkedAnswer({ Data: readObject({ HostId: readText }), Success: readFlag }),
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
});
