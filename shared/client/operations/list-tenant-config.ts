// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { answer, readFlag, readList, readObject, readText } from '../answer.ts';
import { operation } from '../operation.ts';

/** The settings of the whole account. Free. */
export const listTenantConfig = operation({
  action: 'ListTenantConfig',
  group: 'Tenant Account',
  effect: 'none',
  ram: { level: 'get' },
  params: {},
  output: answer({
    TenantConfigModel: readObject({
      AppInstanceGroupExpireRemind: readFlag,
      MultiSessionSupportType: readText,
      MultiSessionSupportedRegions: readList(readText),
    }),
  }),
});
