import { type Amortized, amortize, type PaidTerm } from '../../../shared/billing/amortization.ts';
import { type CostSubject, type Costs, type PricedPool, poolCosts, subscriptionCosts } from '../../../shared/billing/cost-table.ts';
import { type Baseline, counterfactual, levelsOf, withRule } from '../../../shared/billing/counterfactual.ts';
import { measure, type PoolMeter } from '../../../shared/billing/meter.ts';
import { type PriceBook, priceBook } from '../../../shared/billing/price-book.ts';
import type { Span } from '../../../shared/billing/set-strategy.ts';
import type { Usage } from '../../../shared/billing/usage.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { functionMode } from '../../../shared/engine/guard.ts';
import { mayExpire, type Subscribable } from '../../../shared/fleet/subscription.ts';
import type { CompiledPolicy, CompiledTarget, ZoneTable } from '../../../shared/policy/compiled.ts';
import type { Money } from '../../../shared/policy/money.ts';
import { scheduledGroup } from '../facts/capacity-tally.ts';
import { type AnyRule, RuleCoverage } from '../facts/rule-coverage.ts';

/** What the costs of a target are worked out from. `usage` may reach further than `span`. */
export interface CostInput {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** Costs of this stretch. */
  readonly span: Span;
  /** What runs saw of the target in it. */
  readonly usage: Usage;
  /** What there is at this moment: names, tags and subscriptions are those of now, also for days that are past. */
  readonly fleet: readonly Subscribable[];
  /** When the fleet was read. */
  readonly fleetMs: EpochMs;
  /** Orders that cover some of the stretch, or may. */
  readonly paid: readonly PaidTerm[];
  /** What a month of a delivery group costs by the quote of its renewal. A group that is not in it has no known price. */
  readonly monthly: ReadonlyMap<string, Money>;
}

/** What a target cost. */
export interface TargetCosts extends Costs {
  /** Time in which runs were too far apart, or there were none, by local day. */
  readonly unmeasured: readonly { readonly date: string; readonly ms: number }[];
  /** Prices of nodes, as they were quoted. */
  readonly prices: PriceBook;
  readonly pools: readonly PricedPool[];
}

/** The function that writes node counts, and the one that orders. */
const [scaling, renewing] = ['scale-on-schedule', 'renew-before-expiry'];

const noZone: ZoneTable = { transitions: [] };

/** What the resources of a target cost in a stretch: each of them has a line or says why not, one that no rule covers included. */
export function accountCosts(input: CostInput): TargetCosts {
  const { policy, target, span, usage, fleet, fleetMs } = input;
  const zone = policy.zones[policy.timezone] ?? noZone;
  const service = policy.zones[policy.serviceTimeZone] ?? noZone;
  const coverage = new RuleCoverage(policy, target);
  const known = new Map(fleet.map((resource) => [resource.id, coveredBy(resource, coverage, fleetMs)]));
  const subjectOf = (resource: string): CostSubject => {
    const tags = known.get(resource)?.resource.kind === 'delivery-group' ? tagsOf(known.get(resource)?.resource) : undefined;
    return { target: target.name, resource, rule: known.get(resource)?.scaled?.name, ...(tags === undefined ? {} : { tags }) };
  };
  const { pools: meters, unmeasured } = measure(usage, span, { zone, service });
  const dryRun = functionMode(policy, scaling) === 'observe';
  const pools = meters.map((meter): PricedPool => {
    const covered = known.get(meter.group);
    const saved = counterfactual(meter, baselineOf(covered, input), { service });
    const wanted = dryRun ? wantedBy(covered, input) : undefined;
    const underRule = wanted === undefined ? {} : { underRule: withRule(meter, wanted, { service }) };
    return { meter, subject: subjectOf(meter.group), counterfactual: saved, ...underRule };
  });
  const prices = priceBook(usage.quotes);
  const byHour = poolCosts(pools, prices);
  const bought = subscriptionCosts(subscribed(input, known, meters, zone), (resource) => ({
    ...subjectOf(resource),
    ...typeOf(known.get(resource)?.resource, meters, resource),
  }));
  const rest = unseen(fleet, meters, span, subjectOf);
  return {
    lines: [...byHour.lines, ...bought.lines],
    unknown: [...byHour.unknown, ...bought.unknown, ...rest],
    ...{ unmeasured, prices, pools },
  };
}

/** A resource with the rules that cover it; undefined where none does, or where that cannot be told. */
interface Covered {
  readonly resource: Subscribable;
  readonly scaled: AnyRule | undefined;
  readonly renewed: AnyRule | undefined;
}

function coveredBy(resource: Subscribable, coverage: RuleCoverage, nowMs: EpochMs): Covered {
  const rules = coverage.of(resource, nowMs);
  const ruleOf = (name: string) => rules.find(({ functionName }) => functionName === name)?.rule ?? undefined;
  return { resource, scaled: ruleOf(scaling), renewed: ruleOf(renewing) };
}

function tagsOf(resource: Subscribable | undefined): Readonly<Record<string, string>> | undefined {
  return resource?.kind === 'delivery-group' ? resource.tags : undefined;
}

function typeOf(resource: Subscribable | undefined, meters: readonly PoolMeter[], id: string): { readonly instanceType?: string } {
  const type =
    resource?.kind === 'workstation'
      ? resource.instanceType
      : (resource?.pools?.[0]?.instanceType ?? meters.find(({ group }) => group === id)?.slices.at(-1)?.instanceType);
  return type === undefined ? {} : { instanceType: type };
}

