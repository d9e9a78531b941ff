import type { Client } from '../../../shared/client/client.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { observeWhole } from '../../../shared/engine/observe-whole.ts';
import { isExpected } from '../../../shared/engine/report.ts';
import type { RunnerOptions } from '../../../shared/engine/runner.ts';
import { observeDeliveryGroups } from '../../../shared/fleet/observe-delivery-groups.ts';
import { observeWorkstations } from '../../../shared/fleet/observe-workstations.ts';
import { mayExpire, type Subscribable } from '../../../shared/fleet/subscription.ts';
import { writtenScope } from '../../../shared/journal/intents/intent-log.ts';
import { IntentReader, readWrittenStream } from '../../../shared/journal/intents/intent-reader.ts';
import { tagKeyOf } from '../../../shared/journal/intents/intent-view.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { readUsage } from '../../../shared/journal/usage/read-usage.ts';
import type { QuotedPrice } from '../../../shared/journal/usage/usage-sample.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { shardsOf } from '../../../shared/policy/fan-out.ts';
import { localTimeAt } from '../../../shared/policy/zones.ts';
import { type CompiledDigestRule, needsPrices, spendTags } from '../compiled-rule.ts';
import { startOfDay } from '../digest-slot.ts';
import { CapacityTally, type Stretch, scheduledGroup } from './capacity-tally.ts';
import { type Expiry, type FleetFacts, listed } from './fleet-facts.ts';
import { MoneyTally } from './measured-money.ts';
import { readSpending } from './past-orders.ts';
import { type FunctionCoverage, functionsOf, RuleCoverage } from './rule-coverage.ts';

/** How far ahead ends of subscriptions are told. */
const aheadMs = 30 * 86_400_000;

/** What a tally goes by. */
interface TallyOptions {
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
  readonly nowMs: EpochMs;
  /** Where the figures for plots begin. Default: now. */
  readonly plotFromMs?: EpochMs;
  /** Tag keys by whose values spending is summed up. */
  readonly tags: readonly string[];
  /** Ids of resources for which there were orders: their names and tags are kept. */
  readonly ordered: ReadonlySet<string>;
  /** What each function has written, where the journal could be read. */
  readonly logs: Iterable<readonly [functionName: string, log: IntentReader]>;
}

/** Takes resources one by one and keeps what a digest tells of them. */
class FleetTally {
  readonly #options: TallyOptions;
  readonly #cover: RuleCoverage;
  readonly #capacity: CapacityTally;
  readonly #seen = new Set<string>();
  readonly #failures: string[] = [];
  readonly #expiring: Expiry[] = [];
  readonly #expiryUnknown: { id: string; name?: string }[] = [];
  readonly #notCovered: FleetFacts['notCovered']['first'] = [];
  readonly #leftAlone: Record<string, number> = {};
  readonly #changes: FleetFacts['changes'] = [];
  readonly #ordered: FleetFacts['ordered'] = {};
  #groups = 0;
  #workstations = 0;
  #notCoveredCount = 0;
  #changesMore = 0;

  constructor(options: TallyOptions) {
    const { policy, target, nowMs, plotFromMs = nowMs } = options;
    this.#options = options;
    this.#cover = new RuleCoverage(policy, target);
    const serviceZone = policy.zones[policy.serviceTimeZone] ?? { transitions: [] };
    this.#capacity = new CapacityTally({ serviceZone, fromMs: plotFromMs });
  }

  /** Distinct resources taken. */
  get observed(): number {
    return this.#seen.size;
  }

  /** Notes what could not be read. */
  fail(what: string): void {
    this.#failures.push(what);
  }

