import type { Client } from '../client/client.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import { countOf } from './answer-fields.ts';

/** How many delivery groups the endpoint shows; undefined where it does not say. One read of the smallest page. @throws ApiError */
export async function countDeliveryGroups(client: Client, signal?: AbortSignal): Promise<number | undefined> {
  const options = signal === undefined ? {} : { signal };
  const { TotalCount } = await client.call(listAppInstanceGroup, { ProductType: 'CloudApp', PageNumber: 1, PageSize: 1 }, options);
  return countOf(TotalCount);
}
