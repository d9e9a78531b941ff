import type { InputOf } from '../../shared/client/operation.ts';
import type { listBindInfo } from '../../shared/client/operations/list-bind-info.ts';
import type { unbind } from '../../shared/client/operations/unbind.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { idText } from '../world/random.ts';
import type { SessionEntity } from '../world/session.ts';
import { appIdOf } from './group-answer.ts';
import { groupOf } from './lookup.ts';
import { numberedPage } from './page.ts';

/** The platform's own id of a user, beside the name that the account gave. */
function wyIdOf(user: string): string {
  return `wy-${idText(user, 16)}`;
}

/** Bindings of the whole account unless a filter narrows them; a session is one binding. */
function list(input: InputOf<typeof listBindInfo>, { account, world }: HandlerContext): Record<string, unknown> {
  const filters = [
    set(input.AppInstanceGroupIdList, (session: SessionEntity) => session.group.id),
    set(input.AppInstanceIdList, (session: SessionEntity) => session.instance.id),
    set(input.UserIdList, (session: SessionEntity) => session.user),
    set(input.WyIdList, (session: SessionEntity) => wyIdOf(session.user)),
    set(input.AppIdList, (session: SessionEntity) => appIdOf(session.group)),
  ].filter((filter) => filter !== undefined);
  const none = filters.length === 0 && world.assumptions.unfilteredBindings === 'none';
  const rows = none ? [] : [...account.sessions.values()].filter((session) => filters.every((holds) => holds(session)));
  return numberedPage(rows, input, 'BindInfoModels', (session) => ({
    AccountType: 'simple',
    AppId: appIdOf(session.group),
    AppInstanceGroupId: session.group.id,
    AppInstanceId: session.instance.id,
    AppVersion: '1.0.0',
    ProductType: 'CloudApp',
    RegionId: session.group.region,
    UserId: session.user,
    WyId: wyIdOf(session.user),
  }));
}

function set(
  wanted: readonly string[] | undefined,
  field: (session: SessionEntity) => string,
): ((session: SessionEntity) => boolean) | undefined {
  if (!wanted?.length) return undefined;
  const values = new Set(wanted);
  return (session) => values.has(field(session));
}

/** Ends a user's binding and the session with it. */
function release(input: InputOf<typeof unbind>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const { unbindWithoutInstance, unbindFreedInstance } = context.world.assumptions;
  const named = input.AppInstanceId !== undefined || input.AppInstancePersistentId !== undefined;
  if (!named && unbindWithoutInstance === 'refuse') {
    throw new ServiceFault('InvalidParameter.AppInstanceId', 'AppInstanceId or AppInstancePersistentId is required.');
  }
  const session = group.sessions.get(input.EndUserId);
  const meant =
    session !== undefined &&
    (input.AppInstanceId === undefined || session.instance.id === input.AppInstanceId) &&
    (input.AppInstancePersistentId === undefined || session.persistentId === input.AppInstancePersistentId);
  if (meant) group.end(session, 'cut', context.nowMs);
  else if (unbindFreedInstance === 'refuse') {
    throw new ServiceFault('RegionUnBind.Fail', `${input.EndUserId} is not bound to the specified app instance.`);
  }
  return {};
}

/** Who sits where, and how to end it. */
export const handlers: Readonly<Record<string, Handler>> = { ListBindInfo: list, Unbind: release };
