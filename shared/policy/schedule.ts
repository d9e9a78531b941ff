import type { EpochMs } from '../client/clock.ts';
import type { Level, Segment, Timeline } from './compiled.ts';

/** The level outside all periods. */
const levelZero: Level = { nodes: 0 };

/** The segment that contains an instant, or undefined where the level is zero. Segments are ascending and do not overlap. */
export function segmentAt(segments: readonly Segment[], ms: EpochMs): Segment | undefined {
  const segment = segments[firstEndingAfter(segments, ms)];
  return segment !== undefined && segment.startMs <= ms ? segment : undefined;
}

/** The level at an instant; zero (`{ nodes: 0 }`) outside all periods. Meaningful in `[fromMs, untilMs)` of the timeline only. */
export function levelAt(timeline: Timeline, ms: EpochMs): Level {
  return segmentAt(timeline.segments, ms)?.level ?? levelZero;
}

/**
 * The first instant after `ms` at which the schedule's level changes, or undefined when none is known. Where the timeline itself
 * begins or ends is not a step of the schedule and never given.
 */
export function nextBoundary(timeline: Timeline, ms: EpochMs): EpochMs | undefined {
  const { segments, fromMs, untilMs } = timeline;
  for (let i = firstEndingAfter(segments, ms); i < segments.length; i++) {
    const segment = segments[i] as Segment;
    if (segment.startMs > ms && segment.startMs > fromMs) return segment.startMs;
    if (segment.endMs < untilMs) return segment.endMs;
  }
  return undefined;
}

/** The last instant at or before `ms` at which the level changed, or undefined when it lies before the timeline. */
export function lastBoundary(timeline: Timeline, ms: EpochMs): EpochMs | undefined {
  const { segments, fromMs } = timeline;
  const i = firstEndingAfter(segments, ms);
  const segment = segments[i];
  if (segment !== undefined && segment.startMs <= ms) return segment.startMs > fromMs ? segment.startMs : undefined;
  return segments[i - 1]?.endMs;
}

/** Whether an instant lies in a day whose kind is not published and whose calendar says `hold`. */
export function isUnknown(timeline: Timeline, ms: EpochMs): boolean {
  return timeline.unknown.some((stretch) => stretch.startMs <= ms && ms < stretch.endMs);
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
