import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { Automation, PlanContext } from './automation.ts';

/** The pages of the fleet; where an event began the run, one page of those resources that it names and that still exist. @throws ApiError */
export async function* observedPages<R extends Resource>(
  automation: Automation<R>,
  client: Client,
  context: PlanContext,
  signal: AbortSignal | undefined,
): ReturnType<Automation<R>['observe']> {
  const { occasions, target } = context;
  if (!occasions) {
    yield* automation.observe(client, target, signal);
    return;
  }
  const resources: R[] = [];
  for (const id of occasions.keys()) {
    const resource = await automation.reread(client, target, { id }, signal);
    if (resource) resources.push(resource);
  }
  yield { resources, total: await automation.count?.(client, target, signal) };
}
