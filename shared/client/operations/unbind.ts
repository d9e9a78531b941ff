import { optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, cloudApp, faultIf } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Ends the binding of one user, and the session with it. Where the group resets after unbinding, the instance is wiped.
 * Without an instance the scope is documented nowhere, so one must be named.
 */
export const unbind = operation({
  action: 'Unbind',
  group: 'Connections',
  access: 'write',
  effect: 'disruptive',
  ram: { action: 'appstreaming:Unbind', level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    AppInstanceId: body(optional(text)),
    AppInstancePersistentId: body(optional(text)),
    EndUserId: body(text),
    ProductType: body(cloudApp),
  },
  check: (input) =>
    faultIf(
      input.AppInstanceId === undefined && input.AppInstancePersistentId === undefined,
      'AppInstanceId',
      'name the app instance or the persistent session, or more than one session could end',
    ),
  output: answer({}),
});
