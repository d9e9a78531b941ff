import type { EpochMs } from '../../shared/client/clock.ts';
import type { Timeline } from '../../shared/policy/compiled.ts';
import { nextBoundary } from '../../shared/policy/schedule.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import type { ExceptionEffects } from './exception-effects.ts';
import { clip, nodesAt, raise, ratchet, type Span, type Step, stepsOf } from './steps.ts';

/** What the schedule and the exceptions want for a group, as counts of nodes. */
export interface Wish {
  readonly timeline: Timeline;
  /** Nodes wanted in a span, exceptions included. */
  between(span: Span): readonly Step[];
  /** The same as if there were neither calendar nor exceptions. */
  ordinary(span: Span): readonly Step[];
  /** Nodes wanted at an instant. */
  at(ms: EpochMs): number;
  /** The most nodes wanted at some time in `[fromMs, untilMs]`. */
  highest(fromMs: EpochMs, untilMs: EpochMs): number;
  /** The first instant after `ms` at which the schedule or an exception takes a step; undefined when none is known. */
  nextStepMs(ms: EpochMs): EpochMs | undefined;
}

/** Builds the wish of a group. `peak` may be 0 only where no level is a percentage. */
export function wishOf(timeline: Timeline, peak: number, effects: ExceptionEffects): Wish {
  const between = (span: Span): readonly Step[] => {
    if (effects.floors.length === 0 && effects.ratchets.length === 0) return stepsOf(timeline.segments, peak, span);
    const fromMs = Math.min(span.fromMs, ...effects.ratchets.map((each) => each.fromMs - 1));
    let steps = stepsOf(timeline.segments, peak, { fromMs, untilMs: span.untilMs });
    for (const floor of effects.floors) steps = raise(steps, floor, Math.ceil((floor.percent * peak) / 100));
    for (const each of effects.ratchets) steps = ratchet(steps, each);
    return clip(steps, span);
  };
  return {
    timeline,
    between,
    ordinary: (span) => stepsOf(timeline.ordinary, peak, span),
    at: (ms) => nodesAt(between({ fromMs: ms, untilMs: ms + 1 }), ms),
    highest: (fromMs, untilMs) => between({ fromMs, untilMs: untilMs + 1 }).reduce((most, { nodes }) => Math.max(most, nodes), 0),
    nextStepMs: (ms) => {
      const edges = [...effects.floors, ...effects.ratchets].flatMap((span) => [span.fromMs, span.untilMs]);
      const next = Math.min(nextBoundary(timeline, ms) ?? Number.POSITIVE_INFINITY, ...edges.filter((edge) => edge > ms));
      return Number.isFinite(next) ? next : undefined;
    },
  };
}

const percentages = new WeakMap<Timeline, boolean>();

/** Whether a timeline has a level that is a part of a peak. */
export function usesPeak(timeline: Timeline): boolean {
  const known = percentages.get(timeline);
  if (known !== undefined) return known;
  const uses = [timeline.segments, timeline.ordinary].some((list) => list.some(({ level }) => !('nodes' in level) && !isZero(level)));
  percentages.set(timeline, uses);
  return uses;
}
