import type { Client } from '../client/client.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { mapDeliveryGroup } from './map-delivery-group.ts';
import { type DeliveryGroupPage, readGroup, readGroups } from './read-groups.ts';

/**
 * All delivery groups that the endpoint shows, page by page, with their pools; of a part of a target those in its region.
 * @throws ApiError when the service does not answer
 */
export function observeDeliveryGroups(
  client: Client,
  signal?: AbortSignal,
  target?: Pick<CompiledTarget, 'shard'>,
): AsyncIterable<DeliveryGroupPage> {
  return readGroups(mapDeliveryGroup, client, signal, target);
}

/**
 * A delivery group as it is right now, with its pools, by one read; undefined when the service says that there is none of this id.
 * @throws ApiError for any other failure
 */
export function rereadDeliveryGroup(client: Client, id: string, signal?: AbortSignal): Promise<DeliveryGroup | undefined> {
  return readGroup(mapDeliveryGroup, client, id, signal);
}
