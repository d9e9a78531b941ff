// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer, readObject, readOneOf, readText } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { deliveryGroup } from '../shapes/delivery-group.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * One delivery group: the check right before a write and the confirmation right after. Free.
 * The container has a plural name, `AppInstanceGroupModels`, and holds one object.
 */
export const getAppInstanceGroup = operation({
  action: 'GetAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    AppInstanceGroupId: query(text),
    ProductType: query(cloudApp),
  },
  output: answer({
    AppInstanceGroupModels: readObject({
      ...deliveryGroup,
      AppCenterImageName: readText,
      AppInstanceTypeName: readText,
      SessionType: readOneOf<'CONSOLE' | 'NORMAL'>(),
    }),
  }),
});
