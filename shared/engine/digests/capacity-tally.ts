import type { EpochMs } from '../../client/clock.ts';
import { nodePriceKey, type PricedNode } from '../../fleet/node-price-key.ts';
import type { Level, Timeline, ZoneTable } from '../../policy/compiled.ts';
import { add, type Money, type MoneyJson, moneyToJson, timesHours, zero } from '../../policy/money.ts';
import { levelAt } from '../../policy/schedule.ts';
import { nodesOf } from '../../policy/values/level.ts';
import { type LocalTime, localTimeAt } from '../../policy/zones.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { type ScheduledGroup, setNodes, wantedNodeMs } from './scheduled-nodes.ts';

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
