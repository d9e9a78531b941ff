import type { PaidTerm } from '../../../shared/billing/amortization.ts';
import type { Span } from '../../../shared/billing/set-strategy.ts';
import type { PriceQuote, Usage } from '../../../shared/billing/usage.ts';
import type { Client } from '../../../shared/client/client.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { observeWhole } from '../../../shared/engine/observe-whole.ts';
import { isExpected } from '../../../shared/engine/report.ts';
import { readNodePrice } from '../../../shared/fleet/node-price.ts';
import type { PricedNode } from '../../../shared/fleet/node-price-key.ts';
import { observeDeliveryGroups } from '../../../shared/fleet/observe-delivery-groups.ts';
import { observeWorkstations } from '../../../shared/fleet/observe-workstations.ts';
import { readRenewPrice } from '../../../shared/fleet/renew-price.ts';
import { mayExpire, type Subscribable } from '../../../shared/fleet/subscription.ts';
import { endAfter } from '../../../shared/fleet/subscription-period.ts';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { JournalError, type Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { type ReadUsage, readUsage } from '../../../shared/journal/usage/read-usage.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { type Money, moneyFromJson } from '../../../shared/policy/money.ts';
import { accountCosts, type CostInput, type TargetCosts } from '../costs/account-costs.ts';

/** What reading the costs of a target needs. */
export interface ReadCostsInput {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly client: Client;
  readonly store: Store;
  readonly nowMs: EpochMs;
  /** Costs of this stretch; it ends now at the latest. */
  readonly span: Span;
  /** From when on usage is read. Default: from the beginning of the stretch. */
  readonly usageFromMs?: EpochMs | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many resources were read so far. */
  readonly onRead?: ((resources: number) => void) | undefined;
}

/** The costs of a target, the fleet that they are about, and what could not be read for them. */
export interface ReadCosts {
  readonly costs: TargetCosts;
  /** What the costs were worked out from; its usage reaches as far back as was asked for. */
  readonly input: CostInput;
  readonly fleet: readonly Subscribable[];
  /** Sentences. Where there are any, some of the costs may be missing. */
  readonly failures: readonly string[];
}

/**
 * Works out what a target cost: by what runs saw of it, what there is, what was ordered, and what renewals are quoted at. Reads the fleet once, the
 * price of each renewal once, and the orders of each subscription. Writes nothing.
 * @throws StoreError
 */
export async function readCosts(input: ReadCostsInput): Promise<ReadCosts> {
  const { policy, target, store, nowMs, span } = input;
  const failures: string[] = [];
  const fleet = await readFleet(input, failures);
  const terms = { paid: [] as PaidTerm[], monthly: new Map<string, Money>() };
  const { client, signal } = input;
  for (const resource of fleet.filter(mayExpire))
    await addTerms(terms, resource, { client, store, account: target.account, span, signal }, failures);
  const read = await readUsage(store, target, { fromMs: Math.min(span.fromMs, input.usageFromMs ?? span.fromMs), untilMs: span.untilMs });
  failures.push(...unreadUsage(read));
  const usage = await withPrices(kept(read), input, failures);
  const from: CostInput = { policy, target, span, usage, fleet, fleetMs: nowMs, ...terms };
  return { costs: accountCosts(from), input: from, fleet, failures };
}

/** Sentences on records of usage that could not be read. */
export function unreadUsage({ unreadable }: ReadUsage): string[] {
  return unreadable.map((key) => `the record ${key} cannot be read, so what runs saw then is not measured`);
}

/** Types of nodes of which no run has a quote are priced as they are now: a later quote is better than none. */
async function withPrices(usage: Usage, { client, nowMs, signal }: ReadCostsInput, failures: string[]): Promise<Usage> {
  const keyOf = (region: string | undefined, type: string | undefined) => JSON.stringify([region, type]);
  const known = new Set(usage.quotes.map(({ region, instanceType }) => keyOf(region, instanceType)));
  const quotes: PriceQuote[] = [];
  for (const { state } of usage.pools.flatMap(({ changes }) => changes)) {
    const { region, instanceType } = state ?? {};
    if (region === undefined || instanceType === undefined || known.has(keyOf(region, instanceType))) continue;
    known.add(keyOf(region, instanceType));
    const price = await nodePrice(client, { region, instanceType }, failures, signal);
    if (price !== undefined) quotes.push({ atMs: nowMs, region, instanceType, price });
  }
  return { ...usage, quotes: [...usage.quotes, ...quotes] };
}

/** What a node costs for an hour as of now; undefined where the service does not say, which is noted. */
export async function nodePrice(
  client: Client,
  node: PricedNode,
  failures: string[],
  signal: AbortSignal | undefined,
): Promise<Money | undefined> {
  try {
    return await readNodePrice(client, node, signal);
  } catch (error) {
    if (!isExpected(error)) throw error;
    failures.push(`the price of ${node.instanceType} in ${node.region} could not be read: ${error.message}`);
    return undefined;
  }
}

/** Where the terms of subscriptions are read. */
interface TermsPlace {
  readonly client: Client;
  readonly store: Store;
  readonly account: string;
  /** Only time in it is of interest. */
  readonly span: Span;
  readonly signal: AbortSignal | undefined;
}

/** Adds the orders of a subscription, and where they do not cover the whole span the price of a month by the quote of its renewal. @throws StoreError */
export async function addTerms(
  { paid, monthly }: { readonly paid: PaidTerm[]; readonly monthly: Map<string, Money> },
  { id, kind }: Subscribable,
  { client, store, account, span, signal }: TermsPlace,
  failures: string[],
): Promise<void> {
  const terms = await termsOf(store, account, id, failures);
  paid.push(...terms);
  const isCovered = terms.some(({ fromMs, untilMs }) => fromMs <= span.fromMs && untilMs >= span.untilMs);
  const quote = kind === 'workstation' || isCovered ? undefined : await quoteOf(client, id, failures, signal);
  if (quote !== undefined) monthly.set(id, quote);
}

/** Changes are decoded when they are asked for; whoever asks more than once keeps them. */
function kept(usage: Usage): Usage {
  return { ...usage, pools: usage.pools.map(({ group, pool, changes }) => ({ group, pool, changes })) };
}

async function readFleet({ client, target, signal, onRead }: ReadCostsInput, failures: string[]): Promise<readonly Subscribable[]> {
  const fleet = new Map<string, Subscribable>();
  const lists = [
    { what: 'delivery groups', pages: () => observeDeliveryGroups(client, signal, target) },
    { what: 'workstations', pages: () => observeWorkstations(client, signal) },
  ] as const;
  for (const { what, pages } of lists) {
    try {
      const { complete } = await observeWhole<Subscribable>(pages, (fresh) => {
        for (const resource of fresh) fleet.set(resource.id, resource);
        onRead?.(fleet.size);
      });
      if (!complete) failures.push(`the list of ${what} was not complete`);
    } catch (error) {
      if (!isExpected(error)) throw error;
      failures.push(`the ${what} could not be read: ${error.message}`);
    }
  }
  return [...fleet.values()].filter(
    ({ region }) => target.regions === undefined || region === undefined || target.regions.includes(region),
  );
}

/** The orders that moved the expiry of a resource, each with the time that it paid for. */
async function termsOf(store: Store, account: string, resource: string, failures: string[]): Promise<readonly PaidTerm[]> {
  try {
    const history = await runStoring(store, readHistory(renewalStream(account, resource)));
    return history.flatMap(({ claim, end }): readonly PaidTerm[] => {
      if (claim === undefined || end?.outcome !== 'moved') return [];
      const fromMs = claim.expiry * 1000;
      const untilMs = end.movedTo === undefined ? endAfter(fromMs, claim.period) : end.movedTo * 1000;
      return [{ resource, fromMs, untilMs, amount: moneyFromJson(claim.price) }];
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    failures.push(`the orders of ${resource} cannot be read: ${error.message}`);
    return [];
  }
}

/** What a month of a group costs if it is renewed now. */
async function quoteOf(client: Client, id: string, failures: string[], signal: AbortSignal | undefined): Promise<Money | undefined> {
  try {
    const quote = await readRenewPrice(client, id, { count: 1, unit: 'Month' }, signal);
    return quote?.trade ?? quote?.original;
  } catch (error) {
    if (!isExpected(error)) throw error;
    failures.push(`the price of ${id} could not be read: ${error.message}`);
    return undefined;
  }
}
