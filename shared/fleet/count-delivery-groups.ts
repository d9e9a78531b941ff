import type { Client } from '../client/client.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import { countOf } from './answer-fields.ts';

/**
 * How many delivery groups the endpoint shows, of a part of a target those in its region; undefined where it does not say. One read of the
 * smallest page. @throws ApiError
 */
export async function countDeliveryGroups(
  client: Client,
  signal?: AbortSignal,
  { shard }: Pick<CompiledTarget, 'shard'> = {},
): Promise<number | undefined> {
  const options = signal === undefined ? {} : { signal };
  const input = { ProductType: 'CloudApp', PageNumber: 1, PageSize: 1, ...(shard === undefined ? {} : { BizRegionId: shard }) } as const;
  const { TotalCount } = await client.call(listAppInstanceGroup, input, options);
  return countOf(TotalCount);
}
