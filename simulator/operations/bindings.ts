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

/** A row of the list of bindings. */
type Binding = Readonly<Record<'AppId' | 'AppInstanceGroupId' | 'AppInstanceId' | 'ProductType' | 'RegionId' | 'UserId', string>>;

function bindingOf(session: SessionEntity): Binding {
  const { group, instance, user } = session;
  const ids = { AppId: appIdOf(group), AppInstanceGroupId: group.id, AppInstanceId: instance.id };
  return { ...ids, ProductType: 'CloudApp', RegionId: group.region, UserId: user };
}

/** Bindings to cloud browsers, which are listed beside those of delivery groups. */
function browserBindings({ account }: HandlerContext): readonly Binding[] {
  return [...account.browserGroups.values()].flatMap(({ id, region, bound }) =>
    bound.map((user) => ({
      ...{ AppId: `ca-${idText(`${id} app`)}`, AppInstanceGroupId: id, AppInstanceId: `ai-${idText(`${id} ${user}`)}` },
      ...{ ProductType: 'CloudBrowser', RegionId: region, UserId: user },
    })),
  );
}

/** Bindings of the whole account unless a filter narrows them; a session is one binding. */
function list(input: InputOf<typeof listBindInfo>, context: HandlerContext): Record<string, unknown> {
  const { account, world } = context;
  const filters = [
    set(input.AppInstanceGroupIdList, (binding: Binding) => binding.AppInstanceGroupId),
    set(input.AppInstanceIdList, (binding: Binding) => binding.AppInstanceId),
    set(input.UserIdList, (binding: Binding) => binding.UserId),
    set(input.WyIdList, (binding: Binding) => wyIdOf(binding.UserId)),
    set(input.AppIdList, (binding: Binding) => binding.AppId),
  ].filter((filter) => filter !== undefined);
  const none = filters.length === 0 && world.assumptions.unfilteredBindings === 'none';
  const all = none ? [] : [...[...account.sessions.values()].map(bindingOf), ...browserBindings(context)];
  const rows = all.filter((binding) => filters.every((holds) => holds(binding)));
  return numberedPage(rows, input, 'BindInfoModels', (binding) => ({
    AccountType: 'simple',
    AppVersion: '1.0.0',
    ...binding,
    WyId: wyIdOf(binding.UserId),
  }));
}

function set(wanted: readonly string[] | undefined, field: (binding: Binding) => string): ((binding: Binding) => boolean) | undefined {
  if (!wanted?.length) return undefined;
  const values = new Set(wanted);
  return (binding) => values.has(field(binding));
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
