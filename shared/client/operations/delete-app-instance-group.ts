// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/** Deletes a pay-as-you-go delivery group for good. A subscription is refused. */
export const deleteAppInstanceGroup = operation({
  action: 'DeleteAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'destructive',
  ram: { level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: answer({}),
});
