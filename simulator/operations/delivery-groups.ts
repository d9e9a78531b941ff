import type { InputOf } from '../../shared/client/operation.ts';
import type { getAppInstanceGroup } from '../../shared/client/operations/get-app-instance-group.ts';
import type { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import type { logOffAllSessionsInAppInstanceGroup } from '../../shared/client/operations/log-off-all-sessions-in-app-instance-group.ts';
import { BodyFault, type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { removeGroup } from '../world/lifecycle.ts';
import { listedGroup, singleGroup } from './group-answer.ts';
import { groupOf } from './lookup.ts';
import { numberedPage } from './page.ts';

type Filters = InputOf<typeof listAppInstanceGroup>;

/** Tests of the filters that the call carries; none when it carries none, so that an unfiltered page costs only its rows. */
function filterTests(filters: Filters): ((group: DeliveryGroupEntity) => boolean)[] {
  const tests: ((group: DeliveryGroupEntity) => boolean)[] = [];
  const test = <T>(value: T | undefined, holds: (group: DeliveryGroupEntity, value: T) => boolean) => {
    if (value !== undefined) tests.push((group) => holds(group, value));
  };
  const many = <T>(values: readonly T[] | undefined, holds: (group: DeliveryGroupEntity, values: readonly T[]) => boolean) =>
    test(values?.length ? values : undefined, holds);
  test(filters.AppInstanceGroupId, (group, id) => group.id === id);
  test(filters.AppInstanceGroupName, (group, name) => group.name.includes(name));
  test(filters.BizRegionId ?? filters.RegionId, (group, region) => group.region === region);
  test(filters.AppCenterImageId, (group, image) => group.imageId === image);
  test(filters.NodeInstanceType, (group, type) => group.pools.some((pool) => pool.instanceType === type));
  test(filters.OfficeSiteId, (group, site) => group.officeSiteId === site);
  many(filters.Status, (group, statuses) => statuses.includes(group.status));
  many(filters.Tag, (group, tags) =>
    tags.every(({ Key, Value }) => {
      const tag = Key === undefined ? undefined : group.tags.get(Key);
      return tag !== undefined && (Value === undefined || tag.value === Value);
    }),
  );
  many(filters.UserGroupIds, (group, ids) => ids.some((id) => group.userGroups.has(id)));
  many(filters.ExcludedUserGroupIds, (group, ids) => !ids.some((id) => group.userGroups.has(id)));
  return tests;
}

function list(input: Filters, { account, nowMs }: HandlerContext): Record<string, unknown> {
  const tests = filterTests(input);
  const groups = tests.length === 0 ? account.groupList : account.groupList.filter((group) => tests.every((test) => test(group)));
  return numberedPage(groups, input, 'AppInstanceGroupModels', (group) => listedGroup(group, nowMs));
}

function get(input: InputOf<typeof getAppInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  return { AppInstanceGroupModels: singleGroup(group, context.nowMs) };
}

/** Works only on pay-as-you-go groups under scheduled scaling, and only outside the schedule's periods. */
function logOffAll(input: InputOf<typeof logOffAllSessionsInAppInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const { logOffRefusalCode, logOffWithoutSessions } = context.world.assumptions;
  const refuse = (why: string): never => {
    throw new BodyFault(logOffRefusalCode, `Sessions of ${group.id} cannot be logged off: ${why}.`);
  };
  if (group.charge !== 'PostPaid') refuse('the group is not pay-as-you-go');
  if (!group.pools.every((pool) => pool.settings.StrategyType === 'NODE_SCALING_BY_SCHEDULE'))
    refuse('the group does not scale by schedule');
  if (group.pools.some((pool) => pool.inPeriod(context.nowMs))) refuse('a period of the schedule is running');
  if (group.sessions.size === 0 && logOffWithoutSessions === 'refuse') refuse('there are no sessions');
  group.cutAllSessions(context.nowMs);
  return {};
}

function remove(input: InputOf<typeof getAppInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  if (group.charge === 'PrePaid') {
    throw new ServiceFault(
      context.world.assumptions.subscriptionDeleteCode,
      `The delivery group ${group.id} is a subscription and cannot be deleted.`,
    );
  }
  if (group.sessions.size > 0 && context.world.assumptions.deletedWithSessions === 'refuse') {
    throw new ServiceFault('OperationDenied.SessionExists', `The delivery group ${group.id} has sessions under way.`);
  }
  removeGroup(group, context.nowMs);
  return {};
}

/** Delivery groups as a whole: find, read, empty, delete. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListAppInstanceGroup: list,
  GetAppInstanceGroup: get,
  LogOffAllSessionsInAppInstanceGroup: logOffAll,
  DeleteAppInstanceGroup: remove,
};
