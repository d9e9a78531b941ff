// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Allocates an app instance for a user and starts an app, in spite of its name. Not for automations.
 * It takes two calls at least: first without TaskId, then with it until TaskStatus is Finished. The ticket is a secret.
 */
export const getConnectionTicket = operation({
  action: 'GetConnectionTicket',
  group: 'Connections',
  effect: 'write',
  params: {
    AccessType: body(optional(oneOf('INTERNET', 'VPC'))),
    AppId: body(optional(text)),
    AppInstanceGroupIdList: body.flat(optional(list(text, 100))),
    AppInstanceId: body(optional(text)),
    AppInstancePersistentId: body(optional(text)),
    AppPolicyId: body(optional(text)),
    AppStartParam: body(optional(text)),
    AppVersion: body(optional(text)),
    BizRegionId: body(optional(open('cn-shanghai', 'cn-hangzhou', 'cn-beijing', 'cn-shenzhen', 'cn-zhangjiakou'))),
    EndUserId: body(text),
    EnvironmentConfig: body(optional(text)),
    ProductType: body(oneOf('CloudApp', 'AndroidCloud')),
    TaskId: body(optional(text)),
  },
  output: answer({
    AppInstanceGroupId: readText,
    AppInstanceId: readText,
    AppInstancePersistentId: readText,
    AvatarId: readText,
    BizRegionId: readText,
    OsType: readOneOf<'Windows'>(),
    TaskId: readText,
    TaskStatus: readOneOf<'Running' | 'Finished' | 'Failed'>(),
    TenantId: readInt,
    Ticket: readText,
  }),
});
