import { optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, faultIf, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Sets the name or the password of a workstation. */
export const modifyWuyingServerAttribute = operation({
  action: 'ModifyWuyingServerAttribute',
  group: 'Workstations',
  access: 'write',
  effect: 'write',
  ram: { action: 'appstreaming:ModifyWuyingServerAttribute', level: 'update' },
  params: {
    Password: body.secret(optional(text)),
    ProductType: body(optional(text)),
    WuyingServerId: insist(body(text)),
    WuyingServerName: body(optional(text)),
  },
  check: (input) =>
    faultIf(input.WuyingServerName === undefined && input.Password === undefined, 'WuyingServerName', 'give a new name or a new password'),
  output: answer({}),
});
