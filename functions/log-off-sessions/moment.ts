import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup, NativePeriod, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { SessionGroup } from '../../shared/fleet/session.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { localText, utcText } from '../../shared/planning/local-time.ts';
import { type CompiledPolicy, type CompiledTarget, type Timeline, timelineKey, type ZoneTable } from '../../shared/policy/compiled.ts';
import { type KeptSpan, keptSpans } from '../../shared/policy/exception.ts';
import { type LocalTime, localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledLogOffRule, type Starts, startsKey } from './compiled-rule.ts';
import { reason } from './reasons.ts';

/** Where a rule stands at an instant, for a group. */
export type Moment =
  /** Nothing is to be done. `open`: an exception keeps the group open, so that nobody may be kept out. */
  | { readonly phase: 'outside'; readonly because: Reason; readonly open?: true }
  /** A log-off is near, and the rule keeps new users out until then. */
  | { readonly phase: 'drain'; readonly window: LogOffWindow; readonly because: Reason }
  /** A log-off is due. */
  | { readonly phase: 'open'; readonly window: LogOffWindow; readonly because: Reason }
  /** It cannot be told. */
  | { readonly phase: 'unknown'; readonly because: Reason };

const moments = new WeakMap<PlanContext, Map<CompiledLogOffRule, Moment>>();

/** The moment of a rule for a group. Where no exception is about the group it is worked out once per run, since most groups share few rules. */
export function momentOf(rule: CompiledLogOffRule, group: SessionGroup, context: PlanContext): Moment {
  const kept = keptSpans(context.policy, context.target, group, context.nowMs);
  if (kept.spans.length + kept.unknown.length > 0) return exceptedMoment(rule, kept, context);
  const known = moments.get(context) ?? new Map<CompiledLogOffRule, Moment>();
  moments.set(context, known);
  const moment = known.get(rule) ?? makeMoment(rule, [], context);
  known.set(rule, moment);
  return moment;
}

/** An exception that may apply, and would make a difference now, forbids as one that does. */
function exceptedMoment(rule: CompiledLogOffRule, { spans, unknown }: ReturnType<typeof keptSpans>, context: PlanContext): Moment {
  const { nowMs } = context;
  const moment = makeMoment(rule, spans, context);
  const keeps = spans.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  if (keeps !== undefined && moment.phase === 'outside') {
    const text = `an exception keeps it open until ${localText(keeps.untilMs, context)}: ${keeps.because}`;
    return { phase: 'outside', because: reason('outside-window', text, { untilMs: keeps.untilMs }), open: true };
  }
  if (moment.phase === 'outside') return moment;
  const doubt = unknown.find((span) => {
    const possible = [...spans, span].sort((a, b) => a.fromMs - b.fromMs);
    return makeMoment(rule, possible, context).phase !== moment.phase;
  });
  if (doubt === undefined) return moment;
  return {
    phase: 'unknown',
    because: reason('exception-unknown', `whether an exception keeps it open cannot be told: ${doubt.because}`),
  };
}

function makeMoment(rule: CompiledLogOffRule, kept: readonly KeptSpan[], context: PlanContext): Moment {
  const { policy, target, nowMs } = context;
  const windows = windowsOf(rule, policy, target, kept);
  if (windows === undefined) {
    const text = `the policy has no times of rule ${rule.name} for ${target.name}; push it again`;
    return { phase: 'unknown', because: reason('schedule-not-compiled', text) };
  }
  const window = windows[firstEndingAfter(windows, nowMs)];
  if (window === undefined) return { phase: 'outside', because: reason('outside-window', 'no log-off is ahead') };
  const { startMs, untilMs } = window;
  const phase = startMs <= nowMs ? 'open' : startMs - (rule.drain ?? 0) <= nowMs ? 'drain' : 'outside';
  if (phase === 'outside') {
    return { phase, because: reason('outside-window', `the next log-off is due at ${localText(startMs, context)}`, { startMs }) };
  }
  if (window.unknown) {
    return {
      phase: 'unknown',
      because: reason('unpublished-day', 'the kind of this day is not published yet, and the calendar says hold'),
    };
  }
  const text = `due since ${localText(startMs, context)}, until ${localText(untilMs, context)}`;
  const near = `the log-off is due at ${localText(startMs, context)}`;
  const data = { startMs, untilMs };
  return { phase, window, because: phase === 'open' ? reason('window-open', text, data) : reason('outside-window', near, data) };
}

function firstEndingAfter(windows: readonly LogOffWindow[], ms: EpochMs): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((windows[middle] as LogOffWindow).untilMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

const minuteMs = 60_000;
/** A log-off lapses so long after it was due. */
const lapseMs = 120 * minuteMs;
/** Nobody is logged off so shortly before the next period. */
const clearMs = 10 * minuteMs;

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
  const { schedule, wait } = rule.after;
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

/** How a group stands to the service's own weekly schedule: it has none, or one that is between periods, in one, or shortly before one. */
export type NativeState = 'none' | 'between' | 'in-period' | 'period-near';

type Schedule = Extract<Strategy, { type: 'schedule' }>;

/** What the weekly schedules of a group's pools say at an instant, in the service's zone. `none` unless every pool has one that could be read. */
export function nativeState({ pools }: DeliveryGroup, policy: CompiledPolicy, nowMs: EpochMs): NativeState {
  const zone = policy.zones[policy.serviceTimeZone];
  const schedules = (pools ?? []).map(({ strategy }) => strategy).filter((each): each is Schedule => each?.type === 'schedule');
  if (zone === undefined || schedules.length === 0 || schedules.length < (pools ?? []).length) return 'none';
  const runs = (ms: EpochMs): boolean => schedules.some((schedule) => isIn(schedule, localTimeAt(zone, ms)));
  if (runs(nowMs)) return 'in-period';
  // Periods last fifteen minutes at least, so one that begins within the stretch runs at a minute of it.
  for (let ms = nowMs + minuteMs; ms <= nowMs + clearMs; ms += minuteMs) if (runs(ms)) return 'period-near';
  return 'between';
}

/** Whether the last day itself still runs is not said (service notes), so it counts as if it did. */
function isIn({ week, enableDate, disableDate }: Schedule, { date, minute, weekday }: LocalTime): boolean {
  if (enableDate !== undefined && date < enableDate) return false;
  if (disableDate !== undefined && date > disableDate) return false;
  return (week[weekday] ?? []).some(({ startMinute, endMinute }: NativePeriod) => startMinute <= minute && minute < endMinute);
}
