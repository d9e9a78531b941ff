import type { EpochMs } from '../../../shared/client/clock.ts';
import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';
import { nodePriceKey, type PricedNode } from '../../../shared/fleet/node-price-key.ts';
import {
  type CompiledPolicy,
  type CompiledTarget,
  type Level,
  type Timeline,
  timelineKey,
  type ZoneTable,
} from '../../../shared/policy/compiled.ts';
import { add, type Money, type MoneyJson, moneyToJson, timesHours, zero } from '../../../shared/policy/money.ts';
import { levelAt } from '../../../shared/policy/schedule.ts';
import { mostNodes, nodesOf } from '../../../shared/policy/values/level.ts';
import { type LocalTime, localTimeAt } from '../../../shared/policy/zones.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { AnyRule } from './rule-coverage.ts';

/** Half an hour: periods begin and end at full and half hours nearly always, and what lies between moves a plot by a step. */
const stepMs = 30 * 60_000;
const days = 7;
const steps = (days * 86_400_000) / stepMs;

/** A half-open stretch of time. */
export interface Stretch {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** Node-milliseconds of all groups whose nodes have one price, in all and by the values of tags. */
interface Priced {
  readonly node: PricedNode;
  full: number;
  scheduled: number;
  groups: number;
  readonly byTag: Map<string, Map<string, number>>;
}

/** Adds up what scheduled groups have, want and cost. Grows with the types of nodes and the values of tags, not with the groups. */
export class CapacityTally {
  /** What the service's clock shows at each step: asked once, not for each group. */
  readonly #serviceTimes: readonly LocalTime[];
  readonly #levels = new Map<Timeline, readonly Level[]>();
  readonly #fullPeaks = new Map<Timeline, Map<number, number>>();
  readonly #fromMs: EpochMs;
  /** What costs are estimated for. */
  readonly #span: Stretch;
  readonly #tags: readonly string[];
  readonly #wanted: number[] = new Array<number>(steps).fill(0);
  readonly #set: number[] = new Array<number>(steps).fill(0);
  readonly #priced = new Map<string, Priced>();
  #groups = 0;
  #unknown = 0;
  #unpriced = 0;

  /** `fromMs`: where the figures begin; `tags`: the keys by whose values costs are summed up too. */
  constructor(options: {
    readonly serviceZone: ZoneTable;
    readonly fromMs: EpochMs;
    readonly span: Stretch;
    readonly tags: readonly string[];
  }) {
    this.#serviceTimes = stepTimes(options.fromMs).map((ms) => localTimeAt(options.serviceZone, ms));
    this.#fromMs = options.fromMs;
    this.#span = options.span;
    this.#tags = options.tags;
  }

  /** Takes a group of which too much is unknown to say anything. */
  leaveOut(): void {
    this.#unknown += 1;
    this.#unpriced += 1;
  }

  /** Takes a group; `region` is where its nodes are. */
  take(group: ScheduledGroup, region: string | undefined, tags: Readonly<Record<string, string>> = {}): void {
    this.#groups += 1;
    for (const [step, level] of this.#levelsOf(group.timeline).entries()) {
      this.#wanted[step] = (this.#wanted[step] ?? 0) + nodesOf(level, group.peak);
      this.#set[step] = (this.#set[step] ?? 0) + setNodes(group, this.#serviceTimes[step] as LocalTime);
    }
    const { instanceType } = group.pool;
    if (region === undefined || instanceType === undefined) {
      this.#unpriced += 1;
      return;
    }
    const node = { region, instanceType };
    const key = nodePriceKey(node);
    const priced = this.#priced.get(key) ?? { node, full: 0, scheduled: 0, groups: 0, byTag: new Map() };
    this.#priced.set(key, priced);
    const { fromMs, untilMs } = this.#span;
    const scheduled = wantedNodeMs(group, fromMs, untilMs);
    priced.groups += 1;
    priced.scheduled += scheduled;
    priced.full += this.#fullPeak(group) * (untilMs - fromMs);
    for (const tag of this.#tags) {
      const values = priced.byTag.get(tag) ?? new Map<string, number>();
      priced.byTag.set(tag, values);
      const value = Object.hasOwn(tags, tag) ? (tags[tag] ?? '') : '';
      values.set(value, (values.get(value) ?? 0) + scheduled);
    }
  }

