import { flag, int, intOr, jsonList, object, oneOf, optional, text } from '../../schema/schema.ts';
import { judgedAnswer } from '../answer.ts';
import { body, cloudApp, faultIf, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Sets attributes of a delivery group. No order.
 * Only the name, SessionTimeout, NodeCapacity and SkipUserAuthCheck can be read back; PerSessionPerApp uses more sessions.
 */
export const modifyAppInstanceGroupAttribute = operation({
  action: 'ModifyAppInstanceGroupAttribute',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'write',
  ram: { action: 'appstreaming:ModifyAppInstanceGroupAttribute', level: 'update' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstanceGroupName: query(optional(text)),
    Network: body.json(
      optional(object({ DomainRules: optional(jsonList(object({ Domain: optional(text), Policy: optional(oneOf('allow', 'block')) }))) })),
    ),
    NodePool: query.json(optional(object({ NodeCapacity: optional(int(1)), NodePoolId: optional(text) }))),
    PerSessionPerApp: body(optional(flag)),
    PreOpenAppId: body(optional(text)),
    PreOpenMode: body(optional(oneOf('SINGLE_APP', 'OFF'))),
    ProductType: query(cloudApp),
    SecurityPolicy: body.json(optional(object({ ResetAfterUnbind: optional(flag), SkipUserAuthCheck: optional(flag) }))),
    /** Minutes; -1 keeps sessions for ever. */
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
  check: (input) => [
    ...faultIf(
      input.PreOpenMode === 'SINGLE_APP' && input.PreOpenAppId === undefined,
      'PreOpenAppId',
      'name the app that SINGLE_APP opens',
    ),
    ...faultIf(
      input.NodePool?.NodeCapacity !== undefined && input.NodePool.NodePoolId === undefined,
      'NodePool.NodePoolId',
      'name the node pool whose capacity changes',
    ),
  ],
  output: judgedAnswer({}),
});
