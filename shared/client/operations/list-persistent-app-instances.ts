// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';

/** The persistent sessions of one delivery group. Free. */
export const listPersistentAppInstances = operation({
  action: 'ListPersistentAppInstances',
  group: 'App Instances',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstancePersistentIds: query.flat(optional(list(text, 100))),
    /** Default of the service: 1. */
    PageNumber: query(optional(int(1))),
    /** Default of the service: 20. */
    PageSize: query(optional(int(1, 100))),
    ProductType: query(oneOf('CloudApp', 'CloudBrowser', 'AndroidCloud')),
  },
  output: answer({
    PageNumber: readInt,
    PageSize: readInt,
    PersistentAppInstanceModels: readList(
      readObject({
        AppInstanceGroupId: readText,
        AppInstanceId: readText,
        AppInstancePersistentId: readText,
        AppInstancePersistentName: readText,
        AppInstancePersistentStatus: readOneOf<
          'STARTING' | 'RUNNING' | 'STOPPED' | 'UNAVAILABLE' | 'DELETING' | 'PENDING' | 'STOPPING' | 'DELETED' | 'REBUILDING'
        >(),
        AppInstanceStatus: readOneOf<
          'INIT' | 'STARTING' | 'CLOSING' | 'CLOSED' | 'RUNNING' | 'IDLE' | 'BOUND' | 'UNAVAILABLE' | 'DELETED'
        >(),
        AuthorizedUsers: readList(readText),
        GmtCreate: readText,
      }),
    ),
    TotalCount: readInt,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'PersistentAppInstanceModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['AppInstancePersistentId'],
  },
});
