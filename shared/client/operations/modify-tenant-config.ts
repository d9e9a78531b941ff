import { flag } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Switches the reminder before groups expire, for the whole account. Safe to repeat. */
export const modifyTenantConfig = operation({
  action: 'ModifyTenantConfig',
  group: 'Tenant Account',
  access: 'write',
  effect: 'write',
  ram: { action: 'appstreaming:ModifyTenantConfig', level: 'update' },
  params: {
    AppInstanceGroupExpireRemind: insist(body(flag)),
  },
  output: answer({}),
});
