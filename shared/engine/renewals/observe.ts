import type { Client } from '../../client/client.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import type { Totals } from '../automation.ts';
import { provenSkew } from '../two-clocks.ts';
import type { Renewing } from './renewing.ts';

/** What was observed, and what could not be. */
export interface Observed {
  readonly totals: Totals;
  readonly failures: readonly { readonly what: string; readonly error: unknown }[];
  /** How far the service's clock is ahead of ours, in milliseconds, where it is proven to be off; see `provenSkew`. */
  readonly skewMs?: number | undefined;
}

/**
 * Reads all lists of a function and hands over each resource once. A list that fails ends early and is named in `failures`; the others
 * are read all the same, since an expiry that was seen can be announced.
 */
export async function observeAll(
  renewing: Renewing,
  { client, target, signal }: { readonly client: Client; readonly target: CompiledTarget; readonly signal?: AbortSignal | undefined },
  visit: (resource: Subscribable) => void,
  onPage: (observed: number, announced: number | undefined) => void = () => {},
): Promise<Observed> {
  const seen = new Set<string>();
  const failures: { what: string; error: unknown }[] = [];
  let announced: number | undefined = 0;
  for (const list of renewing.lists) {
    let total: number | undefined;
    try {
      for await (const page of list.observe(client, target, signal)) {
        total = page.total ?? total;
        for (const resource of page.resources) {
          if (seen.has(resource.id)) continue;
          seen.add(resource.id);
          visit(resource);
        }
        onPage(seen.size, sum(announced, total));
      }
    } catch (error) {
      failures.push({ what: list.what, error });
    }
    announced = sum(announced, total);
  }
  const complete = failures.length === 0 && seen.size === announced;
  return { totals: { observed: seen.size, announced, complete }, failures, skewMs: provenSkew(client) };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
