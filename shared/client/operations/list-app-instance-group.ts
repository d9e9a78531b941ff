import { int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList } from '../answer.ts';
import { body, businessRegion, cloudApp, pageNumber, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { readListedDeliveryGroup } from '../shapes/delivery-group.ts';
import { tagFilter } from '../shapes/tag.ts';

/**
 * The delivery groups of the account with nearly all that is known of them. Free.
 * No sessions or users are counted here; SessionTimeout and ScalingUsageThreshold are text.
 */
export const listAppInstanceGroup = operation({
  action: 'ListAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListAppInstanceGroup', level: 'get' },
  params: {
    AppCenterImageId: query(optional(text)),
    AppInstanceGroupId: query(optional(text)),
    AppInstanceGroupName: query(optional(text)),
    BizRegionId: query(optional(businessRegion)),
    ExcludedUserGroupIds: body.flat(optional(list(text))),
    NodeInstanceType: query(optional(text)),
    OfficeSiteId: query(optional(text)),
    PageNumber: query(optional(pageNumber)),
    PageSize: query(optional(int(1, 100))),
    ProductType: query(cloudApp),
    /** Out of date: BizRegionId takes its place. */
    RegionId: query(optional(text)),
    Status: body.flat(
      optional(
        list(oneOf('PUBLISHED', 'FAILED', 'MAINTAIN_FAILED', 'EXPIRED', 'MAINTAINING', 'CEASED', 'EXPIRED_RECYCLING', 'DEPLOYING'), 1000),
      ),
    ),
    Tag: query.flat(optional(list(tagFilter, 20))),
    UserGroupIds: body.flat(optional(list(text))),
  },
  output: answer({
    AppInstanceGroupModels: readList(readListedDeliveryGroup),
    PageNumber: readInt,
    PageSize: readInt,
    TotalCount: readInt,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'AppInstanceGroupModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['AppInstanceGroupId'],
  },
});
