// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Hands out a code for 3 minutes to enter a delivery group in debug mode, and voids the one before. Not for automations.
 * The code is a secret.
 */
export const getDebugAppInstance = operation({
  action: 'GetDebugAppInstance',
  group: 'Debugging',
  effect: 'write',
  params: {
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: answer({
    AppId: readText,
    AppInstanceGroupId: readText,
    AppInstanceId: readText,
    AppVersion: readText,
    AuthCode: readText,
    UserId: readText,
  }),
});
