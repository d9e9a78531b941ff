// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { deletedByIdOnly } from '../checks.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The app instances of one delivery group with their sessions. Free.
 * IncludeDeleted works only together with AppInstanceIdList; SessionStatus is filled while RUNNING only.
 */
export const listAppInstances = operation({
  action: 'ListAppInstances',
  group: 'App Instances',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstanceId: query(optional(text)),
    AppInstanceIdList: body.flat(optional(list(text, 100))),
    /** Default of the service: false. */
    IncludeDeleted: query(optional(flag)),
    /** Default of the service: 1. */
    PageNumber: query(optional(int(1))),
    /** Default of the service: 20. */
    PageSize: query(optional(int(1, 100))),
    Status: body.flat(optional(list(oneOf('INIT', 'STARTING', 'CLOSING', 'CLOSED', 'RUNNING', 'IDLE', 'BOUND', 'UNAVAILABLE'), 100))),
    UserIdList: query.flat(optional(list(text, 100))),
  },
  check: deletedByIdOnly,
  output: answer({
    AppInstanceModels: readList(
      readObject({
        AppInstanceGroupId: readText,
        AppInstanceId: readText,
        BindInfo: readObject({ EndUserId: readText, UsageDuration: readInt }),
        ChargeType: readOneOf<'PostPaid' | 'PrePaid'>(),
        GmtCreate: readText,
        GmtModified: readText,
        MainEthPublicIp: readText,
        NetworkInterfaceId: readText,
        NetworkInterfaceIp: readText,
        NodeId: readText,
        SessionStatus: readOneOf<'connect' | 'disconnect'>(),
        Status: readOneOf<'INIT' | 'STARTING' | 'CLOSING' | 'CLOSED' | 'RUNNING' | 'IDLE' | 'BOUND' | 'UNAVAILABLE'>(),
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
