import type { InputOf } from '../../shared/client/operation.ts';
import type { getConnectionTicket } from '../../shared/client/operations/get-connection-ticket.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { idText } from '../world/random.ts';
import type { SessionEntity } from '../world/session.ts';
import { instanceStatus, instancesOf } from './instances.ts';

type Input = InputOf<typeof getConnectionTicket>;

/** Delivery groups in which a user may look for a place, in the order of the account. */
function candidates(input: Input, { account, nowMs }: HandlerContext): DeliveryGroupEntity[] {
  const ids = input.AppInstanceGroupIdList;
  const named = ids?.length ? ids.map((id) => account.groups.get(id)).filter((group) => group !== undefined) : account.groupList;
  return named.filter(
    (group) =>
      group.status === 'PUBLISHED' &&
      (input.BizRegionId === undefined || group.region === input.BizRegionId) &&
      (group.sessions.has(input.EndUserId) || (group.admits(input.EndUserId, nowMs) && !group.drained)),
  );
}

/** The app instance that the call asks for; undefined when it asks for none. @throws ServiceFault when it cannot be had */
function askedInstance(input: Input, group: DeliveryGroupEntity, nowMs: number) {
  if (input.AppInstanceId === undefined) return undefined;
  const instance = instancesOf(group).find(({ id }) => id === input.AppInstanceId);
  const free = instance && (instance.session?.user === input.EndUserId || instanceStatus(instance, nowMs) === 'IDLE');
  if (!free) throw new ServiceFault('TryRegionBind.BindExistingAppInstanceFail', 'The specified app instance is not free.');
  return instance;
}

/** The first of two calls: takes an app instance for the user and starts the app. */
function begin(input: Input, context: HandlerContext): Record<string, unknown> {
  const { account, nowMs, world } = context;
  const groups = candidates(input, context);
  if (groups.length === 0) throw new ServiceFault('TryBind.NoCandidateAppInstanceGroup', 'No delivery group is open to the user.');
  for (const group of groups) {
    const instance = askedInstance(input, group, nowMs);
    const session = group.connect(input.EndUserId, nowMs, { starting: true, ...(instance ? { instance } : {}) });
    if (typeof session === 'string') continue;
    const taskId = world.newId('task');
    account.connectionTasks.set(taskId, { session, readyMs: nowMs + world.assumptions.ticketSeconds * 1000 });
    return { ...whereabouts(session), TaskId: taskId, TaskStatus: 'Running' };
  }
  throw new ServiceFault('TryRegionBind.NoIdleAppInstance', 'No app instance is idle.');
}

/** The calls after the first: running until the app is there, then the ticket. */
function follow(taskId: string, input: Input, { account, nowMs }: HandlerContext): Record<string, unknown> {
  const task = account.connectionTasks.get(taskId);
  if (!task || task.session.user !== input.EndUserId)
    throw new ServiceFault('TryBind.NoBindContext', 'The task is not known for this user.');
  const { session } = task;
  if (session.instance.session !== session) return { ...whereabouts(session), TaskId: taskId, TaskStatus: 'Failed' };
  if (nowMs < task.readyMs) return { ...whereabouts(session), TaskId: taskId, TaskStatus: 'Running' };
  session.state = 'connected';
  return { ...whereabouts(session), TaskId: taskId, TaskStatus: 'Finished', Ticket: idText(`${taskId} ticket`, 64) };
}

function whereabouts(session: SessionEntity): Record<string, unknown> {
  return {
    AppInstanceGroupId: session.group.id,
    AppInstanceId: session.instance.id,
    ...(session.persistentId === undefined ? {} : { AppInstancePersistentId: session.persistentId }),
    BizRegionId: session.group.region,
    OsType: 'Windows',
  };
}

/** Sessions that are begun through the API. */
export const handlers: Readonly<Record<string, Handler>> = {
  GetConnectionTicket: (input: Input, context) =>
    input.TaskId === undefined ? begin(input, context) : follow(input.TaskId, input, context),
};
