import { readFlag, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { readTags } from './tag.ts';

/** Periods of a weekly schedule; the answer may spell the type `Weekly` where the request wants `weekly`. */
const readRecurrence = readObject({
  RecurrenceType: readOneOf('weekly', 'Weekly'),
  RecurrenceValues: readList(readInt),
  TimerPeriods: readList(readObject({ Amount: readInt, EndTime: readText, StartTime: readText })),
});

/** A node pool: `NodeAmount` counts its subscription or fixed nodes, `ScalingNodeAmount` its elastic ones. */
const readNodePool = readObject({
  Amount: readInt,
  MaxIdleAppInstanceAmount: readInt,
  MaxScalingAmount: readInt,
  NodeAmount: readInt,
  NodeCapacity: readInt,
  NodeInstanceType: readText,
  NodePoolId: readText,
  NodeTypeName: readText,
  NodeUsed: readInt,
  RecurrenceSchedules: readList(readRecurrence),
  ScalingDownAfterIdleMinutes: readInt,
  ScalingNodeAmount: readInt,
  ScalingNodeUsed: readInt,
  ScalingStep: readInt,
  ScalingUsageThreshold: readText,
  StrategyDisableDate: readText,
  StrategyEnableDate: readText,
  StrategyType: readOneOf('NODE_FIXED', 'NODE_SCALING_BY_SCHEDULE', 'NODE_SCALING_BY_USAGE'),
  WarmUp: readFlag,
});

const common = {
  AccessType: readOneOf('INTERNET', 'VPC', 'ANY'),
  Amount: readInt,
  AppCenterImageId: readText,
  AppInstanceGroupId: readText,
  AppInstanceGroupName: readText,
  AppInstanceType: readText,
  AppPolicyId: readText,
  Apps: readList(readObject({ AppIcon: readText, AppId: readText, AppName: readText, AppVersion: readText, AppVersionName: readText })),
  AuthMode: readOneOf('App', 'Session', 'AppInstanceGroup'),
  ChargeResourceMode: readOneOf('AppInstance', 'Node'),
  ChargeType: readOneOf('PostPaid', 'PrePaid'),
  ExpiredTime: readText,
  GmtCreate: readText,
  MaxAmount: readInt,
  MinAmount: readInt,
  NodePool: readList(readNodePool),
  OfficeSiteId: readText,
  OsType: readOneOf('Windows', 'Linux', 'Android'),
  OtaInfo: readObject({ NewOtaVersion: readText, OtaVersion: readText, TaskId: readText }),
  ProductType: readText,
  RegionId: readText,
  ReserveAmountRatio: readText,
  ReserveMaxAmount: readInt,
  ReserveMinAmount: readInt,
  ResourceStatus: readOneOf('AVAILABLE', 'RELEASED', 'EXPIRED_IN_7_DAYS', 'UNAVAILABLE', 'UPGRADING', 'CREATING'),
  ScalingDownAfterIdleMinutes: readInt,
  ScalingStep: readInt,
  ScalingUsageThreshold: readText,
  SessionTimeout: readText,
  SkipUserAuthCheck: readFlag,
  SpecId: readText,
  Status: readOneOf('PUBLISHED', 'FAILED', 'MAINTAIN_FAILED', 'EXPIRED', 'MAINTAINING', 'CEASED', 'EXPIRED_RECYCLING', 'DEPLOYING'),
  SupportUserGroupMixedAuth: readFlag,
  Tags: readTags,
  UserGroupAuthMode: readText,
};

/** A delivery group as GetAppInstanceGroup gives it. */
export const readDeliveryGroup = readObject({
  ...common,
  AppCenterImageName: readText,
  AppInstanceTypeName: readText,
  SessionType: readOneOf('CONSOLE', 'NORMAL'),
});

/** A delivery group as ListAppInstanceGroup gives it; `ResourceTags` is the older twin of `Tags`. */
export const readListedDeliveryGroup = readObject({
  ...common,
  AppPolicyImageCheck: readFlag,
  AppPolicyVersion: readOneOf('CENTER', 'DEFAULT'),
  ResourceTags: readTags,
});
