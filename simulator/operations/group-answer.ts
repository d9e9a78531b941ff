import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { dayMs, instantText } from '../world/local-time.ts';
import type { NodePool } from '../world/node-pool.ts';
import { nodeTypeName } from '../world/node-type.ts';
import { idText } from '../world/random.ts';
import type { StrategySettings } from '../world/strategy.ts';

/** What an answer shows for the expiry of a group that never expires, where the service shows anything. */
const farFuture = '2099-12-31T16:00:00.000+00:00';

/** Id of the one app that a group delivers. */
export function appIdOf(group: DeliveryGroupEntity): string {
  return `ca-${idText(`${group.id} app`)}`;
}

/** The second status of a group, derived from the first and from the days that are left. */
function resourceStatus(group: DeliveryGroupEntity, nowMs: number): string {
  switch (group.status) {
    case 'DEPLOYING':
      return 'CREATING';
    case 'MAINTAINING':
      return 'UPGRADING';
    case 'EXPIRED_RECYCLING':
      return 'RELEASED';
    case 'FAILED':
    case 'CEASED':
    case 'EXPIRED':
      return 'UNAVAILABLE';
    default:
      return group.expiresMs !== undefined && group.expiresMs - nowMs <= 7 * dayMs ? 'EXPIRED_IN_7_DAYS' : 'AVAILABLE';
  }
}

/** Fields that both read operations answer. */
function sharedFields(group: DeliveryGroupEntity, nowMs: number): Record<string, unknown> {
  const pool = group.pools[0] as NodePool;
  const expiry = group.expiresMs === undefined ? undefined : instantText(group.expiresMs);
  const usual = group.world.assumptions.payAsYouGoExpiredTime === 'far-future' ? farFuture : undefined;
  return {
    AccessType: group.accessType,
    Amount: pool.boughtAmount,
    AppCenterImageId: group.imageId,
    AppInstanceGroupId: group.id,
    AppInstanceGroupName: group.name,
    AppInstanceType: pool.instanceType,
    AppPolicyId: group.policyId,
    Apps: [{ AppIcon: '', AppId: appIdOf(group), AppName: group.appName, AppVersion: '1.0.0', AppVersionName: '1.0.0' }],
    AuthMode: group.authMode,
    ChargeResourceMode: 'Node',
    ChargeType: group.charge,
    ExpiredTime: expiry ?? usual,
    GmtCreate: instantText(group.createdMs),
    NodePool: group.pools.map(poolFields),
    OfficeSiteId: group.officeSiteId,
    OsType: 'Windows',
    OtaInfo: { NewOtaVersion: group.ota.offeredVersion ?? '', OtaVersion: group.ota.version, TaskId: group.ota.taskId ?? '' },
    ProductType: 'CloudApp',
    RegionId: group.region,
    ResourceStatus: resourceStatus(group, nowMs),
    SessionTimeout: String(group.sessionTimeoutMinutes),
    SkipUserAuthCheck: group.skipUserAuthCheck,
    SpecId: pool.instanceType,
    Status: group.status,
    SupportUserGroupMixedAuth: true,
    Tags: tagRows(group),
    UserGroupAuthMode: group.authMode,
    ...(group.world.assumptions.amountsOutsidePools === 'shown' ? amountsOutsidePools(pool) : {}),
  };
}

/** A group as ListAppInstanceGroup shows it. */
export function listedGroup(group: DeliveryGroupEntity, nowMs: number): Record<string, unknown> {
  return {
    ...sharedFields(group, nowMs),
    AppPolicyImageCheck: false,
    AppPolicyVersion: 'CENTER',
    ResourceTags: tagRows(group),
  };
}

/** Amounts that stand beside the node pools, as if the first pool were the only one. */
function amountsOutsidePools({ settings }: NodePool): Record<string, unknown> {
  const { NodeAmount = 0, MaxScalingAmount = 0, ScalingDownAfterIdleMinutes, ScalingStep, ScalingUsageThreshold } = settings;
  return {
    MaxAmount: NodeAmount + MaxScalingAmount,
    MinAmount: NodeAmount,
    ReserveAmountRatio: '0',
    ReserveMaxAmount: 0,
    ReserveMinAmount: 0,
    ...{ ScalingDownAfterIdleMinutes, ScalingStep, ScalingUsageThreshold },
  };
}

/** A group as GetAppInstanceGroup shows it. */
export function singleGroup(group: DeliveryGroupEntity, nowMs: number): Record<string, unknown> {
  const pool = group.pools[0] as NodePool;
  return {
    ...sharedFields(group, nowMs),
    AppCenterImageName: group.account.imageName(group.imageId) ?? group.imageId,
    AppInstanceTypeName: nodeTypeName(pool.instanceType),
    SessionType: 'NORMAL',
  };
}

function tagRows(group: DeliveryGroupEntity): { Key: string; Value: string; Scope: string }[] {
  return [...group.tags].map(([Key, { value, scope }]) => ({ Key, Value: value, Scope: scope }));
}

function poolFields(pool: NodePool): Record<string, unknown> {
  const counts = pool.counts();
  return {
    ...strategyFields(pool),
    Amount: pool.boughtAmount,
    NodeAmount: counts.nodeAmount,
    NodeCapacity: pool.capacity,
    NodeInstanceType: pool.instanceType,
    NodePoolId: pool.id,
    NodeTypeName: nodeTypeName(pool.instanceType),
    NodeUsed: counts.nodeUsed,
    ScalingNodeAmount: counts.scalingNodeAmount,
    ScalingNodeUsed: counts.scalingNodeUsed,
  };
}

const usageFields = [
  'MaxIdleAppInstanceAmount',
  'MaxScalingAmount',
  'ScalingDownAfterIdleMinutes',
  'ScalingStep',
  'ScalingUsageThreshold',
] as const;
const scheduleFields = ['StrategyDisableDate', 'StrategyEnableDate', 'WarmUp'] as const;

function strategyFields(pool: NodePool): Record<string, unknown> {
  const { settings } = pool;
  const { inactiveStrategyFields, recurrenceTypeReadBack } = pool.group.world.assumptions;
  const all = inactiveStrategyFields === 'shown';
  const fields: Record<string, unknown> = { StrategyType: settings.StrategyType };
  const show = (names: readonly (keyof StrategySettings)[]) => {
    for (const name of names) if (settings[name] !== undefined) fields[name] = settings[name];
  };
  if (all || settings.StrategyType === 'NODE_SCALING_BY_USAGE') show(usageFields);
  if (all || settings.StrategyType === 'NODE_SCALING_BY_SCHEDULE') {
    show(scheduleFields);
    if (settings.RecurrenceSchedules) {
      fields.RecurrenceSchedules = settings.RecurrenceSchedules.map((schedule) => ({
        ...schedule,
        RecurrenceType: recurrenceTypeReadBack,
      }));
    }
  }
  return fields;
}
