import type { Client } from '../../client/client.ts';
import type { AnyOperation } from '../../client/operation.ts';
import type { RenewQuote } from '../../fleet/renew-price.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import type { SubscriptionPeriod } from '../../fleet/subscription-period.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import type { RenewalPlanner } from './planner.ts';

/** One page of what can expire, in the order of the service. */
interface SubscribablePage {
  readonly resources: readonly Subscribable[];
  /** How many resources of this list the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/** A list of the service that shows what can expire. */
interface SubscribableList {
  /** What it lists, for messages: `delivery groups`. */
  readonly what: string;
  /** All its pages. @throws ApiError when the service does not answer */
  observe(client: Client, target: CompiledTarget, signal?: AbortSignal): AsyncIterable<SubscribablePage>;
}

/** A function that renews: how it sees, how it decides, which operations its orders may use. */
export interface Renewing {
  readonly name: string;
  readonly operations: Readonly<Record<string, AnyOperation>>;
  readonly planner: RenewalPlanner;
  /** Read one after another; one that fails does not keep the others from being read. */
  readonly lists: readonly SubscribableList[];
  /** The resource as it is right now, by one read; undefined when it is gone. @throws ApiError */
  reread(
    client: Client,
    target: CompiledTarget,
    resource: { readonly kind: string; readonly id: string },
  ): Promise<Subscribable | undefined>;
  /** What the service asks for a renewal, by one read; undefined where it gives no price. @throws ApiError */
  quote(client: Client, target: CompiledTarget, resource: Subscribable, period: SubscriptionPeriod): Promise<RenewQuote | undefined>;
}
