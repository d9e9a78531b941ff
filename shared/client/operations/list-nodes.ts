import { int, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body, cloudApp, pageNumber } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The nodes of a delivery group. Free.
 * Rows are filled only where the group is sold per node; the total comes as `Count`, and both page parameters are required.
 */
export const listNodes = operation({
  action: 'ListNodes',
  group: 'Resources',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListNodes', level: 'list' },
  params: {
    AppInstanceGroupId: body(text),
    PageNumber: body(pageNumber),
    PageSize: body(int(1, 200)),
    ProductType: body(cloudApp),
  },
  output: answer({
    Count: readInt,
    NodeModels: readList(readObject({ ChargeType: readOneOf('PostPaid', 'PrePaid'), NodeId: readText })),
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
