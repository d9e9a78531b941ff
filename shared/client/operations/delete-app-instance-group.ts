import { text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, cloudApp } from '../fields.ts';
import { operation } from '../operation.ts';

/** Deletes a pay-as-you-go delivery group for good. A subscription is refused. */
export const deleteAppInstanceGroup = operation({
  action: 'DeleteAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'destructive',
  ram: { action: 'appstreaming:DeleteAppInstanceGroup', level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: answer({}),
});
