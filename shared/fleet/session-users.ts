import type { Client } from '../client/client.ts';
import { listAppInstances } from '../client/operations/list-app-instances.ts';
import { objectOf, textOf } from './answer-fields.ts';
import { mapSession } from './session-map.ts';

const noPersistent: ReadonlyMap<string, string> = new Map();

/**
 * EndUserIds with an app instance of a delivery group, connected or not; undefined when an instance in use, or in a state that is not known, names
 * nobody, since then somebody may be there whom we cannot tell. One read per hundred instances.
 * @throws ApiError when the service does not answer
 */
export async function sessionUsers(client: Client, groupId: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  const users = new Set<string>();
  const options = signal === undefined ? {} : { signal };
  for await (const page of client.pages(listAppInstances, { AppInstanceGroupId: groupId }, options)) {
    for (const row of page.rows) {
      const user = textOf(objectOf(objectOf(row)?.BindInfo)?.EndUserId);
      if (user !== undefined) users.add(user);
      else if (mapSession(row, noPersistent) !== undefined) return undefined;
    }
  }
  return [...users];
}
