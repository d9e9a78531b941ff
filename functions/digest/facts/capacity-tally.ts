import type { EpochMs } from '../../../shared/client/clock.ts';
import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';
import {
  type CompiledPolicy,
  type CompiledTarget,
  type Level,
  type Timeline,
  timelineKey,
  type ZoneTable,
} from '../../../shared/policy/compiled.ts';
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

/** Adds up what scheduled groups have and want, whatever their number. */
export class CapacityTally {
  /** What the service's clock shows at each step: asked once, not for each group. */
  readonly #serviceTimes: readonly LocalTime[];
  readonly #levels = new Map<Timeline, readonly Level[]>();
  readonly #fromMs: EpochMs;
  readonly #wanted: number[] = new Array<number>(steps).fill(0);
  readonly #set: number[] = new Array<number>(steps).fill(0);
  #groups = 0;
  #unknown = 0;

  /** `fromMs`: where the figures begin. */
  constructor(options: { readonly serviceZone: ZoneTable; readonly fromMs: EpochMs }) {
    this.#serviceTimes = stepTimes(options.fromMs).map((ms) => localTimeAt(options.serviceZone, ms));
    this.#fromMs = options.fromMs;
  }

  /** Takes a group of which too much is unknown to say anything. */
  leaveOut(): void {
    this.#unknown += 1;
  }

  /** Takes a group. */
  take(group: ScheduledGroup): void {
    this.#groups += 1;
    for (const [step, level] of this.#levelsOf(group.timeline).entries()) {
      this.#wanted[step] = (this.#wanted[step] ?? 0) + nodesOf(level, group.peak);
      this.#set[step] = (this.#set[step] ?? 0) + setNodes(group, this.#serviceTimes[step] as LocalTime);
    }
  }

  /** The figures for plots. */
  get capacity(): FleetFacts['capacity'] {
    return { fromMs: this.#fromMs, stepMs, wanted: this.#wanted, set: this.#set, groups: this.#groups, unknown: this.#unknown };
  }

  #levelsOf(timeline: Timeline): readonly Level[] {
    const known = this.#levels.get(timeline) ?? stepTimes(this.#fromMs).map((ms) => levelAt(timeline, ms));
    this.#levels.set(timeline, known);
    return known;
  }
}

function stepTimes(fromMs: EpochMs): readonly EpochMs[] {
  return Array.from({ length: steps }, (_, step) => fromMs + step * stepMs);
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
