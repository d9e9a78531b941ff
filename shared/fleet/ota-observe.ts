import type { Client } from '../client/client.ts';
import { getAppInstanceGroup } from '../client/operations/get-app-instance-group.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import { listAppInstances } from '../client/operations/list-app-instances.ts';
import { listOtaTask } from '../client/operations/list-ota-task.ts';
import { countOf, isGiven, objectOf, textOf } from './answer-fields.ts';
import { mapOtaGroup, mapOtaTask, type OtaGroup, type OtaSessions, type OtaTask } from './ota-group.ts';
import { readList, unshown } from './read-list.ts';

/** Kinds of update as the service spells them (service notes). */
export type OtaType = 'Fota';

/** States of an app instance in which nobody is on it. */
const idleStates: ReadonlySet<string> = new Set(['INIT', 'STARTING', 'CLOSING', 'CLOSED', 'IDLE', 'UNAVAILABLE']);

/**
 * All delivery groups that the endpoint shows, page by page, with what is on offer for each. A row whose id cannot be read is left out.
 * `total` is what the service announces.
 * @throws ApiError when the service does not answer
 */
export async function* observeOtaGroups(
  client: Client,
  signal?: AbortSignal,
): AsyncIterable<{ readonly resources: readonly OtaGroup[]; readonly total: number | undefined }> {
  for await (const page of client.pages(listAppInstanceGroup, { ProductType: 'CloudApp' }, optionsOf(signal))) {
    yield { resources: page.rows.map(mapOtaGroup).filter((group) => group !== undefined), total: page.total };
  }
}

/** How many delivery groups there are, by one read; undefined where the service does not say. @throws ApiError */
export async function countOtaGroups(client: Client, signal?: AbortSignal): Promise<number | undefined> {
  const answer = await client.call(listAppInstanceGroup, { ProductType: 'CloudApp', PageNumber: 1, PageSize: 1 }, optionsOf(signal));
  return countOf(answer.TotalCount);
}

/** A delivery group as it is right now, by one read; undefined when the service says that there is none of this id. @throws ApiError */
export async function rereadOtaGroup(client: Client, id: string, signal?: AbortSignal): Promise<OtaGroup | undefined> {
  try {
    const answer = await client.call(getAppInstanceGroup, { AppInstanceGroupId: id, ProductType: 'CloudApp' }, optionsOf(signal));
    const group = mapOtaGroup(answer.AppInstanceGroupModels);
    if (group?.id !== id) throw unshown(getAppInstanceGroup, id);
    return group;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'InvalidAppInstanceGroup.NotFound') return undefined;
    throw error;
  }
}

/**
 * All updates of a delivery group, one read per hundred; undefined where the list could not be read whole, since a missing row
 * could be the one that failed. @throws ApiError
 */
export async function readOtaTasks(
  client: Client,
  id: string,
  type: OtaType,
  signal?: AbortSignal,
): Promise<readonly OtaTask[] | undefined> {
  const input = { AppInstanceGroupId: id, OtaType: type, PageNumber: 1, PageSize: 100 };
  const rows = await readList(client, listOtaTask, input, optionsOf(signal));
  return rows?.map(mapOtaTask);
}

/**
 * Who is on a delivery group, one read per hundred app instances; undefined where it cannot be told: a state that is not known, an app
 * that runs without saying whether its user is connected, or a list that could not be read whole. @throws ApiError
 */
export async function readOtaSessions(client: Client, id: string, signal?: AbortSignal): Promise<OtaSessions | undefined> {
  const users = new Set<string>();
  let nameless = false;
  let connected = 0;
  const rows = await readList(client, listAppInstances, { AppInstanceGroupId: id }, optionsOf(signal));
  if (!rows) return undefined;
  for (const row of rows.map(objectOf)) {
    const status = textOf(row?.Status)?.toUpperCase() ?? '';
    const session = isGiven(row?.SessionStatus) ? String(row?.SessionStatus).toLowerCase() : undefined;
    const inUse = status === 'RUNNING' || status === 'BOUND' || session !== undefined;
    const user = textOf(objectOf(row?.BindInfo)?.EndUserId);
    if (user !== undefined) users.add(user);
    else nameless ||= inUse;
    // A user who is bound is about to be connected.
    if (session === 'connect' || status === 'BOUND') connected += 1;
    else if (session !== 'disconnect' && !idleStates.has(status)) return undefined;
  }
  return { connected, users: nameless ? undefined : [...users] };
}

function optionsOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
