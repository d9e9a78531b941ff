import type { Client } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import { listAppInstances } from '../client/operations/list-app-instances.ts';
import { listPersistentAppInstances } from '../client/operations/list-persistent-app-instances.ts';
import { rereadDeliveryGroup } from './observe-delivery-groups.ts';
import { readList } from './read-list.ts';
import type { ResourceRef } from './resource.ts';
import type { SessionFacts, SessionGroup, SessionResource } from './session.ts';
import { drainPart } from './session.ts';
import { mapSession, partsOf, persistentByInstance } from './session-map.ts';

type Options = { readonly signal?: AbortSignal };

/**
 * A group with its sessions, then its parts. Where the service does not answer the sessions are `unknown`, so that the rest about the
 * group is decided all the same. One read per hundred app instances, and one per hundred persistent sessions.
 */
export async function lookAtSessions(client: Client, group: SessionGroup, signal?: AbortSignal): Promise<readonly SessionResource[]> {
  const looked = await withSessions(client, group, signal);
  return [looked, ...partsOf(looked)];
}

/**
 * A group, a session or a drain as it is right now; undefined when it is gone. For a group its sessions are read too, for a session those
 * of its user.
 * @throws ApiError when the service does not answer about the group, or about the user of a session
 */
export async function rereadSessionResource(
  client: Client,
  { id }: ResourceRef,
  signal?: AbortSignal,
): Promise<SessionResource | undefined> {
  const slash = id.indexOf('/');
  const group: SessionGroup | undefined = await rereadDeliveryGroup(client, slash < 0 ? id : id.slice(0, slash), signal);
  if (group === undefined) return undefined;
  if (slash < 0) return withSessions(client, group, signal);
  const part = id.slice(slash + 1);
  if (part === drainPart) return { kind: 'drain', id, partOf: group };
  // A further session of the same user carries its app instance behind the user's name.
  for (const user of [part, part.slice(0, Math.max(0, part.lastIndexOf('/')))].filter((name) => name !== '')) {
    const sessions = await readSessions(client, group.id, signal, user);
    const found = sessions && partsOf(group, sessions).find((each) => each.id === id);
    if (found) return found;
  }
  return undefined;
}

/** EndUserIds with a session on a group whose sessions were read; undefined where one of them is not known. */
export function usersOf({ sessions }: SessionGroup): readonly string[] | undefined {
  if (sessions === undefined || sessions === 'unknown') return undefined;
  const users = sessions.map(({ user }) => user);
  return users.includes(undefined) ? undefined : [...new Set(users as string[])];
}

async function withSessions(client: Client, group: SessionGroup, signal: AbortSignal | undefined): Promise<SessionGroup> {
  try {
    return { ...group, sessions: (await readSessions(client, group.id, signal)) ?? 'unknown' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...group, sessions: 'unknown' };
  }
}

/** Undefined where a list could not be read whole. @throws ApiError */
async function readSessions(
  client: Client,
  groupId: string,
  signal: AbortSignal | undefined,
  user?: string,
): Promise<readonly SessionFacts[] | undefined> {
  const options: Options = signal === undefined ? {} : { signal };
  const persistent = await readPersistent(client, groupId, options);
  if (persistent === undefined) return undefined;
  const sessions: SessionFacts[] = [];
  const filter = user === undefined ? {} : { UserIdList: [user] };
  const rows = await readList(client, listAppInstances, { AppInstanceGroupId: groupId, ...filter }, options);
  if (!rows) return undefined;
  for (const row of rows) {
    const session = mapSession(row, persistent);
    if (session === 'unreadable') return undefined;
    // A filter that the service overlooks must not bring in others.
    if (session !== undefined && (user === undefined || session.user === user)) sessions.push(session);
  }
  return sessions;
}

async function readPersistent(client: Client, groupId: string, options: Options): Promise<ReadonlyMap<string, string> | undefined> {
  const rows = await readList(client, listPersistentAppInstances, { AppInstanceGroupId: groupId, ProductType: 'CloudApp' }, options);
  return rows && persistentByInstance(rows);
}
