import { decimal, int, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { businessRegion, cloudApp, pageNumber, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The node types on sale with their sizes. Free.
 * `MaxCapacity` is the ceiling for sessions per node; `Cpu` and `Gpu` are numbers in the request and text in the answer.
 */
export const listNodeInstanceType = operation({
  action: 'ListNodeInstanceType',
  group: 'Resources',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListNodeInstanceType', level: 'get' },
  params: {
    BizRegionId: query(optional(businessRegion)),
    ChargeType: query(optional(text)),
    Cpu: query(optional(decimal)),
    Gpu: query(optional(decimal)),
    GpuMemory: query(optional(int())),
    InstanceTypeForModify: query(optional(text)),
    Language: query(optional(oneOf('en-US', 'zh-CN'))),
    Memory: query(optional(int())),
    NodeInstanceType: query(optional(text)),
    NodeInstanceTypeFamily: query(optional(text)),
    OrderBy: query(optional(oneOf('CPU', 'Memory'))),
    OrderType: query(optional(text)),
    OsType: query(optional(open('Windows'))),
    PageNumber: query(pageNumber),
    PageSize: query(int(1, 100)),
    ProductType: query(cloudApp),
    SortType: query(optional(oneOf('ASC', 'DESC'))),
  },
  output: answer({
    NodeInstanceTypeModels: readList(
      readObject({
        Cpu: readText,
        Gpu: readText,
        GpuMemory: readInt,
        MaxCapacity: readInt,
        Memory: readInt,
        NodeInstanceType: readText,
        NodeInstanceTypeFamily: readOneOf('appstreaming.general', 'appstreaming.vgpu'),
        NodeTypeName: readText,
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
    items: 'NodeInstanceTypeModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['NodeInstanceType'],
  },
});
