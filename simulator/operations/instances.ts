import type { InputOf } from '../../shared/client/operation.ts';
import type { deleteAppInstances } from '../../shared/client/operations/delete-app-instances.ts';
import type { listAppInstances } from '../../shared/client/operations/list-app-instances.ts';
import type { listPersistentAppInstances } from '../../shared/client/operations/list-persistent-app-instances.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { beijingOffsetMs, instantText } from '../world/local-time.ts';
import type { Instance } from '../world/node.ts';
import { hash32 } from '../world/random.ts';
import { groupOf } from './lookup.ts';
import { numberedPage } from './page.ts';

/** Status of an app instance, from its node and its session. */
export function instanceStatus(instance: Instance, nowMs: number): string {
  const { node, session } = instance;
  if (session) return session.state === 'starting' ? 'BOUND' : 'RUNNING';
  if (instance.deleting || node.state === 'draining' || node.state === 'stopping') return 'CLOSING';
  if (node.state === 'ready') return instance.resettingUntilMs > nowMs ? 'INIT' : 'IDLE';
  return node.readyMs - nowMs > (node.readyMs - node.createdMs) / 2 ? 'INIT' : 'STARTING';
}

/** All app instances of a group that are not deleted, by age of their nodes. */
export function instancesOf(group: DeliveryGroupEntity): Instance[] {
  return group.pools.flatMap((pool) => pool.nodes.flatMap((node) => node.instances(pool.capacity)));
}

function address(instance: Instance): string {
  const bits = hash32(instance.id);
  return `10.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

function model(group: DeliveryGroupEntity, instance: Instance, status: string, nowMs: number): Record<string, unknown> {
  const { session, node } = instance;
  return {
    AppInstanceGroupId: group.id,
    AppInstanceId: instance.id,
    ...(session ? { BindInfo: { EndUserId: session.user, UsageDuration: Math.floor((nowMs - session.startedMs) / 1000) } } : {}),
    ChargeType: node.charge,
    GmtCreate: instantText(instance.createdMs, beijingOffsetMs),
    GmtModified: instantText(instance.modifiedMs, beijingOffsetMs),
    NetworkInterfaceIp: address(instance),
    NodeId: node.id,
    ...(status === 'RUNNING' ? { SessionStatus: session?.state === 'connected' ? 'connect' : 'disconnect' } : {}),
    Status: status,
  };
}

function list(input: InputOf<typeof listAppInstances>, context: HandlerContext): Record<string, unknown> {
  const { nowMs, world } = context;
  const group = groupOf(context, input.AppInstanceGroupId);
  const deletedStatus: string = world.assumptions.deletedInstanceStatus;
  const rows = instancesOf(group).map((instance) => ({ instance, status: instanceStatus(instance, nowMs) }));
  if (input.IncludeDeleted && input.AppInstanceIdList?.length) {
    for (const pool of group.pools) for (const instance of pool.deleted) rows.push({ instance, status: deletedStatus });
  }
  const ids = input.AppInstanceIdList?.length ? new Set(input.AppInstanceIdList) : undefined;
  const users = input.UserIdList?.length ? new Set(input.UserIdList) : undefined;
  const statuses = input.Status?.length ? new Set<string>(input.Status) : undefined;
  const wanted = rows.filter(
    ({ instance, status }) =>
      (input.AppInstanceId === undefined || instance.id === input.AppInstanceId) &&
      (ids?.has(instance.id) ?? true) &&
      (statuses?.has(status) ?? true) &&
      (users === undefined || (instance.session !== undefined && users.has(instance.session.user))),
  );
  return numberedPage(wanted, input, 'AppInstanceModels', ({ instance, status }) => model(group, instance, status, nowMs));
}

/** Triggers deletions one by one; whether each was taken up stands in the answer's list. */
function remove(input: InputOf<typeof deleteAppInstances>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  if (!context.world.assumptions.deleteInstancesOpen) {
    throw new ServiceFault('Forbidden.NoPermission', 'Deleting app instances is open to selected customers only.', 403);
  }
  return { DeleteAppInstanceModels: input.AppInstanceIds.map((id) => removeOne(group, id, context.nowMs)) };
}

function removeOne(group: DeliveryGroupEntity, id: string, nowMs: number): Record<string, unknown> {
  const failed = (Code: string, Message: string) => ({ AppInstanceId: id, Success: false, Code, Message });
  for (const pool of group.pools) {
    const instance = pool.nodes.flatMap((node) => node.instances(pool.capacity)).find((candidate) => candidate.id === id);
    if (!instance) continue;
    const status = instanceStatus(instance, nowMs);
    if (status !== 'INIT' && status !== 'IDLE') return failed('OperationDenied.AppInstanceStatus', `The app instance is ${status}.`);
    pool.deleteInstance(instance, nowMs);
    return { AppInstanceId: id, Success: true };
  }
  return failed('InvalidAppInstance.NotFound', 'The app instance does not exist.');
}

function persistent(input: InputOf<typeof listPersistentAppInstances>, context: HandlerContext): Record<string, unknown> {
  const ids = input.AppInstancePersistentIds;
  const browsers = input.ProductType === 'CloudBrowser' ? context.account.browserGroups.get(input.AppInstanceGroupId) : undefined;
  if (browsers) {
    const places = browsers.persistent.filter(({ id }) => !ids?.length || ids.includes(id));
    return numberedPage(places, input, 'PersistentAppInstanceModels', (place) => ({
      AppInstanceGroupId: browsers.id,
      AppInstancePersistentId: place.id,
      AppInstancePersistentName: place.name,
      AppInstancePersistentStatus: place.users.some((user) => browsers.bound.includes(user)) ? 'RUNNING' : 'STOPPED',
      AuthorizedUsers: [...place.users],
      GmtCreate: instantText(place.createdMs),
    }));
  }
  const group = groupOf(context, input.AppInstanceGroupId);
  const rows = input.ProductType === 'CloudApp' ? group.persistent.filter(({ id }) => !ids?.length || ids.includes(id)) : [];
  return numberedPage(rows, input, 'PersistentAppInstanceModels', (place) => {
    const session = [...place.users].map((user) => group.sessions.get(user)).find((found) => found?.persistentId === place.id);
    return {
      AppInstanceGroupId: group.id,
      AppInstancePersistentId: place.id,
      AppInstancePersistentName: place.name,
      AppInstancePersistentStatus: session ? 'RUNNING' : 'STOPPED',
      ...(session ? { AppInstanceId: session.instance.id, AppInstanceStatus: instanceStatus(session.instance, context.nowMs) } : {}),
      AuthorizedUsers: [...place.users],
      GmtCreate: instantText(place.createdMs),
    };
  });
}

/** App instances and persistent sessions. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListAppInstances: list,
  DeleteAppInstances: remove,
  ListPersistentAppInstances: persistent,
};
