import type { Client } from '../client/client.ts';
import { getAppInstanceGroup } from '../client/operations/get-app-instance-group.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { mapDeliveryGroup } from './map-delivery-group.ts';

/** A page of delivery groups in the order of the service. */
export interface DeliveryGroupPage {
  readonly resources: readonly DeliveryGroup[];
  /** How many groups the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/**
 * All delivery groups that the endpoint shows, page by page. A row whose id cannot be read is left out, so the ids read stay below
 * the announced total and whatever goes by a share of the fleet holds. Regions are not filtered here: a group outside a target's
 * regions is seen and counted as not covered.
 * @throws ApiError when the service does not answer
 */
export async function* observeDeliveryGroups(client: Client, signal?: AbortSignal): AsyncIterable<DeliveryGroupPage> {
  const options = signal === undefined ? {} : { signal };
  for await (const page of client.pages(listAppInstanceGroup, { ProductType: 'CloudApp' }, options)) {
    const resources = page.rows.map(mapDeliveryGroup).filter((group) => group !== undefined);
    yield { resources, total: page.total };
  }
}

/**
 * A delivery group as it is right now, by one read; undefined when the service says that there is none of this id.
 * @throws ApiError for any other failure
 */
export async function rereadDeliveryGroup(client: Client, id: string, signal?: AbortSignal): Promise<DeliveryGroup | undefined> {
  const options = signal === undefined ? {} : { signal };
  try {
    const answer = await client.call(getAppInstanceGroup, { AppInstanceGroupId: id, ProductType: 'CloudApp' }, options);
    const group = mapDeliveryGroup(answer.AppInstanceGroupModels);
    return group?.id === id ? group : undefined;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'InvalidAppInstanceGroup.NotFound') return undefined;
    throw error;
  }
}
