// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Switches the reminder before groups expire, for the whole account. Safe to repeat. */
export const modifyTenantConfig = operation({
  action: 'ModifyTenantConfig',
  group: 'Tenant Account',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    /** Demanded here: the only thing that the call sets. */
    AppInstanceGroupExpireRemind: insist(body(flag)),
  },
  output: answer({}),
});
