// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { namesASession } from '../checks.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Ends the binding of one user, and the session with it. Where the group resets after unbinding, the instance is wiped.
 * Without an instance the scope is documented nowhere, so one must be named.
 */
export const unbind = operation({
  action: 'Unbind',
  group: 'Connections',
  effect: 'disruptive',
  ram: { level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    AppInstanceId: body(optional(text)),
    AppInstancePersistentId: body(optional(text)),
    EndUserId: body(text),
    ProductType: body(cloudApp),
  },
  check: namesASession,
  output: answer({}),
});
