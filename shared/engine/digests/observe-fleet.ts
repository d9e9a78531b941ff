import type { Client } from '../../client/client.ts';
import type { EpochMs } from '../../client/clock.ts';
import { readNodePrice } from '../../fleet/node-price.ts';
import { observeDeliveryGroups } from '../../fleet/observe-delivery-groups.ts';
import { observeWorkstations } from '../../fleet/observe-workstations.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import type { WrittenReader } from '../../journal/intents/intent-reader.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { isExpected } from '../expected.ts';
import { observeWhole } from '../observe-whole.ts';
import type { Stretch } from './capacity-tally.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { FleetTally } from './fleet-tally.ts';

/** What observing a target's fleet needs. */
export interface FleetInput {
  readonly client: Client;
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
  readonly nowMs: EpochMs;
  /** The stretch for which costs are estimated. */
  readonly span: Stretch;
  /** Where the figures for plots begin. Default: now. */
  readonly plotFromMs?: EpochMs;
  /** Asks the service for the price of each type of node. */
  readonly prices: boolean;
  /** Tag keys by whose values spending is summed up. */
  readonly tags: readonly string[];
  /** Ids of resources for which there were orders: their names and tags are kept. */
  readonly ordered: ReadonlySet<string>;
  /** What each function has written, where the journal could be read. */
  readonly logs: Iterable<readonly [functionName: string, log: WrittenReader]>;
  readonly signal?: AbortSignal | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
}

/** The facts of one observation, and how it went. */
export interface ObservedFleet {
  readonly facts: FleetFacts;
  readonly announced: number | undefined;
  readonly errors: readonly unknown[];
}

/**
 * Reads delivery groups and workstations page by page and keeps what a digest tells of them. A list that fails ends early and is named
 * in `failures`; the other is read all the same.
 */
export async function observeFleet(input: FleetInput): Promise<ObservedFleet> {
  const { client, signal } = input;
  const tally = new FleetTally(input);
  const errors: unknown[] = [];
  let announced: number | undefined = 0;
  const lists = [
    { what: 'delivery groups', pages: () => observeDeliveryGroups(client, signal) },
    { what: 'workstations', pages: () => observeWorkstations(client, signal) },
  ] as const;
  for (const { what, pages } of lists) {
    const before: number | undefined = announced;
    const upTo = (total: number | undefined): number | undefined =>
      before === undefined || total === undefined ? undefined : before + total;
    try {
      const list = await observeWhole<Subscribable>(pages, (fresh, total) => {
        for (const resource of fresh) tally.take(resource);
        input.onPage?.(tally.observed, upTo(total));
      });
      announced = upTo(list.announced);
      if (list.complete) continue;
      const told = list.announced ?? 'an unknown number of';
      tally.fail(`the service announces ${told} ${what}, and ${list.observed} could be read`);
    } catch (error) {
      if (!isExpected(error)) throw error;
      tally.fail(`the ${what} could not be read: ${error.message}`);
      errors.push(error);
      announced = undefined;
    }
  }
  const facts = await tally.facts((node) => priceOf(client, node, signal));
  return { facts, announced, errors };
}

async function priceOf(client: Client, node: Parameters<typeof readNodePrice>[1], signal: AbortSignal | undefined) {
  try {
    return await readNodePrice(client, node, signal);
  } catch (error) {
    // A price that cannot be read leaves an estimate out; the digest says how many groups it is without.
    if (!isExpected(error)) throw error;
    return undefined;
  }
}
