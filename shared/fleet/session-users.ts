import type { Client } from '../client/client.ts';
import { listAppInstances } from '../client/operations/list-app-instances.ts';

/**
 * EndUserIds with an app instance of a delivery group, connected or not; undefined when an instance in use names nobody, since then somebody
 * is there whom we cannot tell. One read per hundred instances.
 * @throws ApiError when the service does not answer
 */
export async function sessionUsers(client: Client, groupId: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  const users = new Set<string>();
  const options = signal === undefined ? {} : { signal };
  for await (const page of client.pages(listAppInstances, { AppInstanceGroupId: groupId }, options)) {
    for (const { BindInfo, Status, SessionStatus } of page.rows) {
      if (BindInfo?.EndUserId) users.add(BindInfo.EndUserId);
      else if (Status === 'RUNNING' || Status === 'BOUND' || SessionStatus !== undefined) return undefined;
    }
  }
  return [...users];
}
