import { text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { readDeliveryGroup } from '../shapes/delivery-group.ts';

/**
 * One delivery group: the check right before a write and the confirmation right after. Free.
 * The container has a plural name, `AppInstanceGroupModels`, and holds one object.
 */
export const getAppInstanceGroup = operation({
  action: 'GetAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:GetAppInstanceGroup', level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    ProductType: query(cloudApp),
  },
  output: answer({ AppInstanceGroupModels: readDeliveryGroup }),
});
