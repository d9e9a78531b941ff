import type { Client } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import { listAppInstances } from '../client/operations/list-app-instances.ts';
import { objectOf, textOf } from './answer-fields.ts';
import { readList } from './read-list.ts';
import { mapSession } from './session-map.ts';

const noPersistent: ReadonlyMap<string, string> = new Map();

/**
 * EndUserIds with an app instance of a delivery group, connected or not; undefined when an instance in use, or in a state that is not known, names
 * nobody, since then somebody may be there whom we cannot tell, and when the list could not be read whole. One read per hundred instances, and those
 * again where there are more.
 * @throws ApiError when the service does not answer
 */
export async function sessionUsers(client: Client, groupId: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  const users = new Set<string>();
  const rows = await readList(client, listAppInstances, { AppInstanceGroupId: groupId }, signal === undefined ? {} : { signal });
  if (!rows) return undefined;
  for (const row of rows) {
    const user = textOf(objectOf(objectOf(row)?.BindInfo)?.EndUserId);
    if (user !== undefined) users.add(user);
    else if (mapSession(row, noPersistent) !== undefined) return undefined;
  }
  return [...users];
}

/**
 * A group with its sessions whose user is not connected, as far as the service says: those that a shorter timeout may end at once. Without them where
 * that cannot be told, or the service does not answer. Reads as `sessionUsers`.
 */
export async function withLingering<G extends { readonly id: string }>(
  client: Client,
  group: G,
  signal?: AbortSignal,
): Promise<G & { readonly lingering?: number }> {
  try {
    const rows = await readList(client, listAppInstances, { AppInstanceGroupId: group.id }, signal === undefined ? {} : { signal });
    const sessions = rows?.map((row) => mapSession(row, noPersistent));
    if (sessions === undefined || sessions.includes('unreadable')) return group;
    const away = sessions.filter((session) => session !== undefined && session !== 'unreadable' && session.link !== 'connected');
    return { ...group, lingering: away.length };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return group;
  }
}
