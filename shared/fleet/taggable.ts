import type { Client } from '../client/client.ts';
import { listTagCloudResources } from '../client/operations/list-tag-cloud-resources.ts';
import { isGiven, listOf, objectOf, textOf } from './answer-fields.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { rereadDeliveryGroup } from './observe-delivery-groups.ts';
import { readList } from './read-list.ts';

/**
 * A group with its tags. Where the answer carried no tags the list of tags is asked, which leaves out resources without any: no tags are then
 * known to be none. A list that cannot be read in full leaves them unknown. At most one read.
 * @throws ApiError when the service does not answer
 */
export async function withTags(client: Client, group: DeliveryGroup, signal?: AbortSignal): Promise<DeliveryGroup> {
  if (group.tags !== undefined) return group;
  const tags: Record<string, string> = Object.create(null) as Record<string, string>;
  const options = signal === undefined ? {} : { signal };
  const rows = await readList(client, listTagCloudResources, { ResourceType: 'AppInstanceGroupId', ResourceIds: [group.id] }, options);
  if (!rows) return group;
  for (const row of rows.map(objectOf)) {
    const list = listOf(row?.Tags);
    if (row?.ResourceId !== group.id || list === undefined) return group;
    for (const each of list) {
      const tag = objectOf(each);
      const key = textOf(tag?.Key);
      if (key === undefined || (isGiven(tag?.Value) && typeof tag?.Value !== 'string')) return group;
      tags[key] = textOf(tag?.Value) ?? '';
    }
  }
  return { ...group, tags };
}

/**
 * A group with its tags as it is right now; undefined when there is none of this id. One read, and one more where the first carries no tags.
 * @throws ApiError when the service does not answer
 */
export async function rereadTaggable(client: Client, id: string, signal?: AbortSignal): Promise<DeliveryGroup | undefined> {
  const group = await rereadDeliveryGroup(client, id, signal);
  return group && withTags(client, group, signal);
}
