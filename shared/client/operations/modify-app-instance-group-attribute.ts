// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, intOr, jsonList, object, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer } from '../answer.ts';
import { attributesTogether } from '../checks.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Sets attributes of a delivery group. No order.
 * Only the name, SessionTimeout, NodeCapacity and SkipUserAuthCheck can be read back; PerSessionPerApp uses more
 * sessions.
 */
export const modifyAppInstanceGroupAttribute = operation({
  action: 'ModifyAppInstanceGroupAttribute',
  group: 'Delivery Groups',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstanceGroupName: query(optional(text)),
    Network: body.json(
      optional(object({ DomainRules: optional(jsonList(object({ Domain: optional(text), Policy: optional(oneOf('allow', 'block')) }))) })),
    ),
    NodePool: query.json(optional(object({ NodeCapacity: optional(int(1)), NodePoolId: optional(text) }))),
    PerSessionPerApp: body(optional(flag)),
    PreOpenAppId: body(optional(text)),
    /** Default of the service: OFF. */
    PreOpenMode: body(optional(oneOf('SINGLE_APP', 'OFF'))),
    ProductType: query(cloudApp),
    SecurityPolicy: body.json(
      optional(
        object({
          ResetAfterUnbind: optional(flag),
          /** Default of the service: false. */
          SkipUserAuthCheck: optional(flag),
        }),
      ),
    ),
    /** -1 keeps sessions for ever. In minutes. Default of the service: 15. */
    SessionTimeout: query(optional(intOr(-1, 3, 300))),
    StoragePolicy: body.json(
      optional(
        object({
          StorageTypeList: optional(jsonList(oneOf('OFF', 'PDS'))),
          UserProfile: optional(object({ FileSystemId: optional(text), UserProfileSwitch: optional(flag) })),
          UserProfileFollow: optional(object({ FileSystemId: optional(text), ProfileFollowSwitch: optional(flag) })),
        }),
      ),
    ),
  },
  check: attributesTogether,
  output: checkedAnswer({}),
});
