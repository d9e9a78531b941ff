// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, list, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Which users are bound to which app instances. Free.
 * The rows say UserId where Unbind wants EndUserId.
 */
export const listBindInfo = operation({
  action: 'ListBindInfo',
  group: 'Connections',
  effect: 'none',
  ram: { level: 'list' },
  params: {
    AppIdList: body.flat(optional(list(text, 100))),
    AppInstanceGroupIdList: body.flat(optional(list(text, 100))),
    AppInstanceIdList: body.flat(optional(list(text, 100))),
    /** Default of the service: 1. */
    PageNumber: body(optional(int(1))),
    /** Default of the service: 20. */
    PageSize: body(optional(int(1, 100))),
    UserIdList: body.flat(optional(list(text, 100))),
    WyIdList: body.flat(optional(list(text, 100))),
  },
  output: answer({
    BindInfoModels: readList(
      readObject({
        AccountType: readOneOf<'ad' | 'simple'>(),
        AppId: readText,
        AppInstanceGroupId: readText,
        AppInstanceId: readText,
        AppVersion: readText,
        ProductType: readOneOf<'CloudApp' | 'CloudBrowser' | 'AndroidCloud'>(),
        RegionId: readText,
        UserId: readText,
        WyId: readText,
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
    items: 'BindInfoModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['AppInstanceGroupId', 'AppInstanceId', 'UserId', 'AppId'],
  },
});