  /** The figures for plots. */
  get capacity(): FleetFacts['capacity'] {
    return { fromMs: this.#fromMs, stepMs, wanted: this.#wanted, set: this.#set, groups: this.#groups, unknown: this.#unknown };
  }

  /** What the groups cost, by the price that is given for each type of node. Groups without a price are counted apart. */
  async costs(priceOf: (node: PricedNode) => Promise<Money | undefined>): Promise<NonNullable<FleetFacts['costs']>> {
    const all = new Map<string, { fullPeak: Money; scheduled: Money }>();
    const byTag: Record<string, Record<string, Money[]>> = Object.fromEntries(this.#tags.map((tag) => [tag, {}]));
    let unpriced = this.#unpriced;
    for (const priced of this.#priced.values()) {
      const price = await priceOf(priced.node);
      if (price === undefined) {
        unpriced += priced.groups;
        continue;
      }
      const { currency } = price;
      const sum = all.get(currency) ?? { fullPeak: zero(currency), scheduled: zero(currency) };
      all.set(currency, {
        fullPeak: add(sum.fullPeak, timesHours(price, priced.full)),
        scheduled: add(sum.scheduled, timesHours(price, priced.scheduled)),
      });
      for (const [tag, values] of priced.byTag) {
        for (const [value, nodeMs] of values) addTo(byTag[tag] ?? {}, value, timesHours(price, nodeMs));
      }
    }
    return {
      all: [...all.values()].map(({ fullPeak: full, scheduled }) => ({ fullPeak: moneyToJson(full), scheduled: moneyToJson(scheduled) })),
      byTag: Object.fromEntries(Object.entries(byTag).map(([tag, values]) => [tag, inJson(values)])),
      unpriced,
    };
  }

  #levelsOf(timeline: Timeline): readonly Level[] {
    const known = this.#levels.get(timeline) ?? stepTimes(this.#fromMs).map((ms) => levelAt(timeline, ms));
    this.#levels.set(timeline, known);
    return known;
  }

  /** Schedules that count nodes have no peak: their highest level stands for it. */
  #fullPeak({ timeline, peak }: ScheduledGroup): number {
    const byPeak = this.#fullPeaks.get(timeline) ?? new Map<number, number>();
    this.#fullPeaks.set(timeline, byPeak);
    const full = byPeak.get(peak) ?? timeline.segments.reduce((most, { level }) => Math.max(most, nodesOf(level, peak)), peak);
    byPeak.set(peak, full);
    return full;
  }
}

function stepTimes(fromMs: EpochMs): readonly EpochMs[] {
  return Array.from({ length: steps }, (_, step) => fromMs + step * stepMs);
}

/** Adds an amount to the sums of a key, one for each currency. */
function addTo(sums: Record<string, Money[]>, key: string, amount: Money): void {
  const own = Object.hasOwn(sums, key) ? (sums[key] ?? []) : [];
  const index = own.findIndex(({ currency }) => currency === amount.currency);
  const before = own[index];
  if (before === undefined) own.push(amount);
  else own[index] = add(before, amount);
  Object.defineProperty(sums, key, { value: own, enumerable: true, configurable: true, writable: true });
}

function inJson(sums: Readonly<Record<string, readonly Money[]>>): Record<string, MoneyJson[]> {
  return Object.fromEntries(Object.entries(sums).map(([key, amounts]) => [key, amounts.map(moneyToJson)]));
}

/** A pay-as-you-go group that follows a schedule, as far as both are known. */
export interface ScheduledGroup {
  readonly timeline: Timeline;
  /** Nodes at 100 %. */
  readonly peak: number;
  readonly pool: NodePool;
}

/**
 * What a rule of scale-on-schedule wants of a group; `none` where the rule is not about pay-as-you-go nodes of it, undefined where
 * something that it takes is unknown.
 */
export function scheduledGroup(
  group: DeliveryGroup,
  rule: AnyRule,
  policy: CompiledPolicy,
  target: CompiledTarget,
): ScheduledGroup | 'none' | undefined {
  if (group.charge === 'subscription') return 'none';
  const [pool, ...others] = group.pools ?? [];
  const timeline =
    typeof rule['schedule'] === 'string' ? policy.timelines[timelineKey(rule['schedule'], target.calendar, target.timezone)] : undefined;
  const peak = peakOf(rule['peak'], group.tags);
  if (group.charge === undefined || group.status !== 'PUBLISHED' || pool?.strategy === undefined || others.length > 0) return undefined;
  return timeline === undefined || peak === undefined ? undefined : { timeline, peak, pool };
}

/** As scale-on-schedule reads it: a tag that is not a whole number from 1 to 100 is unknown, never guessed. */
function peakOf(peak: unknown, tags: DeliveryGroup['tags']): number | undefined {
  if (peak === undefined) return 0;
  const { tag, otherwise, atMost = mostNodes } = peak as { readonly tag?: string; readonly otherwise?: number; readonly atMost?: number };
  if (tag === undefined || tags === undefined) return undefined;
  const text = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (text === undefined) return otherwise;
  const nodes = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : Number.NaN;
  return nodes <= mostNodes ? Math.min(nodes, atMost) : undefined;
}

/** Nodes that the pool has by its strategy at a moment by the service's clock; for usage scaling the most it may have. */
function setNodes({ pool }: ScheduledGroup, { date, minute, weekday }: LocalTime): number {
  const { strategy } = pool;
  if (strategy === undefined) return 0;
  if (strategy.type === 'fixed') return strategy.nodes;
  if (strategy.type === 'usage') return (strategy.nodes ?? 0) + (strategy.maxScaling ?? pool.scalingNodeAmount ?? 0);
  if (strategy.enableDate !== undefined && date < strategy.enableDate) return 0;
  if (strategy.disableDate !== undefined && date >= strategy.disableDate) return 0;
  return strategy.week[weekday]?.find(({ startMinute, endMinute }) => startMinute <= minute && minute < endMinute)?.amount ?? 0;
}

/** Node-milliseconds that the schedule wants in a stretch, exactly. */
function wantedNodeMs({ timeline, peak }: ScheduledGroup, fromMs: EpochMs, untilMs: EpochMs): number {
  let sum = 0;
  for (const { startMs, endMs, level } of timeline.segments) {
    const ms = Math.min(endMs, untilMs) - Math.max(startMs, fromMs);
    if (ms > 0) sum += ms * nodesOf(level, peak);
  }
  return sum;
}
