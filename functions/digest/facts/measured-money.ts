import type { PaidTerm } from '../../../shared/billing/amortization.ts';
import { type CostLine, costTable, type UnknownLine } from '../../../shared/billing/cost-table.ts';
import type { PoolUsage } from '../../../shared/billing/usage.ts';
import type { Client } from '../../../shared/client/client.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { mayExpire, type Subscribable } from '../../../shared/fleet/subscription.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import type { ReadUsage } from '../../../shared/journal/usage/read-usage.ts';
import type { QuotedPrice } from '../../../shared/journal/usage/usage-sample.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { type Money, moneyToJson } from '../../../shared/policy/money.ts';
import { accountCosts, type CostInput } from '../costs/account-costs.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { addTerms, nodePrice, unreadUsage } from './read-costs.ts';

/** What a tally of measured money goes by. */
interface MoneyOptions {
  readonly client: Client;
  readonly store: Store;
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly nowMs: EpochMs;
  /** What runs saw in the stretch that is told of; it ends now at the latest. */
  readonly usage: ReadUsage;
  /** Tag keys by whose values costs are summed up. */
  readonly tags: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** So many resources of each cause are named. */
const named = 20;

/**
 * What a fleet cost, page by page: each page is priced and forgotten, so that memory grows with the keys of the sums and not with the fleet.
 */
export class MoneyTally {
  readonly #options: MoneyOptions;
  /** Usage of pools by group, of groups that no page has had yet. */
  readonly #left = new Map<string, PoolUsage[]>();
  readonly #sums = new Map<string, CostLine>();
  readonly #unknown = new Map<UnknownLine['because'], { ms: number; ids: Set<string>; first: { id: string; name?: string }[] }>();
  readonly #byTag = new Map<string, Map<string, CostLine>>();
  readonly #asked = new Set<string>();
  /** Prices of nodes that were read, one for each type and region of the fleet. */
  readonly quotes: QuotedPrice[] = [];
  /** Sentences on what could not be read. */
  readonly failures: string[];

  constructor(options: MoneyOptions) {
    this.#options = options;
    this.failures = unreadUsage(options.usage);
    for (const pool of options.usage.pools) {
      const pools = this.#left.get(pool.group);
      if (pools === undefined) this.#left.set(pool.group, [pool]);
      else pools.push(pool);
    }
  }

  /** Takes resources that were not taken before. One price for each type of node that is new, one for each subscription that no order covers. */
  async take(fleet: readonly Subscribable[]): Promise<void> {
    const { client, store, target, signal } = this.#options;
    const { span } = this.#options.usage;
    const terms = { paid: [] as PaidTerm[], monthly: new Map<string, Money>() };
    for (const resource of fleet) {
      if (mayExpire(resource)) await addTerms(terms, resource, { client, store, account: target.account, span, signal }, this.failures);
      for (const { instanceType } of resource.kind === 'delivery-group' ? (resource.pools ?? []) : []) {
        await this.#quote(resource.region, instanceType);
      }
    }
    const pools = fleet.flatMap(({ id }) => this.#left.get(id) ?? []);
    for (const { id } of fleet) this.#left.delete(id);
    this.#add({ fleet, ...terms }, pools);
  }

  async #quote(region: string | undefined, instanceType: string | undefined): Promise<void> {
    if (region === undefined || instanceType === undefined || this.#asked.has(`${region} ${instanceType}`)) return;
    this.#asked.add(`${region} ${instanceType}`);
    const price = await nodePrice(this.#options.client, { region, instanceType }, this.failures, this.#options.signal);
    if (price !== undefined) this.quotes.push({ region, instanceType, price });
  }

  /** All that was taken, with groups that were seen in the time and are gone. */
  finish(): NonNullable<FleetFacts['costs']> {
    this.#add({ fleet: [], paid: [], monthly: new Map() }, [...this.#left.values()].flat());
    const rows = (lines: Iterable<CostLine>) =>
      costTable({ lines: [...lines], unknown: [] }, () => '').totals.map(({ measured, amortized, counterfactual, potential }) => ({
        ...{ measured: moneyToJson(measured), amortized: moneyToJson(amortized) },
        ...{ counterfactual: moneyToJson(counterfactual), potential: moneyToJson(potential) },
      }));
    const byTag = this.#options.tags.map((tag) => {
      const values = new Map<string, CostLine[]>();
      for (const line of this.#byTag.get(tag)?.values() ?? []) {
        const value = line.tags?.[tag] ?? '';
        values.set(value, [...(values.get(value) ?? []), line]);
      }
      return [tag, Object.fromEntries([...values].map(([value, lines]) => [value, rows(lines)]))] as const;
    });
    return {
      all: rows(this.#sums.values()),
      byTag: Object.fromEntries(byTag),
      unknown: [...this.#unknown].map(([because, { ms, ids, first }]) => ({ because, ms, count: ids.size, first })),
    };
  }

  #add(about: Pick<CostInput, 'fleet' | 'paid' | 'monthly'>, pools: readonly PoolUsage[]): void {
    const { policy, target, nowMs, usage, tags } = this.#options;
    const quotes = [...usage.quotes, ...this.quotes.map((quote) => ({ ...quote, atMs: nowMs }))];
    const input = { ...about, policy, target, span: usage.span, fleetMs: nowMs, usage: { ...usage, pools, quotes } };
    const { lines, unknown } = accountCosts(input);
    for (const line of lines) {
      addTo(this.#sums, line.currency, line);
      for (const tag of tags) {
        const own = this.#byTag.get(tag) ?? new Map<string, CostLine>();
        this.#byTag.set(tag, own);
        const value = line.tags !== undefined && Object.hasOwn(line.tags, tag) ? (line.tags[tag] ?? '') : '';
        addTo(own, JSON.stringify([value, line.currency]), { ...line, tags: { [tag]: value } });
      }
    }
    const names = new Map(about.fleet.map(({ id, name }) => [id, name]));
    for (const { because, ms, resource } of unknown) {
      const known = this.#unknown.get(because) ?? { ms: 0, ids: new Set<string>(), first: [] };
      this.#unknown.set(because, known);
      known.ms += ms;
      if (known.ids.has(resource)) continue;
      known.ids.add(resource);
      const name = names.get(resource);
      if (known.first.length < named) known.first.push({ id: resource, ...(name === undefined ? {} : { name }) });
    }
  }
}

function addTo(sums: Map<string, CostLine>, key: string, line: CostLine): void {
  const sum = sums.get(key);
  if (sum === undefined) {
    sums.set(key, line);
    return;
  }
  const { measured, amortized, counterfactual, potential } = sum;
  sums.set(key, {
    ...sum,
    measured: measured + line.measured,
    amortized: amortized + line.amortized,
    counterfactual: counterfactual + line.counterfactual,
    potential: potential + line.potential,
  });
}
