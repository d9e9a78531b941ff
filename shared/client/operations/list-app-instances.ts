import { flag, int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body, faultIf, pageNumber, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The app instances of one delivery group with their sessions. Free.
 * IncludeDeleted works only together with AppInstanceIdList; SessionStatus is filled while RUNNING only.
 */
export const listAppInstances = operation({
  action: 'ListAppInstances',
  group: 'App Instances',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListAppInstances', level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstanceId: query(optional(text)),
    AppInstanceIdList: body.flat(optional(list(text, 100))),
    IncludeDeleted: query(optional(flag)),
    PageNumber: query(optional(pageNumber)),
    PageSize: query(optional(int(1, 100))),
    Status: body.flat(optional(list(oneOf('INIT', 'STARTING', 'CLOSING', 'CLOSED', 'RUNNING', 'IDLE', 'BOUND', 'UNAVAILABLE'), 100))),
    UserIdList: query.flat(optional(list(text, 100))),
  },
  check: (input) =>
    faultIf(
      input.IncludeDeleted === true && input.AppInstanceIdList === undefined,
      'AppInstanceIdList',
      'name the instances: IncludeDeleted has no effect without them',
    ),
  output: answer({
    AppInstanceModels: readList(
      readObject({
        AppInstanceGroupId: readText,
        AppInstanceId: readText,
        BindInfo: readObject({ EndUserId: readText, UsageDuration: readInt }),
        ChargeType: readOneOf('PostPaid', 'PrePaid'),
        GmtCreate: readText,
        GmtModified: readText,
        MainEthPublicIp: readText,
        NetworkInterfaceId: readText,
        NetworkInterfaceIp: readText,
        NodeId: readText,
        SessionStatus: readOneOf('connect', 'disconnect'),
        Status: readOneOf('INIT', 'STARTING', 'CLOSING', 'CLOSED', 'RUNNING', 'IDLE', 'BOUND', 'UNAVAILABLE'),
      }),
    ),
    PageNumber: readInt,
    PageSize: readInt,
    TotalCount: readInt,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'AppInstanceModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['AppInstanceId'],
  },
});
