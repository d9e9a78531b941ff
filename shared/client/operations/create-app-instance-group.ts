import { flag, int, intOr, jsonList, list, object, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { body, businessRegion, cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { strategyFaults } from '../shapes/scaling-rules.ts';
import { scalingFields } from '../shapes/scaling-strategy.ts';

/**
 * Buys a delivery group. There is no token, so a repeat buys a second one.
 * Period and PeriodUnit are required even for pay-as-you-go: send 1 and Month then.
 */
export const createAppInstanceGroup = operation({
  action: 'CreateAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'purchase',
  ram: { action: 'appstreaming:CreateAppInstanceGroup', contested: true },
  params: {
    AppCenterImageId: body(text),
    AppInstanceGroupName: body(optional(text)),
    AppPackageType: body(optional(text)),
    AppPolicyId: body(optional(text)),
    AuthMode: body(optional(oneOf('App', 'Session', 'AppInstanceGroup'))),
    AutoPay: body(optional(flag)),
    AutoRenew: body(optional(flag)),
    BizRegionId: body(businessRegion),
    ChargeResourceMode: body(oneOf('Node')),
    ChargeType: body(oneOf('PostPaid', 'PrePaid')),
    ClusterId: body(optional(text)),
    Network: body.json(
      optional(
        object({
          DomainRules: optional(jsonList(object({ Domain: optional(text), Policy: optional(oneOf('allow', 'block')) }))),
          IpExpireMinutes: optional(int(60)),
          OfficeSiteId: optional(text),
          Routes: optional(jsonList(object({ Destination: optional(text), Mode: optional(oneOf('Shared')) }))),
          StrategyType: optional(oneOf('Mixed', 'Shared')),
          VSwitchIds: optional(jsonList(text)),
        }),
      ),
    ),
    NodePool: body.json(
      optional(
        object({
          NodeCapacity: optional(int(1)),
          NodeInstanceType: optional(
            open(
              'appstreaming.vgpu.8c16g.4g',
              'appstreaming.general.8c16g',
              'appstreaming.general.4c8g',
              'appstreaming.vgpu.14c93g.12g',
              'appstreaming.vgpu.8c31g.16g',
            ),
          ),
          ...scalingFields,
        }),
      ),
    ),
    Period: body(period),
    PeriodUnit: body(periodUnit),
    PreOpenAppId: body(optional(text)),
    ProductType: body(cloudApp),
    PromotionId: body(optional(text)),
    RuntimePolicy: body.json(
      optional(
        object({
          DebugMode: optional(oneOf('OFF', 'ON')),
          PerSessionPerApp: optional(flag),
          PersistentAppInstanceScheduleMode: optional(oneOf('DYNAMIC', 'FIX_NODE')),
          SessionPreOpen: optional(oneOf('true', 'false')),
          SessionType: optional(oneOf('CONSOLE', 'NORMAL')),
          SessionUserGenerationMode: optional(oneOf('wyid')),
        }),
      ),
    ),
    SecurityPolicy: body.json(optional(object({ ResetAfterUnbind: optional(flag), SkipUserAuthCheck: optional(flag) }))),
    SessionTimeout: body(intOr(-1, 3, 300)),
    StoragePolicy: body.json(
      optional(
        object({
          StorageTypeList: optional(jsonList(oneOf('OFF', 'PDS'))),
          UserProfile: optional(
            object({ RemoteStoragePath: optional(text), RemoteStorageType: optional(open('NAS')), UserProfileSwitch: optional(flag) }),
          ),
        }),
      ),
    ),
    SubPayType: body(optional(text)),
    UserDefinePolicy: query.json(optional(object({ CustomConfig: optional(text) }))),
    UserGroupIds: body.flat(optional(list(text))),
    UserInfo: body.json(optional(object({ Type: optional(oneOf('Simple')) }))),
    Users: body.flat(optional(list(text, 200))),
    VideoPolicy: body.json(
      optional(
        object({
          FrameRate: optional(int()),
          SessionResolutionHeight: optional(int()),
          SessionResolutionWidth: optional(int()),
          StreamingMode: optional(open('video', 'mix')),
          TerminalResolutionAdaptive: optional(flag),
          Webrtc: optional(flag),
        }),
      ),
    ),
  },
  combination: periodPair,
  check: (input) => (input.NodePool ? strategyFaults(input.NodePool, ['NodePool']) : []),
  output: answer({ AppInstanceGroupModel: readObject({ AppInstanceGroupId: readText, NodePoolId: readText, OrderId: readText }) }),
});
