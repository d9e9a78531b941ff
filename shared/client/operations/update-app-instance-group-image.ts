// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { checkedAnswer } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';

/**
 * Puts another image on a delivery group. It cuts live sessions when it starts, and has no start time: the caller picks
 * the moment. Compare AppCenterImageId first, since the same image again may repeat the outage.
 */
export const updateAppInstanceGroupImage = operation({
  action: 'UpdateAppInstanceGroupImage',
  group: 'Delivery Groups',
  effect: 'disruptive',
  ram: { level: 'update' },
  params: {
    AppCenterImageId: query(text),
    AppInstanceGroupId: query(text),
    BizRegionId: query(businessRegion),
    ProductType: query(cloudApp),
  },
  output: checkedAnswer({}),
});
