import type { EpochMs } from '../../client/clock.ts';
import type { DeliveryGroup, NodePool } from '../../fleet/delivery-group.ts';
import { type CompiledPolicy, type CompiledTarget, type Timeline, timelineKey } from '../../policy/compiled.ts';
import { mostNodes, nodesOf } from '../../policy/values/level.ts';
import type { LocalTime } from '../../policy/zones.ts';
import type { AnyRule } from './rule-cover.ts';

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
export function setNodes({ pool }: ScheduledGroup, { date, minute, weekday }: LocalTime): number {
  const { strategy } = pool;
  if (strategy === undefined) return 0;
  if (strategy.type === 'fixed') return strategy.nodes;
  if (strategy.type === 'usage') return (strategy.nodes ?? 0) + (strategy.maxScaling ?? pool.scalingNodeAmount ?? 0);
  if (strategy.enableDate !== undefined && date < strategy.enableDate) return 0;
  if (strategy.disableDate !== undefined && date >= strategy.disableDate) return 0;
  return strategy.week[weekday]?.find(({ startMinute, endMinute }) => startMinute <= minute && minute < endMinute)?.amount ?? 0;
}

/** Node-milliseconds that the schedule wants in a stretch, exactly. */
export function wantedNodeMs({ timeline, peak }: ScheduledGroup, fromMs: EpochMs, untilMs: EpochMs): number {
  let sum = 0;
  for (const { startMs, endMs, level } of timeline.segments) {
    const ms = Math.min(endMs, untilMs) - Math.max(startMs, fromMs);
    if (ms > 0) sum += ms * nodesOf(level, peak);
  }
  return sum;
}
