import type { EpochMs } from '../../shared/client/clock.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget, Timeline, ZoneTable } from '../../shared/policy/compiled.ts';
import { timelineKey } from '../../shared/policy/compiled.ts';
import type { KeptSpan } from '../../shared/policy/exception.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledLogOffRule, type Starts, startsKey } from './log-off-rule.ts';

const minuteMs = 60_000;
/** A log-off lapses so long after it was due (policy reference). */
const lapseMs = 120 * minuteMs;
/** Nobody is logged off so shortly before the next period (policy reference). */
export const clearMs = 10 * minuteMs;

/** What the id of a window after an exception has behind that of its day. */
export const extension = ' until ';

/** A stretch of time, half-open. */
interface Stretch {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** A stretch of time in which a log-off happens once. */
export interface LogOffWindow {
  /** The same for everything that is done once in it, whoever runs and however often the policy is pushed meanwhile. */
  readonly id: string;
  readonly startMs: EpochMs;
  readonly untilMs: EpochMs;
  /** Its day, or a day that it depends on, is of a kind that is not published, and the calendar says hold. */
  readonly unknown: boolean;
}

/**
 * The windows of a rule on a target, ascending and without overlap; undefined where the policy was not compiled for them. `kept`: when exceptions
 * keep capacity up, ascending. Those are hours like the schedule's: a log-off after the schedule is after them, and one at a time of day that
 * falls into them does not happen.
 */
export function windowsOf(
  rule: CompiledLogOffRule,
  policy: CompiledPolicy,
  target: CompiledTarget,
  kept: readonly KeptSpan[] = [],
): readonly LogOffWindow[] | undefined {
  const zone = policy.zones[target.timezone];
  if (zone === undefined) return undefined;
  if (rule.after === undefined) {
    const starts = rule.starts?.[startsKey(target)];
    return starts && cached(starts, keyOf(kept), () => windowsAt(starts, zone, kept));
  }
  const { schedule, wait = 0 } = rule.after;
  const timeline = policy.timelines[timelineKey(schedule, target.calendar, target.timezone)];
  return timeline && cached(timeline, `${wait} ${keyOf(kept)}`, () => windowsAfter(timeline, wait, zone, kept));
}

function keyOf(kept: readonly KeptSpan[]): string {
  return kept.map(({ fromMs, untilMs }) => `${fromMs}-${untilMs}`).join(',');
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

function windowsAt({ startsMs, unknownMs }: Starts, zone: ZoneTable, kept: readonly KeptSpan[]): readonly LogOffWindow[] {
  const unknown = new Set(unknownMs);
  return startsMs.flatMap((startMs) => {
    if (kept.some(({ fromMs, untilMs }) => fromMs <= startMs && startMs < untilMs)) return [];
    const { date } = localTimeAt(zone, startMs);
    const begins = kept.find(({ fromMs }) => fromMs > startMs && fromMs < startMs + lapseMs)?.fromMs;
    return [{ id: `at-a-time ${date}`, startMs, untilMs: begins ?? startMs + lapseMs, unknown: unknown.has(startMs) }];
  });
}

/** A day's last stretch of periods is one after which the next begins on another day; a night belongs to the day on which it begins. */
function windowsAfter(timeline: Timeline, waitMs: number, zone: ZoneTable, kept: readonly KeptSpan[]): readonly LogOffWindow[] {
  const raised = kept.map(({ fromMs, untilMs }): Stretch => ({ startMs: fromMs, endMs: untilMs }));
  const hours = [...timeline.segments, ...raised].sort((a, b) => a.startMs - b.startMs);
  const scheduled = new Set(timeline.segments.map(({ endMs }) => endMs));
  const stretches = stretchesOf(hours).map((stretch) => ({ ...stretch, date: localTimeAt(zone, stretch.startMs).date }));
  return stretches.flatMap(({ startMs, endMs, date }, index) => {
    const next = stretches[index + 1];
    // Where the timeline itself ends, the schedule need not.
    if (next?.date === date || endMs >= timeline.untilMs) return [];
    const fromMs = endMs + waitMs;
    const untilMs = Math.min(fromMs + lapseMs, next === undefined ? Number.POSITIVE_INFINITY : next.startMs - clearMs);
    if (untilMs <= fromMs) return [];
    const unknown = timeline.unknown.some((doubt) => doubt.startMs < untilMs && startMs < doubt.endMs);
    // Who comes in for an exception goes with it, though others were logged off before it was added.
    const extended = scheduled.has(endMs) ? '' : `${extension}${utcText(endMs)}`;
    return [{ id: `after-${timeline.schedule} ${date}${extended}`, startMs: fromMs, untilMs, unknown }];
  });
}

/** Hours that touch or overlap, whatever their levels, as one stretch. They come ascending by their starts. */
function stretchesOf(hours: readonly Stretch[]): readonly Stretch[] {
  const stretches: { startMs: EpochMs; endMs: EpochMs }[] = [];
  for (const { startMs, endMs } of hours) {
    const last = stretches.at(-1);
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else stretches.push({ startMs, endMs });
  }
  return stretches;
}
