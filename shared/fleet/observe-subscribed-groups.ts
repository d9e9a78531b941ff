import type { Client } from '../client/client.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { mapGroup } from './map-group.ts';
import { type DeliveryGroupPage, readGroup, readGroups } from './read-groups.ts';

/** Without its pools and their strategies: what they are like says nothing of a subscription. */
const map = (answer: unknown): DeliveryGroup | undefined => mapGroup(answer);

/** All delivery groups that the endpoint shows, page by page, without their pools. @throws ApiError when the service does not answer */
export function observeSubscribedGroups(client: Client, signal?: AbortSignal): AsyncIterable<DeliveryGroupPage> {
  return readGroups(map, client, signal);
}

/**
 * A delivery group as it is right now, without its pools, by one read; undefined when the service says that there is none of this id.
 * @throws ApiError for any other failure
 */
export function rereadSubscribedGroup(client: Client, id: string): Promise<DeliveryGroup | undefined> {
  return readGroup(map, client, id);
}
