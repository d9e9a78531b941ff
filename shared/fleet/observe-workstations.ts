import type { Client } from '../client/client.ts';
import { listWuyingServer } from '../client/operations/list-wuying-server.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import { listOf } from './answer-fields.ts';
import { mapWorkstation } from './map-workstation.ts';
import { unshown } from './read-list.ts';
import type { Workstation } from './workstation.ts';

/** The largest page is not documented; the published example asks for this many (service notes, Lists). */
const pageSize = 100;

/** A page of workstations in the order of the service. */
export interface WorkstationPage {
  readonly resources: readonly Workstation[];
  /** How many workstations the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/**
 * All workstations that the endpoint shows, page by page. A row whose id cannot be read is left out, so the ids read stay below the
 * announced total. A target's regions are not filtered here: a workstation outside of them is seen and counted as not covered. Only of a
 * part of a target, `shard`, nothing but its region is asked for.
 * @throws ApiError when the service does not answer
 */
export async function* observeWorkstations(
  client: Client,
  signal?: AbortSignal,
  { shard }: Pick<CompiledTarget, 'shard'> = {},
): AsyncIterable<WorkstationPage> {
  const options = signal === undefined ? {} : { signal };
  const input = { PageSize: pageSize, ...(shard === undefined ? {} : { BizRegionId: shard }) };
  for await (const page of client.pages(listWuyingServer, input, options)) {
    yield { resources: page.rows.map(mapWorkstation).filter((workstation) => workstation !== undefined), total: page.total };
  }
}

/**
 * A workstation as it is right now, by one read; undefined when the service lists none of this id.
 * @throws ApiError for any failure, an id that the service refuses included
 */
export async function rereadWorkstation(client: Client, id: string, signal?: AbortSignal): Promise<Workstation | undefined> {
  const options = signal === undefined ? {} : { signal };
  const answer = await client.call(listWuyingServer, { WuyingServerIdList: [id], PageNumber: 1, PageSize: 1 }, options);
  const rows = listOf(answer.WuyingServerList);
  const announced = answer.TotalCount;
  const found = rows?.map(mapWorkstation).find((workstation) => workstation?.id === id);
  // It is gone where nothing is announced, or an empty list says so.
  const isEmpty = rows === undefined ? announced === 0 : rows.length === 0 && !announced;
  if (found === undefined && !isEmpty) throw unshown(listWuyingServer, id);
  return found;
}
