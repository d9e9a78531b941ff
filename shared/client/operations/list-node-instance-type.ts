// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { decimal, int, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';

/**
 * The node types on sale with their sizes. Free.
 * `MaxCapacity` is the ceiling for sessions per node; `Cpu` and `Gpu` are numbers in the request and text in the answer.
 */
export const listNodeInstanceType = operation({
  action: 'ListNodeInstanceType',
  group: 'Resources',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    BizRegionId: query(optional(businessRegion)),
    ChargeType: query(optional(text)),
    Cpu: query(optional(decimal)),
    Gpu: query(optional(decimal)),
    /** In MB. */
    GpuMemory: query(optional(int())),
    InstanceTypeForModify: query(optional(text)),
    Language: query(optional(oneOf('en-US', 'zh-CN'))),
    /** In MB. */
    Memory: query(optional(int())),
    NodeInstanceType: query(optional(text)),
    NodeInstanceTypeFamily: query(optional(text)),
    OrderBy: query(optional(oneOf('CPU', 'Memory'))),
    OrderType: query(optional(text)),
    OsType: query(optional(open('Windows'))),
    PageNumber: query(int(1)),
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
        NodeInstanceTypeFamily: readOneOf<'appstreaming.general' | 'appstreaming.vgpu'>(),
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
