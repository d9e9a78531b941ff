import { text } from '../../schema/schema.ts';
import { judgedAnswer } from '../answer.ts';
import { businessRegion, cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Puts another image on a delivery group. It cuts live sessions when it starts, and has no start time: the caller picks
 * the moment. Compare AppCenterImageId first, since the same image again may repeat the outage.
 */
export const updateAppInstanceGroupImage = operation({
  action: 'UpdateAppInstanceGroupImage',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'disruptive',
  ram: { action: 'appstreaming:UpdateAppInstanceGroupImage', level: 'update' },
  params: {
    AppCenterImageId: query(text),
    AppInstanceGroupId: query(text),
    BizRegionId: query(businessRegion),
    ProductType: query(cloudApp),
  },
  output: judgedAnswer({}),
});
