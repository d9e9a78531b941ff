import type { InputOf } from '../../shared/client/operation.ts';
import type { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import type { listAuthorizedUserGroups } from '../../shared/client/operations/list-authorized-user-groups.ts';
import type { pageListAppInstanceGroupUser } from '../../shared/client/operations/page-list-app-instance-group-user.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { groupOf } from './lookup.ts';
import { numberedPage, pageOf } from './page.ts';

/** Gives and takes access in one call; everybody concerned gets mail, also where nothing changes. */
function authorize(input: InputOf<typeof authorizeInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const place = input.AppInstancePersistentId;
  const persistent = group.persistent.find(({ id }) => id === place);
  if (place !== undefined && !persistent) {
    throw new ServiceFault('InvalidParameter.AppInstancePersistentId', `The persistent session ${place} does not exist in ${group.id}.`);
  }
  for (const user of input.AuthorizeUserIds ?? []) {
    group.setAccess(user, true, context.nowMs);
    persistent?.users.add(user);
  }
  for (const user of input.UnAuthorizeUserIds ?? []) {
    if (persistent) persistent.users.delete(user);
    else group.setAccess(user, false, context.nowMs);
    const session = group.sessions.get(user);
    if (session && context.world.assumptions.unauthorizeEndsSession) group.end(session, 'cut', context.nowMs);
  }
  for (const id of input.AuthorizeUserGroupIds ?? []) if (!group.userGroups.has(id)) group.userGroups.set(id, id);
  for (const id of input.UnAuthorizeUserGroupIds ?? []) group.userGroups.delete(id);
  group.count('mailsSent', (input.AuthorizeUserIds?.length ?? 0) + (input.UnAuthorizeUserIds?.length ?? 0));
  return {};
}

/** Bare names of users, and no total: the dialect in which one reads on until a page comes short. */
function users(input: InputOf<typeof pageListAppInstanceGroupUser>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  return { Users: pageOf(group.listedUsers(context.nowMs), input).rows };
}

function userGroups(input: InputOf<typeof listAuthorizedUserGroups>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const rows = [...group.userGroups].filter(
    ([id, name]) =>
      (input.GroupId === undefined || input.GroupId === id) && (input.GroupName === undefined || name.includes(input.GroupName)),
  );
  return numberedPage(rows, input, 'UserGroups', ([id, name]) => ({
    AppInstanceGroupId: group.id,
    AuthMode: group.authMode,
    GroupId: id,
    GroupName: name,
  }));
}

/** Who may connect to a delivery group. */
export const handlers: Readonly<Record<string, Handler>> = {
  AuthorizeInstanceGroup: authorize,
  PageListAppInstanceGroupUser: users,
  ListAuthorizedUserGroups: userGroups,
};
