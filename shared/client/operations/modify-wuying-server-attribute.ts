// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { changesSomething } from '../checks.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Sets the name or the password of a workstation. */
export const modifyWuyingServerAttribute = operation({
  action: 'ModifyWuyingServerAttribute',
  group: 'Workstations',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    Password: body.secret(optional(text)),
    ProductType: body(optional(text)),
    /** Demanded here: a change needs its object. */
    WuyingServerId: insist(body(text)),
    WuyingServerName: body(optional(text)),
  },
  check: changesSomething,
  output: answer({}),
});
