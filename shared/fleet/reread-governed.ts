import type { Client } from '../client/client.ts';
import { accessOf, type GroupAccess, readAccess } from './authorization.ts';
import { type GovernedGroup, rereadGovernedGroup } from './governed-group.ts';

/**
 * What an id stands for as it is right now: a group, or the access of user groups to one. Undefined when there is no such group. One read, and
 * for access one more per hundred user groups.
 * @throws ApiError when the service does not answer
 */
export async function rereadGoverned(client: Client, id: string, signal?: AbortSignal): Promise<GovernedGroup | GroupAccess | undefined> {
  const groupId = accessOf(id);
  const group = await rereadGovernedGroup(client, groupId ?? id, signal);
  if (group === undefined || groupId === undefined) return group;
  return readAccess(client, group, signal);
}
