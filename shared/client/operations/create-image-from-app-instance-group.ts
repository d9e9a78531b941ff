import { text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body, cloudApp } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Makes an image of a delivery group in debug mode. Image storage may be charged.
 * Asynchronous: poll ListImage.
 */
export const createImageFromAppInstanceGroup = operation({
  action: 'CreateImageFromAppInstanceGroup',
  group: 'Debugging',
  access: 'write',
  effect: 'write',
  params: {
    AppCenterImageName: body(text),
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: answer({ ImageId: readText }),
});
