// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, optional, text } from '../../schema/schema.ts';
import { answer, readList, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * The names of the users of a delivery group. Free.
 * No total is given: read on until a page comes short.
 */
export const pageListAppInstanceGroupUser = operation({
  action: 'PageListAppInstanceGroupUser',
  group: 'Delivery Groups',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: body(text),
    PageNumber: body(optional(int(1))),
    PageSize: body(optional(int(undefined, 100))),
    ProductType: body(cloudApp),
  },
  output: answer({ Users: readList(readText) }),
  paging: { style: 'page', pageParam: 'PageNumber', sizeParam: 'PageSize', items: 'Users', maxSize: 100, id: [] },
});
