// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * The nodes of a delivery group. Free.
 * Rows are filled only where the group is sold per node; the total comes as `Count`, and both page parameters are
 * required.
 */
export const listNodes = operation({
  action: 'ListNodes',
  group: 'Resources',
  effect: 'none',
  ram: { level: 'list' },
  params: {
    AppInstanceGroupId: body(text),
    PageNumber: body(int(1)),
    PageSize: body(int(1, 200)),
    ProductType: body(cloudApp),
  },
  output: answer({
    Count: readInt,
    NodeModels: readList(readObject({ ChargeType: readOneOf<'PostPaid' | 'PrePaid'>(), NodeId: readText })),
    PerPageSize: readInt,
    ToPage: readInt,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'NodeModels',
    total: 'Count',
    maxSize: 200,
    id: ['NodeId'],
  },
});
