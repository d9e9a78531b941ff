// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, intOr, jsonList, list, object, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { strategyOfNewGroup } from '../checks.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { period, periodPair, periodUnit } from '../shapes/period.ts';
import { cloudApp } from '../shapes/product.ts';
import { businessRegion } from '../shapes/region.ts';
import { scalingFields } from '../shapes/scaling-strategy.ts';

/**
 * Buys a delivery group. There is no token, so a repeat buys a second one.
 * Period and PeriodUnit are required even for pay-as-you-go: send 1 and Month then.
 */
export const createAppInstanceGroup = operation({
  action: 'CreateAppInstanceGroup',
  group: 'Delivery Groups',
  effect: 'purchase',
  ram: { contested: true },
  params: {
    AppCenterImageId: body(text),
    AppInstanceGroupName: body(optional(text)),
    AppPackageType: body(optional(text)),
    AppPolicyId: body(optional(text)),
    /** Default of the service: App. */
    AuthMode: body(optional(oneOf('App', 'Session', 'AppInstanceGroup'))),
    /** Default of the service: false. */
    AutoPay: body(optional(flag)),
    /** Default of the service: false. */
    AutoRenew: body(optional(flag)),
    BizRegionId: body(businessRegion),
    ChargeResourceMode: body(oneOf('Node')),
    ChargeType: body(oneOf('PostPaid', 'PrePaid')),
    ClusterId: body(optional(text)),
    Network: body.json(
      optional(
        object({
          DomainRules: optional(jsonList(object({ Domain: optional(text), Policy: optional(oneOf('allow', 'block')) }))),
          /** In minutes. */
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
          ...scalingFields,
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
          /** Default of the service: DYNAMIC. */
          PersistentAppInstanceScheduleMode: optional(oneOf('DYNAMIC', 'FIX_NODE')),
          /** Default of the service: true. */
          SessionPreOpen: optional(oneOf('true', 'false')),
          SessionType: optional(oneOf('CONSOLE', 'NORMAL')),
          SessionUserGenerationMode: optional(oneOf('wyid')),
        }),
      ),
    ),
    SecurityPolicy: body.json(
      optional(
        object({
          ResetAfterUnbind: optional(flag),
          /** Default of the service: false. */
          SkipUserAuthCheck: optional(flag),
        }),
      ),
    ),
    /** In minutes. Default of the service: 15. */
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
  check: strategyOfNewGroup,
  output: answer({ AppInstanceGroupModel: readObject({ AppInstanceGroupId: readText, NodePoolId: readText, OrderId: readText }) }),
});
