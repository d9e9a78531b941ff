// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readFlag, readInt, readList, readObject, readOneOf } from '../answer.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { deliveryGroup } from '../shapes/delivery-group.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';
import { readTags, tagFilter } from '../shapes/tag.ts';

/**
 * The delivery groups of the account with nearly all that is known of them. Free.
 * No sessions or users are counted here; SessionTimeout and ScalingUsageThreshold are text.
 */
export const listAppInstanceGroup = operation({
  action: 'ListAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppCenterImageId: query(optional(text)),
    AppInstanceGroupId: query(optional(text)),
    AppInstanceGroupName: query(optional(text)),
    BizRegionId: query(optional(businessRegion)),
    ExcludedUserGroupIds: body.flat(optional(list(text))),
    NodeInstanceType: query(optional(text)),
    OfficeSiteId: query(optional(text)),
    PageNumber: query(optional(int(1))),
    /** Default of the service: 20. */
    PageSize: query(optional(int(1, 100))),
    ProductType: query(cloudApp),
    /** @deprecated BizRegionId takes its place. */
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
    AppInstanceGroupModels: readList(
      readObject({
        ...deliveryGroup,
        AppPolicyImageCheck: readFlag,
        AppPolicyVersion: readOneOf<'CENTER' | 'DEFAULT'>(),
        ResourceTags: readTags,
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
    items: 'AppInstanceGroupModels',
    total: 'TotalCount',
    maxSize: 100,
    id: ['AppInstanceGroupId'],
  },
});
