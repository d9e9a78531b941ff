import type { Client } from '../client/client.ts';
import { getAppInstanceGroup } from '../client/operations/get-app-instance-group.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { unshown } from './read-list.ts';

/** A page of delivery groups in the order of the service. */
export interface DeliveryGroupPage {
  readonly resources: readonly DeliveryGroup[];
  /** How many groups the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/** What a function needs to know of a delivery group, from an answer; undefined when not even its id can be read. */
type GroupMap = (answer: unknown) => DeliveryGroup | undefined;

/**
 * All delivery groups that the endpoint shows, page by page. A row whose id cannot be read is left out, so the ids read stay below
 * the announced total and whatever goes by a share of the fleet holds. A target's regions are not filtered here: a group outside of them
 * is seen and counted as not covered. Only of a part of a target, `shard`, nothing but its region is asked for.
 * @throws ApiError when the service does not answer
 */
export async function* readGroups(
  map: GroupMap,
  client: Client,
  signal?: AbortSignal,
  { shard }: Pick<CompiledTarget, 'shard'> = {},
): AsyncIterable<DeliveryGroupPage> {
  const options = signal === undefined ? {} : { signal };
  const input = { ProductType: 'CloudApp', ...(shard === undefined ? {} : { BizRegionId: shard }) } as const;
  for await (const page of client.pages(listAppInstanceGroup, input, options)) {
    const resources = page.rows.map(map).filter((group) => group !== undefined);
    yield { resources, total: page.total };
  }
}

/**
 * A delivery group as it is right now, by one read; undefined when the service says that there is none of this id.
 * @throws ApiError for any other failure
 */
export async function readGroup(map: GroupMap, client: Client, id: string, signal?: AbortSignal): Promise<DeliveryGroup | undefined> {
  const options = signal === undefined ? {} : { signal };
  try {
    const answer = await client.call(getAppInstanceGroup, { AppInstanceGroupId: id, ProductType: 'CloudApp' }, options);
    const group = map(answer.AppInstanceGroupModels);
    if (group?.id !== id) throw unshown(getAppInstanceGroup, id);
    return group;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'InvalidAppInstanceGroup.NotFound') return undefined;
    throw error;
  }
}