  /** Takes a resource; one that was taken before is left out. */
  take(resource: Subscribable): void {
    if (this.#seen.has(resource.id)) return;
    this.#seen.add(resource.id);
    if (resource.kind === 'workstation') this.#workstations += 1;
    else this.#groups += 1;
    const cover = this.#cover.of(resource, this.#options.nowMs);
    this.#takeCoverage(resource, cover);
    this.#takeExpiry(resource, cover);
    this.#takeChanges(resource);
    this.#takeOrdered(resource);
    if (resource.kind === 'delivery-group') this.#takeGroup(resource, cover);
  }

  /** All that was taken. */
  facts(): FleetFacts {
    const { target, nowMs } = this.#options;
    const expiring = this.#expiring.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    return {
      ...{ target: target.name, atMs: nowMs, groups: this.#groups, workstations: this.#workstations, failures: this.#failures },
      ...{ expiring: expiring.slice(0, listed), expiringMore: Math.max(0, expiring.length - listed) },
      expiryUnknown: this.#expiryUnknown,
      notCovered: { count: this.#notCoveredCount, first: this.#notCovered },
      ...{ leftAlone: this.#leftAlone, changes: this.#changes, changesMore: this.#changesMore },
      ...{ capacity: this.#capacity.capacity, ordered: this.#ordered },
    };
  }

  #takeCoverage(resource: Subscribable, cover: readonly FunctionCoverage[]): void {
    for (const { functionName, rule } of cover) {
      // What does not expire is nothing that renewals would leave alone.
      if (functionName === 'renew-before-expiry' && !mayExpire(resource)) continue;
      if (rule === null) this.#leftAlone[functionName] = (this.#leftAlone[functionName] ?? 0) + 1;
    }
    if (cover.some(({ rule }) => rule !== null)) return;
    this.#notCoveredCount += 1;
    if (this.#notCovered.length >= listed) return;
    this.#notCovered.push({ ...named(resource), kind: resource.kind, subscription: mayExpire(resource) });
  }

  #takeExpiry(resource: Subscribable, cover: readonly FunctionCoverage[]): void {
    const { nowMs } = this.#options;
    if (!mayExpire(resource)) return;
    const { expiresAtMs, kind } = resource;
    if (expiresAtMs === undefined) {
      if (this.#expiryUnknown.length < listed) this.#expiryUnknown.push(named(resource));
      return;
    }
    if (expiresAtMs < nowMs || expiresAtMs >= nowMs + aheadMs) return;
    const rule = cover.find(({ functionName }) => functionName === 'renew-before-expiry')?.rule;
    const known = cover.some(({ functionName }) => functionName === 'renew-before-expiry');
    const plan = !known || rule === null ? 'not-covered' : rule === undefined ? 'unknown' : rule['kind'] === 'never' ? 'lapse' : 'renew';
    this.#expiring.push({ ...named(resource), kind, expiresAtMs, plan, ...(rule ? { rule: rule.name } : {}) });
  }

  #takeChanges(resource: Subscribable): void {
    for (const [functionName, log] of this.#options.logs) {
      for (const setting of log.externalSettings(resource.id)) {
        const standing = tagKeyOf(setting) !== undefined ? undefined : log.view.external(resource.id, setting);
        if (standing === undefined || standing.sighted) continue;
        if (this.#changes.length >= listed) this.#changesMore += 1;
        else this.#changes.push({ ...named(resource), function: functionName, setting, ...standing });
      }
    }
  }

  #takeOrdered(resource: Subscribable): void {
    const { tags, ordered } = this.#options;
    if (!ordered.has(resource.id)) return;
    const own = (resource.kind === 'delivery-group' ? resource.tags : undefined) ?? {};
    const known = tags.flatMap((tag) => (Object.hasOwn(own, tag) ? [[tag, own[tag] ?? ''] as const] : []));
    this.#ordered[resource.id] = { ...(resource.name === undefined ? {} : { name: resource.name }), tags: Object.fromEntries(known) };
  }

  #takeGroup(group: Extract<Subscribable, { kind: 'delivery-group' }>, cover: readonly FunctionCoverage[]): void {
    const { policy, target } = this.#options;
    const scaled = cover.find(({ functionName }) => functionName === 'scale-on-schedule');
    if (scaled === undefined || scaled.rule === null) return;
    const scheduled = scaled.rule && scheduledGroup(group, scaled.rule, policy, target);
    if (scheduled === 'none') return;
    if (scheduled === undefined) this.#capacity.leaveOut();
    else this.#capacity.take(scheduled);
  }
}

function named({ id, name }: Subscribable): { id: string; name?: string } {
  return { id, ...(name === undefined ? {} : { name }) };
}

/** What observing a target's fleet needs. */
interface FleetInput extends TallyOptions {
  readonly client: Client;
  /** What the resources cost, where the digest shows it. */
  readonly money?: MoneyTally | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
}

/** The facts of one observation, and how it went. */
export interface ObservedFleet {
  readonly facts: FleetFacts;
  readonly announced: number | undefined;
  readonly errors: readonly unknown[];
  /** Prices that were read for it. */
  readonly quotes: readonly QuotedPrice[];
}

/**
 * Reads delivery groups and workstations page by page and keeps what a digest tells of them. A list that fails ends early and is named
 * in `failures`; the other is read all the same.
 */
async function observeFleet(input: FleetInput): Promise<ObservedFleet> {
  const { client, signal, money } = input;
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
      const list = await observeWhole<Subscribable>(pages, async (fresh, total) => {
        await money?.take(fresh.filter(({ region }) => region === undefined || (input.target.regions?.includes(region) ?? true)));
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
  for (const failure of money?.failures ?? []) tally.fail(failure);
  return { facts: { ...tally.facts(), ...(money ? { costs: money.finish() } : {}) }, announced, errors, quotes: money?.quotes ?? [] };
}

/** What observing a target for a digest needs. */
export interface ObserveInput extends Pick<RunnerOptions, 'client' | 'target' | 'policy' | 'store' | 'signal' | 'onProgress'> {
  readonly rule: CompiledDigestRule;
  readonly span: Stretch;
  readonly nowMs: EpochMs;
  /** Instant whose local day the plots begin with: the same for all targets of a digest. */
  readonly plotDayMs: EpochMs;
  /** Does something with the journal that may fail; gives undefined then. Without it a fleet is observed all the same. */
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/** What a target's fleet looks like to a digest. What cannot be read is part of it. Reads the logs of the functions that have rules for it. */
export async function observeTarget(input: ObserveInput): Promise<ObservedFleet> {
  const { client, policy, target, store, signal, onProgress, rule, span, nowMs, plotDayMs, attempt } = input;
  const zone = policy.zones[rule.timezone] ?? { transitions: [] };
  const tags = spendTags(rule.show);
  const logs: (readonly [functionName: string, log: IntentReader])[] = [];
  for (const functionName of functionsOf(policy, target)) {
    for (const part of shardsOf(target, functionName)) {
      const loaded = await attempt(() => runStoring(store, readWrittenStream(functionName, writtenScope(part))));
      if (loaded) logs.push([functionName, new IntentReader(loaded)]);
    }
  }
  const spending = rule.show.includes('orders') || tags.length > 0 ? await attempt(() => readSpending(store, policy, span)) : undefined;
  const usage = needsPrices(rule.show)
    ? await attempt(() => readUsage(store, target, { ...span, untilMs: Math.min(span.untilMs, nowMs) }))
    : undefined;
  return observeFleet({
    ...{ client, target, policy, nowMs, tags, logs, signal },
    money: usage && new MoneyTally({ client, store, policy, target, nowMs, usage, tags, signal }),
    plotFromMs: startOfDay({ date: localTimeAt(zone, plotDayMs).date }, zone),
    ordered: new Set(spending?.orders.map(({ resource }) => resource)),
    onPage: (observed, announced) => onProgress?.({ phase: 'observing', observed, announced }),
  });
}
