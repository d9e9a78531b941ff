import { int, optional, text } from '../../schema/schema.ts';
import { answer, readList, readText } from '../answer.ts';
import { body, cloudApp, pageNumber } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The names of the users of a delivery group. Free.
 * No total is given: read on until a page comes short.
 */
export const pageListAppInstanceGroupUser = operation({
  action: 'PageListAppInstanceGroupUser',
  group: 'Delivery Groups',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:PageListAppInstanceGroupUser', level: 'get' },
  params: {
    AppInstanceGroupId: body(text),
    PageNumber: body(optional(pageNumber)),
    PageSize: body(optional(int(undefined, 100))),
    ProductType: body(cloudApp),
  },
  output: answer({ Users: readList(readText) }),
  paging: { style: 'page', pageParam: 'PageNumber', sizeParam: 'PageSize', items: 'Users', maxSize: 100, id: [] },
});
