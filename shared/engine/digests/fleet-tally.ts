import type { EpochMs } from '../../client/clock.ts';
import type { PricedNode } from '../../fleet/node-price-key.ts';
import { mayExpire, type Subscribable } from '../../fleet/subscription.ts';
import type { WrittenReader } from '../../journal/intents/intent-reader.ts';
import { tagKeyOf } from '../../journal/intents/intent-view.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { type Money, moneyToJson, timesHours } from '../../policy/money.ts';
import { CapacityTally, type Stretch } from './capacity-tally.ts';
import { type Expiry, type FleetFacts, listed } from './fleet-facts.ts';
import { type FunctionCover, RuleCover } from './rule-cover.ts';
import { scheduledGroup } from './scheduled-nodes.ts';

/** So many of those that no sum has are named. */
const namedOmitted = 20;

/** How far ahead ends of subscriptions are told. */
const aheadMs = 30 * 86_400_000;

/** What a tally goes by; see `FleetInput`. */
interface TallyOptions {
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
  readonly nowMs: EpochMs;
  readonly span: Stretch;
  readonly plotFromMs?: EpochMs;
  readonly prices: boolean;
  readonly tags: readonly string[];
  readonly ordered: ReadonlySet<string>;
  readonly logs: Iterable<readonly [functionName: string, log: WrittenReader]>;
}

/** Takes resources one by one and keeps what a digest tells of them. */
export class FleetTally {
  readonly #options: TallyOptions;
  readonly #cover: RuleCover;
  readonly #capacity: CapacityTally;
  readonly #seen = new Set<string>();
  readonly #failures: string[] = [];
  readonly #expiring: Expiry[] = [];
  readonly #expiryUnknown: { id: string; name?: string }[] = [];
  readonly #notCovered: FleetFacts['notCovered']['first'] = [];
  readonly #leftAlone: Record<string, number> = {};
  readonly #changes: FleetFacts['changes'] = [];
  readonly #ordered: FleetFacts['ordered'] = {};
  readonly #omitted: { readonly resource: Subscribable; readonly why: string }[] = [];
  #omittedCount = 0;
  #groups = 0;
  #workstations = 0;
  #notCoveredCount = 0;
  #changesMore = 0;

  constructor(options: TallyOptions) {
    const { policy, target, nowMs, plotFromMs = nowMs, span, tags } = options;
    this.#options = options;
    this.#cover = new RuleCover(policy, target);
    const serviceZone = policy.zones[policy.serviceTimeZone] ?? { transitions: [] };
    this.#capacity = new CapacityTally({ serviceZone, fromMs: plotFromMs, span, tags });
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
    this.#takeCover(resource, cover);
    this.#takeExpiry(resource, cover);
    this.#takeChanges(resource);
    this.#takeOrdered(resource);
    const why = resource.kind === 'delivery-group' ? this.#takeGroup(resource, cover) : 'workstation';
    if (why === undefined || this.#options.ordered.has(resource.id)) return;
    this.#omittedCount += 1;
    if (this.#omitted.length < namedOmitted) this.#omitted.push({ resource, why });
  }

  /** All that was taken. Prices are asked for only where the options say so. */
  async facts(priceOf: (node: PricedNode) => Promise<Money | undefined>): Promise<FleetFacts> {
    const { target, nowMs, prices } = this.#options;
    const expiring = this.#expiring.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    return {
      ...{ target: target.name, atMs: nowMs, groups: this.#groups, workstations: this.#workstations, failures: this.#failures },
      ...{ expiring: expiring.slice(0, listed), expiringMore: Math.max(0, expiring.length - listed) },
      expiryUnknown: this.#expiryUnknown,
      notCovered: { count: this.#notCoveredCount, first: this.#notCovered },
      ...{ leftAlone: this.#leftAlone, changes: this.#changes, changesMore: this.#changesMore },
      ...{ capacity: this.#capacity.capacity, ordered: this.#ordered },
      ...(prices ? { costs: { ...(await this.#capacity.costs(priceOf)), omitted: await this.#omittedCosts(priceOf) } } : {}),
    };
  }

  /** What the first of those left out cost as they are set, where a fixed count and a price tell. */
  async #omittedCosts(priceOf: (node: PricedNode) => Promise<Money | undefined>) {
    const { fromMs, untilMs } = this.#options.span;
    const first = [];
    for (const { resource, why } of this.#omitted) {
      const { region } = resource;
      const [pool] = (resource.kind === 'delivery-group' && resource.charge === 'pay-as-you-go' && resource.pools) || [];
      const nodes = pool?.strategy?.type === 'fixed' ? pool.strategy.nodes : undefined;
      const isPriced = nodes !== undefined && region !== undefined && pool?.instanceType !== undefined;
      const price = isPriced ? await priceOf({ region, instanceType: pool.instanceType }) : undefined;
      const amount = price && nodes !== undefined ? { amount: moneyToJson(timesHours(price, nodes * (untilMs - fromMs))) } : {};
      first.push({ ...named(resource), why, ...amount });
    }
    return { count: this.#omittedCount, first };
  }

  #takeCover(resource: Subscribable, cover: readonly FunctionCover[]): void {
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

  #takeExpiry(resource: Subscribable, cover: readonly FunctionCover[]): void {
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
      for (const setting of log.foreignSettings(resource.id)) {
        const standing = tagKeyOf(setting) !== undefined ? undefined : log.view.foreign(resource.id, setting);
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

  /** Takes what the schedules of a group cost; gives why that is not known, or not all of it. */
  #takeGroup(group: Extract<Subscribable, { kind: 'delivery-group' }>, cover: readonly FunctionCover[]): string | undefined {
    const { policy, target } = this.#options;
    const rule = cover.find(({ functionName }) => functionName === 'scale-on-schedule')?.rule;
    const bought = mayExpire(group) ? 'subscription, not ordered in this time' : undefined;
    if (rule === null) return bought ?? 'no rule scales it';
    const scheduled = rule && scheduledGroup(group, rule, policy, target);
    if (scheduled === 'none') return bought;
    if (scheduled !== undefined) {
      this.#capacity.take(scheduled, group.region, group.tags);
      return bought;
    }
    if (cover.some(({ functionName }) => functionName === 'scale-on-schedule')) this.#capacity.leaveOut();
    return bought ?? 'peak or schedule unknown';
  }
}

function named({ id, name }: Subscribable): { id: string; name?: string } {
  return { id, ...(name === undefined ? {} : { name }) };
}
