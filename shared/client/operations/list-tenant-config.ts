import { answer, readFlag, readList, readObject, readText } from '../answer.ts';
import { operation } from '../operation.ts';

/** The settings of the whole account. Free. */
export const listTenantConfig = operation({
  action: 'ListTenantConfig',
  group: 'Tenant Account',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListTenantConfig', level: 'get' },
  params: {},
  output: answer({
    TenantConfigModel: readObject({
      AppInstanceGroupExpireRemind: readFlag,
      MultiSessionSupportType: readText,
      MultiSessionSupportedRegions: readList(readText),
    }),
  }),
});
