import type { Client, PagesInput, RowOf } from '../../shared/client/client.ts';
import { ApiError } from '../../shared/client/errors.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { listAppInstances } from '../../shared/client/operations/list-app-instances.ts';
import { listAuthorizedUserGroups } from '../../shared/client/operations/list-authorized-user-groups.ts';
import { listBindInfo } from '../../shared/client/operations/list-bind-info.ts';
import { listPersistentAppInstances } from '../../shared/client/operations/list-persistent-app-instances.ts';
import { pageListAppInstanceGroupUser } from '../../shared/client/operations/page-list-app-instance-group-user.ts';
import { listOf, objectOf, textOf } from '../../shared/fleet/answer-fields.ts';
import { readList } from '../../shared/fleet/read-list.ts';

/** Options of reading. */
export interface Reading {
  /** Told to stop: the read under way ends as a failed one. */
  readonly signal?: AbortSignal;
}

/** Whether a user is on a group's list, and how the list spells names that differ from it in case alone. */
interface OnList {
  readonly listed: boolean;
  readonly alike: readonly string[];
}

/** Somewhere that a user is bound to. */
export interface Bound {
  readonly groupId: string;
  /** Undefined where the answer does not name it. */
  readonly instanceId: string | undefined;
}

/** A user group that may use a delivery group. Who is in it the service does not tell. */
export interface UserGroupAccess {
  readonly id: string;
  readonly name: string | undefined;
}

/** What a read gave; undefined where the service did not answer it, with what it said in `unread`. @throws what is no ApiError */
export async function orUnread<T>(what: string, unread: string[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unread.push(`${what} could not be read: ${error.message}`);
    return undefined;
  }
}

/** All rows of a list. @throws ApiError `IncompleteList` where they cannot be had for certain, since what is missing could be the user's access */
async function whole<T extends AnyOperation>(
  client: Client,
  operation: T,
  input: PagesInput<T>,
  reading: Reading,
): Promise<readonly RowOf<T>[]> {
  const rows = await readList(client, operation, input, reading);
  if (rows) return rows;
  const message = `${operation.action}: other rows came than were announced, or others each time: the list changes while it is read. Try again.`;
  const nothing = { httpStatus: undefined, requestId: undefined };
  throw new ApiError({ code: 'IncompleteList', message, operation: operation.action, executed: 'no', attempts: 1, ...nothing });
}

/** Looks a user up in the list of a delivery group. One read per hundred users. @throws ApiError */
export async function onUserList(client: Client, groupId: string, user: string, reading: Reading = {}): Promise<OnList> {
  const alike = new Set<string>();
  let listed = false;
  const rows = await whole(client, pageListAppInstanceGroupUser, { AppInstanceGroupId: groupId, ProductType: 'CloudApp' }, reading);
  for (const row of rows as readonly unknown[]) {
    const name = String(row);
    if (name === user) listed = true;
    else if (isAlike(name, user)) alike.add(name);
  }
  return { listed, alike: [...alike] };
}

/** Whether a name differs from the user's in case or spaces alone: a slip, perhaps, and perhaps somebody else. */
export function isAlike(name: string, user: string): boolean {
  const [one, other] = [name, user].map((each) => each.replace(/\s/g, '').toLowerCase());
  return name !== user && one === other;
}

/** Ids of the persistent sessions of a group that a user may use. One read per hundred. @throws ApiError */
export async function persistentOf(client: Client, groupId: string, user: string, reading: Reading = {}): Promise<readonly string[]> {
  const rows = await whole(client, listPersistentAppInstances, { AppInstanceGroupId: groupId, ProductType: 'CloudApp' }, reading);
  return rows.map(objectOf).flatMap((row) => {
    const id = textOf(row?.AppInstancePersistentId);
    return id !== undefined && listOf(row?.AuthorizedUsers)?.includes(user) ? [id] : [];
  });
}

/** The user groups that may use a delivery group. One read per hundred. @throws ApiError */
export async function userGroupsOf(client: Client, groupId: string, reading: Reading = {}): Promise<readonly UserGroupAccess[]> {
  const input = { AppInstanceGroupId: groupId, ProductType: 'CloudApp', PageSize: 100 } as const;
  const rows = await whole(client, listAuthorizedUserGroups, input, reading);
  return rows.map(objectOf).flatMap((row) => {
    const id = textOf(row?.GroupId);
    return id === undefined ? [] : [{ id, name: textOf(row?.GroupName) }];
  });
}

/** App instances of a group that a user is on, connected or not. One read. @throws ApiError */
export async function instancesOf(client: Client, groupId: string, user: string, reading: Reading = {}): Promise<readonly Bound[]> {
  const rows = await whole(client, listAppInstances, { AppInstanceGroupId: groupId, UserIdList: [user] }, reading);
  // The filter is the service's word; what names somebody else is not touched.
  return rows
    .map(objectOf)
    .flatMap((row) => (objectOf(row?.BindInfo)?.EndUserId === user ? [{ groupId, instanceId: textOf(row?.AppInstanceId) }] : []));
}

/** Where a user is bound in the whole account. One read per hundred. @throws ApiError */
export async function bindingsOf(client: Client, user: string, reading: Reading = {}): Promise<readonly Bound[]> {
  const rows = await whole(client, listBindInfo, { UserIdList: [user] }, reading);
  return rows.map(objectOf).flatMap((row) => {
    const groupId = textOf(row?.AppInstanceGroupId);
    return groupId !== undefined && row?.UserId === user ? [{ groupId, instanceId: textOf(row.AppInstanceId) }] : [];
  });
}
