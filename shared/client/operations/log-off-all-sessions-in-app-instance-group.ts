// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { checkedAnswer } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Ends all sessions of a pay-as-you-go group under a schedule, outside the periods of that schedule only. Unsaved work
 * is lost. Elsewhere use Unbind, one session at a time.
 */
export const logOffAllSessionsInAppInstanceGroup = operation({
  action: 'LogOffAllSessionsInAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'disruptive',
  ram: { level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: checkedAnswer({}),
});
