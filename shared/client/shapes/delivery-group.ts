// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { readFlag, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { readTags } from './tag.ts';

/**
 * What both reads of a delivery group tell. In its node pools `NodeAmount` counts subscription or fixed nodes and
 * `ScalingNodeAmount` elastic ones; `RecurrenceType` may be spelled `Weekly` where the request wants `weekly`.
 */
export const deliveryGroup = {
  AccessType: readOneOf<'INTERNET' | 'VPC' | 'ANY'>(),
  Amount: readInt,
  AppCenterImageId: readText,
  AppInstanceGroupId: readText,
  AppInstanceGroupName: readText,
  AppInstanceType: readText,
  AppPolicyId: readText,
  Apps: readList(readObject({ AppIcon: readText, AppId: readText, AppName: readText, AppVersion: readText, AppVersionName: readText })),
  AuthMode: readOneOf<'App' | 'Session' | 'AppInstanceGroup'>(),
  ChargeResourceMode: readOneOf<'AppInstance' | 'Node'>(),
  ChargeType: readOneOf<'PostPaid' | 'PrePaid'>(),
  ExpiredTime: readText,
  GmtCreate: readText,
  MaxAmount: readInt,
  MinAmount: readInt,
  NodePool: readList(
    readObject({
      Amount: readInt,
      MaxIdleAppInstanceAmount: readInt,
      MaxScalingAmount: readInt,
      NodeAmount: readInt,
      NodeCapacity: readInt,
      NodeInstanceType: readText,
      NodePoolId: readText,
      NodeTypeName: readText,
      NodeUsed: readInt,
      RecurrenceSchedules: readList(
        readObject({
          RecurrenceType: readOneOf<'weekly' | 'Weekly'>(),
          RecurrenceValues: readList(readInt),
          TimerPeriods: readList(readObject({ Amount: readInt, EndTime: readText, StartTime: readText })),
        }),
      ),
      ScalingDownAfterIdleMinutes: readInt,
      ScalingNodeAmount: readInt,
      ScalingNodeUsed: readInt,
      ScalingStep: readInt,
      ScalingUsageThreshold: readText,
      StrategyDisableDate: readText,
      StrategyEnableDate: readText,
      StrategyType: readOneOf<'NODE_FIXED' | 'NODE_SCALING_BY_SCHEDULE' | 'NODE_SCALING_BY_USAGE'>(),
      WarmUp: readFlag,
    }),
  ),
  OfficeSiteId: readText,
  OsType: readOneOf<'Windows' | 'Linux' | 'Android'>(),
  OtaInfo: readObject({ NewOtaVersion: readText, OtaVersion: readText, TaskId: readText }),
  ProductType: readText,
  RegionId: readText,
  ReserveAmountRatio: readText,
  ReserveMaxAmount: readInt,
  ReserveMinAmount: readInt,
  ResourceStatus: readOneOf<'AVAILABLE' | 'RELEASED' | 'EXPIRED_IN_7_DAYS' | 'UNAVAILABLE' | 'UPGRADING' | 'CREATING'>(),
  ScalingDownAfterIdleMinutes: readInt,
  ScalingStep: readInt,
  ScalingUsageThreshold: readText,
  SessionTimeout: readText,
  SkipUserAuthCheck: readFlag,
  SpecId: readText,
  Status: readOneOf<
    'PUBLISHED' | 'FAILED' | 'MAINTAIN_FAILED' | 'EXPIRED' | 'MAINTAINING' | 'CEASED' | 'EXPIRED_RECYCLING' | 'DEPLOYING'
  >(),
  SupportUserGroupMixedAuth: readFlag,
  Tags: readTags,
  UserGroupAuthMode: readText,
};
