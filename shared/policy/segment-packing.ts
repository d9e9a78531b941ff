import type { Level, Segment, Timeline } from './compiled.ts';

/**
 * A timeline as JSON carries it, about a tenth of its plain form: segments are runs of three numbers (gap since the end of the one
 * before, length, position in `levels`), times counted in `unitMs` from `fromMs`.
 */
export interface PackedTimeline extends Omit<Timeline, 'segments' | 'ordinary'> {
  readonly unitMs: number;
  readonly levels: readonly Level[];
  readonly segments: readonly number[];
  readonly ordinary: readonly number[];
}

const minuteMs = 60_000;

/** Packs a timeline; `unpackTimeline` gives it back exactly. */
export function packTimeline(timeline: Timeline): PackedTimeline {
  const all = [...timeline.segments, ...timeline.ordinary];
  const inMinutes = all.every(
    ({ startMs, endMs }) => (startMs - timeline.fromMs) % minuteMs === 0 && (endMs - timeline.fromMs) % minuteMs === 0,
  );
  const unitMs = inMinutes ? minuteMs : 1;
  const levels: Level[] = [];
  const positions = new Map<string, number>();
  const position = (level: Level): number => {
    const key = JSON.stringify(level);
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, levels.length);
    return levels.push(level) - 1;
  };
  const pack = (segments: readonly Segment[]): number[] => {
    let beforeMs = timeline.fromMs;
    return segments.flatMap(({ startMs, endMs, level }) => {
      const run = [(startMs - beforeMs) / unitMs, (endMs - startMs) / unitMs, position(level)];
      beforeMs = endMs;
      return run;
    });
  };
  return { ...timeline, segments: pack(timeline.segments), ordinary: pack(timeline.ordinary), unitMs, levels };
}

/** The timeline behind a packed one. @throws RangeError when the numbers cannot be segments */
export function unpackTimeline(packed: PackedTimeline): Timeline {
  const { unitMs, levels, segments, ordinary, ...rest } = packed;
  const unpack = (runs: readonly number[]): Segment[] => {
    if (runs.length % 3 !== 0) throw new RangeError('segments do not come in threes');
    const result: Segment[] = [];
    let beforeMs = packed.fromMs;
    for (let i = 0; i < runs.length; i += 3) {
      const startMs = beforeMs + (runs[i] as number) * unitMs;
      const endMs = startMs + (runs[i + 1] as number) * unitMs;
      const level = levels[runs[i + 2] as number];
      if (level === undefined || !(startMs >= beforeMs) || !(endMs > startMs)) throw new RangeError('segments are out of order');
      result.push({ startMs, endMs, level });
      beforeMs = endMs;
    }
    return result;
  };
  return { ...rest, segments: unpack(segments), ordinary: unpack(ordinary) };
}
