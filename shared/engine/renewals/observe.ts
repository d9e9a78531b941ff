import type { Client } from '../../client/client.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import type { Totals } from '../automation.ts';
import { observeWhole } from '../observe-whole.ts';
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
  const failures: { what: string; error: unknown }[] = [];
  const seen = new Set<string>();
  let totals: Totals = { observed: 0, announced: 0, complete: true };
  for (const { what, observe } of renewing.lists) {
    try {
      const list = await observeWhole(
        () => observe(client, target, signal),
        (fresh, announced) => {
          for (const resource of fresh) if (!seen.has(resource.id) && seen.add(resource.id)) visit(resource);
          onPage(seen.size, sum(totals.announced, announced));
        },
      );
      const announced = sum(totals.announced, list.announced);
      totals = { observed: totals.observed + list.observed, announced, complete: totals.complete && list.complete };
    } catch (error) {
      failures.push({ what, error });
      totals = { observed: seen.size, announced: undefined, complete: false };
    }
  }
  return { totals, failures, skewMs: provenSkew(client) };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
