import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { Automation, PlanContext } from './automation.ts';

/** The resources that the events of a context name and that still exist, each once, and how many there are in all. @throws ApiError */
export async function namedByEvents<R extends Resource>(
  automation: Automation<R>,
  client: Client,
  { occasions, target }: PlanContext,
  signal: AbortSignal | undefined,
): Promise<{ readonly resources: readonly R[]; readonly total: number | undefined }> {
  const resources: R[] = [];
  for (const id of occasions?.keys() ?? []) {
    const resource = await automation.reread(client, target, { id }, signal);
    if (resource) resources.push(resource);
  }
  return { resources, total: await automation.count?.(client, target, signal) };
}
