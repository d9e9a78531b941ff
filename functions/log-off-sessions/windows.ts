import type { EpochMs } from '../../shared/client/clock.ts';
import type { CompiledPolicy, CompiledTarget, Segment, Timeline, ZoneTable } from '../../shared/policy/compiled.ts';
import { timelineKey } from '../../shared/policy/compiled.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledLogOffRule, type Starts, startsKey } from './log-off-rule.ts';

const minuteMs = 60_000;
/** A log-off lapses so long after it was due (policy reference). */
const lapseMs = 120 * minuteMs;
/** Nobody is logged off so shortly before the next period (policy reference). */
export const clearMs = 10 * minuteMs;

/** A stretch of time in which a log-off happens once. */
export interface LogOffWindow {
  /** The same for everything that is done once in it, whoever runs and however often the policy is pushed meanwhile. */
  readonly id: string;
  readonly startMs: EpochMs;
  readonly untilMs: EpochMs;
  /** Its day, or a day that it depends on, is of a kind that is not published, and the calendar says hold. */
  readonly unknown: boolean;
}

/** The windows of a rule on a target, ascending and without overlap; undefined where the policy was not compiled for them. */
export function windowsOf(rule: CompiledLogOffRule, policy: CompiledPolicy, target: CompiledTarget): readonly LogOffWindow[] | undefined {
  const zone = policy.zones[target.timezone];
  if (zone === undefined) return undefined;
  if (rule.after === undefined) {
    const starts = rule.starts?.[startsKey(target)];
    return starts && cached(starts, '', () => windowsAt(starts, zone));
  }
  const { schedule, wait = 0 } = rule.after;
  const timeline = policy.timelines[timelineKey(schedule, target.calendar, target.timezone)];
  return timeline && cached(timeline, String(wait), () => windowsAfter(timeline, wait, zone));
}

const shelves = new WeakMap<object, Map<string, readonly LogOffWindow[]>>();

/** Most groups of a fleet share few rules, so the windows of a horizon are worked out once. */
function cached(owner: object, key: string, make: () => readonly LogOffWindow[]): readonly LogOffWindow[] {
  const shelf = shelves.get(owner) ?? new Map<string, readonly LogOffWindow[]>();
  shelves.set(owner, shelf);
  const windows = shelf.get(key) ?? make();
  shelf.set(key, windows);
  return windows;
}

function windowsAt({ startsMs, unknownMs }: Starts, zone: ZoneTable): readonly LogOffWindow[] {
  const unknown = new Set(unknownMs);
  return startsMs.map((startMs) => {
    const { date } = localTimeAt(zone, startMs);
    return { id: `at-a-time ${date}`, startMs, untilMs: startMs + lapseMs, unknown: unknown.has(startMs) };
  });
}

/** A day's last stretch of periods is one after which the next begins on another day; a night belongs to the day on which it begins. */
function windowsAfter(timeline: Timeline, waitMs: number, zone: ZoneTable): readonly LogOffWindow[] {
  const stretches = stretchesOf(timeline.segments).map((stretch) => ({ ...stretch, date: localTimeAt(zone, stretch.startMs).date }));
  return stretches.flatMap(({ startMs, endMs, date }, index) => {
    const next = stretches[index + 1];
    // Where the timeline itself ends, the schedule need not.
    if (next?.date === date || endMs >= timeline.untilMs) return [];
    const fromMs = endMs + waitMs;
    const untilMs = Math.min(fromMs + lapseMs, next === undefined ? Number.POSITIVE_INFINITY : next.startMs - clearMs);
    if (untilMs <= fromMs) return [];
    const unknown = timeline.unknown.some((doubt) => doubt.startMs < untilMs && startMs < doubt.endMs);
    return [{ id: `after-${timeline.schedule} ${date}`, startMs: fromMs, untilMs, unknown }];
  });
}

/** Segments that touch, whatever their levels, as one stretch. */
function stretchesOf(segments: readonly Segment[]): readonly { readonly startMs: EpochMs; readonly endMs: EpochMs }[] {
  const stretches: { startMs: EpochMs; endMs: EpochMs }[] = [];
  for (const { startMs, endMs } of segments) {
    const last = stretches.at(-1);
    if (last?.endMs === startMs) last.endMs = endMs;
    else stretches.push({ startMs, endMs });
  }
  return stretches;
}
