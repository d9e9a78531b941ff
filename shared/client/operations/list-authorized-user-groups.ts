// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/** The user groups that may use a delivery group. Free. Both page parameters are required. */
export const listAuthorizedUserGroups = operation({
  action: 'ListAuthorizedUserGroups',
  group: 'Delivery Groups',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: body(text),
    GroupId: body(optional(text)),
    GroupName: body(optional(text)),
    PageNumber: body(int(1)),
    PageSize: body(int(undefined, 100)),
    ProductType: body(cloudApp),
  },
  output: answer({
    PageNumber: readInt,
    PageSize: readInt,
    TotalCount: readInt,
    UserGroups: readList(
      readObject({
        AppInstanceGroupId: readText,
        AuthMode: readOneOf<'App' | 'Session' | 'AppInstanceGroup'>(),
        GroupId: readText,
        GroupName: readText,
      }),
    ),
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'UserGroups',
    total: 'TotalCount',
    maxSize: 100,
    id: ['GroupId', 'AuthMode'],
  },
});
