// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Makes an image of a delivery group in debug mode. Image storage may be charged.
 * Asynchronous: poll ListImage.
 */
export const createImageFromAppInstanceGroup = operation({
  action: 'CreateImageFromAppInstanceGroup',
  group: 'Debugging',
  effect: 'write',
  params: {
    AppCenterImageName: body(text),
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: answer({ ImageId: readText }),
});
