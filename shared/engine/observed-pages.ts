import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { Automation, PlanContext } from './automation.ts';

/** Rows of a page of the service's lists. */
const rowsOfPage = 100;

/** The resources that the events of a context name and that still exist, each once, and how many there are in all. @throws ApiError */
export async function namedByEvents<R extends Resource>(
  automation: Automation<R>,
  client: Client,
  { occasions, target }: PlanContext,
  signal: AbortSignal | undefined,
): Promise<{ readonly resources: readonly R[]; readonly total: number | undefined }> {
  // Many are found with fewer reads in the list: its pages have a hundred rows.
  const total = await automation.count?.(client, target, signal);
  const resources: R[] = [];
  const met = new Set<string>();
  if (total !== undefined && occasions !== undefined && occasions.size > Math.ceil(total / rowsOfPage) + 1) {
    for await (const page of automation.observe(client, target, signal)) {
      for (const resource of page.resources.filter(({ id }) => !met.has(id) && met.add(id))) {
        if (occasions.has(resource.id)) resources.push(resource);
      }
    }
    if (met.size >= total) return { resources, total };
  }
  // A list that moves while it is read can skip rows: what it did not show is read by itself.
  for (const id of occasions?.keys() ?? []) {
    const resource = met.has(id) ? undefined : await automation.reread(client, target, { id }, signal);
    if (resource) resources.push(resource);
  }
  return { resources, total };
}