/** Against what savings of a pool are measured: as its rule says, else as it was found. */
function baselineOf(covered: Covered | undefined, { policy, target, span }: CostInput): Baseline {
  const baseline = covered?.scaled?.['baseline'] as { readonly schedule?: string; readonly nodes?: number } | undefined;
  if (baseline?.nodes !== undefined) return { kind: 'named', levels: [{ ...span, nodes: baseline.nodes }] };
  if (baseline?.schedule === undefined || covered?.resource.kind !== 'delivery-group' || covered.scaled === undefined) {
    return { kind: 'as-found' };
  }
  const levels = levelsBy(covered.resource, { ...covered.scaled, schedule: baseline.schedule }, policy, target);
  return levels === undefined ? { kind: 'as-found' } : { kind: 'named', levels };
}

/** The nodes that the rule of a group wants of it by the hour; undefined where there is no such rule, or what it takes is unknown. */
function wantedBy(covered: Covered | undefined, { policy, target }: CostInput): ReturnType<typeof levelsOf> | undefined {
  if (covered?.resource.kind !== 'delivery-group' || covered.scaled === undefined) return undefined;
  return levelsBy(covered.resource, covered.scaled, policy, target);
}

function levelsBy(
  group: Extract<Subscribable, { kind: 'delivery-group' }>,
  rule: AnyRule,
  policy: CompiledPolicy,
  target: CompiledTarget,
): ReturnType<typeof levelsOf> | undefined {
  const scheduled = scheduledGroup(group, rule, policy, target);
  return scheduled === undefined || scheduled === 'none' ? undefined : levelsOf(scheduled.timeline.segments, scheduled.peak);
}

/** Subscriptions by day: those that there are, and those of groups that are gone and were seen as such. */
function subscribed(input: CostInput, known: ReadonlyMap<string, Covered>, meters: readonly PoolMeter[], zone: ZoneTable): Amortized {
  const { span, fleet, paid, monthly } = input;
  const there = fleet.filter(mayExpire).map((resource) => {
    const { id, createdAtMs = span.fromMs, expiresAtMs = span.untilMs } = resource;
    const listed = resource.kind === 'workstation' ? listedPrice(resource.instanceType, known.get(id)?.renewed) : undefined;
    const perMonth = resource.kind === 'workstation' ? listed : monthly.get(id);
    const priceFrom = resource.kind === 'workstation' ? ('policy' as const) : ('renewal quote' as const);
    return { resource: id, fromMs: createdAtMs, untilMs: expiresAtMs, priceFrom, ...(perMonth === undefined ? {} : { perMonth }) };
  });
  const gone = meters.flatMap(({ group, slices }) => {
    const held = known.has(group) ? [] : slices.filter(({ subscriptionMs }) => subscriptionMs > 0);
    const [first, last] = [held[0], held.at(-1)];
    return first && last ? [{ resource: group, fromMs: first.fromMs, untilMs: last.untilMs }] : [];
  });
  return amortize([...there, ...gone], paid, span, zone);
}

function listedPrice(type: string | undefined, rule: AnyRule | undefined): Money | undefined {
  const prices = (rule?.['pricePerMonth'] ?? {}) as Readonly<Record<string, Money>>;
  return type !== undefined && Object.hasOwn(prices, type) ? prices[type] : undefined;
}

/** What is held by the hour and no run has looked at: workstations, which none samples, and groups that none has seen in the stretch. */
function unseen(
  fleet: readonly Subscribable[],
  meters: readonly PoolMeter[],
  span: Span,
  subjectOf: (id: string) => CostSubject,
): Costs['unknown'] {
  const seen = new Set(meters.map(({ group }) => group));
  return fleet.flatMap((resource) => {
    const { id, kind, createdAtMs = span.fromMs } = resource;
    const ms = span.untilMs - Math.max(span.fromMs, createdAtMs);
    if (mayExpire(resource) || seen.has(id) || ms <= 0) return [];
    const because = kind === 'workstation' ? ('not-metered' as const) : ('unmeasured' as const);
    const instanceType = kind === 'workstation' ? resource.instanceType : resource.pools?.[0]?.instanceType;
    return [{ ...subjectOf(id), date: undefined, instanceType, because, ms }];
  });
}

/** The nodes that a schedule of the policy gives a group; undefined where no rule scales it, or what its rule takes is unknown. */
export function scheduledLevels(group: string, input: CostInput): ReturnType<typeof levelsOf> | undefined {
  const resource = input.fleet.find(({ id }) => id === group);
  if (resource === undefined) return undefined;
  return wantedBy(coveredBy(resource, new RuleCoverage(input.policy, input.target), input.fleetMs), input);
}

/** What subscriptions cost in a stretch ahead: those that a rule renews go on, the others end with their expiry. */
export function subscriptionLines(input: CostInput, { pools }: Pick<TargetCosts, 'pools'>): Costs['lines'] {
  const { policy, target, span, fleet, fleetMs } = input;
  const coverage = new RuleCoverage(policy, target);
  const known = new Map(fleet.map((resource) => [resource.id, coveredBy(resource, coverage, fleetMs)]));
  const renewed = ({ renewed: rule }: Covered): boolean => rule !== undefined && rule['kind'] !== 'never';
  const goingOn = [...known.values()].map((covered): Subscribable => {
    const { resource } = covered;
    return renewed(covered) && (resource.expiresAtMs ?? 0) < span.untilMs ? { ...resource, expiresAtMs: span.untilMs } : resource;
  });
  const zone = policy.zones[policy.timezone] ?? noZone;
  const meters = pools.map(({ meter }) => meter).filter(({ group }) => known.has(group));
  return subscriptionCosts(subscribed({ ...input, fleet: goingOn }, known, meters, zone), (resource) => ({ target: target.name, resource }))
    .lines;
}
