import { int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { pageNumber, query } from '../fields.ts';
import { operation } from '../operation.ts';

/** The persistent sessions of one delivery group. Free. */
export const listPersistentAppInstances = operation({
  action: 'ListPersistentAppInstances',
  group: 'App Instances',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListPersistentAppInstances', level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    AppInstancePersistentIds: query.flat(optional(list(text, 100))),
    PageNumber: query(optional(pageNumber)),
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
        AppInstancePersistentStatus: readOneOf(
          'STARTING',
          'RUNNING',
          'STOPPED',
          'UNAVAILABLE',
          'DELETING',
          'PENDING',
          'STOPPING',
          'DELETED',
          'REBUILDING',
        ),
        AppInstanceStatus: readOneOf('INIT', 'STARTING', 'CLOSING', 'CLOSED', 'RUNNING', 'IDLE', 'BOUND', 'UNAVAILABLE', 'DELETED'),
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
