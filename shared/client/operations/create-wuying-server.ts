// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { decimal, flag, int, list, object, open, optional, sized, text } from '../../schema/schema.ts';
import { answer, readList, readObject, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/** Buys workstations. The one purchase with a token, which makes a repeat safe; how long it lasts is not documented. */
export const createWuyingServer = operation({
  action: 'CreateWuyingServer',
  group: 'Workstations',
  effect: 'purchase',
  ram: { level: 'create' },
  params: {
    Amount: body(optional(int(1))),
    AutoPay: body(optional(flag)),
    AutoRenew: body(optional(flag)),
    /** In Mbit/s. */
    Bandwidth: body(optional(int(2, 100))),
    BizRegionId: body(optional(text)),
    ChargeType: body(optional(open('PrePaid'))),
    DataDisk: body.flat(
      optional(
        list(
          object({
            DataDiskCategory: optional(open('cloud_auto')),
            DataDiskPerformanceLevel: optional(text),
            DataDiskSize: optional(int()),
          }),
        ),
      ),
    ),
    HostName: body(optional(sized(2, 64))),
    IdempotenceToken: body(optional(text)),
    ImageId: body(optional(text)),
    MaxPrice: body(optional(decimal)),
    NetworkStrategyType: body(optional(open('DirectIp'))),
    OfficeSiteId: body(optional(text)),
    Password: body.secret(optional(text)),
    Period: body(optional(int())),
    PeriodUnit: body(optional(open('Month', 'Year'))),
    PromotionId: body(optional(text)),
    SavingPlanId: body(optional(text)),
    ServerInstanceType: body(optional(text)),
    ServerPortRange: body(optional(text)),
    SubPayType: body(optional(text)),
    SystemDiskCategory: body(optional(open('cloud_auto'))),
    SystemDiskPerformanceLevel: body(optional(text)),
    /** In GB. */
    SystemDiskSize: body(optional(int())),
    VSwitchIds: body.flat(optional(list(text))),
    VirtualNodePoolId: body(optional(text)),
    WuyingServerName: body(optional(text)),
  },
  output: answer({ Data: readObject({ OrderId: readText, WuyingServerIdList: readList(readText) }) }),
  token: 'IdempotenceToken',
});
