import type { EpochMs } from '../../shared/client/clock.ts';
import type { NativeWeek } from '../../shared/fleet/delivery-group.ts';
import type { Segment } from '../../shared/policy/compiled.ts';
import { nodesOf } from '../../shared/policy/values/level.ts';

/** A half-open stretch of time in which a count of nodes is wanted; outside all stretches it is zero. */
export interface Step {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly nodes: number;
}

/** A stretch of time. */
export interface Span {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** The nodes that segments mean for a peak, cut to `[fromMs, untilMs)`; touching steps of equal count are joined, zero is left out. */
export function stepsOf(segments: readonly Segment[], peak: number, { fromMs, untilMs }: Span): Step[] {
  const steps: Step[] = [];
  for (let i = firstEndingAfter(segments, fromMs); i < segments.length; i++) {
    const segment = segments[i] as Segment;
    if (segment.startMs >= untilMs) break;
    append(steps, Math.max(segment.startMs, fromMs), Math.min(segment.endMs, untilMs), nodesOf(segment.level, peak));
  }
  return steps;
}

/** Nodes wanted at an instant. */
export function nodesAt(steps: readonly Step[], ms: EpochMs): number {
  return steps.find((step) => step.startMs <= ms && ms < step.endMs)?.nodes ?? 0;
}

/** The steps with at least `nodes` throughout a span. */
export function raise(steps: readonly Step[], span: Span, nodes: number): Step[] {
  return remade(steps, span, (wanted, startMs) => (span.fromMs <= startMs && startMs < span.untilMs ? Math.max(wanted, nodes) : wanted));
}

/** The steps without any lowering inside a span: from its start, where lowering is forbidden already, the highest so far counts. */
export function ratchet(steps: readonly Step[], span: Span): Step[] {
  let highest = nodesAt(steps, span.fromMs - 1);
  return remade(steps, span, (wanted, startMs) => {
    if (startMs < span.fromMs || startMs >= span.untilMs) return wanted;
    highest = Math.max(highest, wanted);
    return highest;
  });
}

/** The part of the steps that lies in a span. */
export function clip(steps: readonly Step[], { fromMs, untilMs }: Span): Step[] {
  const clipped: Step[] = [];
  for (const step of steps) append(clipped, Math.max(step.startMs, fromMs), Math.min(step.endMs, untilMs), step.nodes);
  return clipped;
}

function remade(steps: readonly Step[], span: Span, nodes: (wanted: number, startMs: EpochMs) => number): Step[] {
  const cuts = new Set([span.fromMs, span.untilMs, ...steps.flatMap((step) => [step.startMs, step.endMs])]);
  const sorted = [...cuts].sort((a, b) => a - b);
  const result: Step[] = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const startMs = sorted[i] as EpochMs;
    append(result, startMs, sorted[i + 1] as EpochMs, nodes(nodesAt(steps, startMs), startMs));
  }
  return result;
}

/** Adds a stretch behind steps; touching ones of equal count are joined, one without nodes or length is left out. */
export function append(steps: Step[], startMs: EpochMs, endMs: EpochMs, nodes: number): void {
  if (nodes <= 0 || endMs <= startMs) return;
  const last = steps.at(-1);
  if (last !== undefined && last.endMs === startMs && last.nodes === nodes) steps[steps.length - 1] = { ...last, endMs };
  else steps.push({ startMs, endMs, nodes });
}

function firstEndingAfter(segments: readonly Segment[], ms: EpochMs): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle] as Segment).endMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Work on a week that is done once for each week object. A fleet shares few weeks, and writing them out is most of the cost of an action.
 * Weeks are never changed after they were made.
 */
export function perWeek<T>(work: (week: NativeWeek) => T): (week: NativeWeek) => T {
  const done = new WeakMap<NativeWeek, { readonly result: T }>();
  return (week) => {
    const known = done.get(week);
    if (known !== undefined) return known.result;
    const result = work(week);
    done.set(week, { result });
    return result;
  };
}
