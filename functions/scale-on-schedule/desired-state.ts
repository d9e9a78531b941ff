import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledException, Timeline } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import { nextBoundary } from '../../shared/policy/schedule.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import type { ServiceDay } from './service-day.ts';
import { clip, nodesAt, raise, ratchet, type Span, type Step, stepsOf } from './steps.ts';

/** What the schedule and the exceptions want for a group, as counts of nodes. */
export interface DesiredState {
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

/** Builds the desired state of a group. `peak` may be 0 only where no level is a percentage. */
export function desiredState(timeline: Timeline, peak: number, effects: ExceptionEffects): DesiredState {
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

/** A stretch of time in which an exception asks for something, and why. */
type Because = Span & { readonly because: string };

/** What the exceptions of the policy mean for the nodes of one group. */
export interface ExceptionEffects {
  /** At least this share of the peak, in percent. */
  readonly floors: readonly (Because & { readonly percent: number })[];
  /** No lowering. */
  readonly ratchets: readonly Because[];
  /** No session may be cut; only those that are not over. They do not change the desired state, only how it may be brought about. */
  readonly uncut: readonly Because[];
  /** Why it cannot be told whether an exception of `uncut` applies; undefined when it can. */
  readonly uncutUnknown?: string;
  /**
   * Exceptions about nodes, of today and tomorrow, of which it cannot be told whether they apply: no change lowers nodes in them, and the
   * desired state is as without them.
   */
  readonly doubts: readonly Because[];
}

/** What exceptions mean where there are none. */
export const noEffects: ExceptionEffects = { floors: [], ratchets: [], uncut: [], doubts: [] };

/** The exceptions that keep nodes of a group in the days to come, or its sessions today or tomorrow. Exceptions of other kinds are the guard's. */
export function exceptionEffects(
  group: DeliveryGroup,
  context: PlanContext,
  { ahead, twoDays }: Pick<ServiceDay, 'ahead' | 'twoDays'>,
): ExceptionEffects {
  const { policy, target, nowMs } = context;
  if (policy.exceptions.length === 0) return noEffects;
  const floors: (Because & { readonly percent: number })[] = [];
  const ratchets: Because[] = [];
  const uncut: Because[] = [];
  const doubts: Because[] = [];
  let uncutUnknown: string | undefined;
  for (const exception of policy.exceptions) {
    const when = exception.spans[target.timezone];
    if (when === undefined || when.untilMs <= ahead.fromMs || when.fromMs >= ahead.untilMs) continue;
    const forbidsCuts = exception.never.includes('cut-sessions') && when.untilMs > nowMs && when.fromMs < twoDays.untilMs;
    if (exception.groups === undefined || exception.targets?.includes(target.name) === false) continue;
    if (!concernsNodes(exception) && !forbidsCuts) continue;
    const matches = cachedMatcher(exception.groups, policy.zones[target.timezone])(group, nowMs);
    if (matches === 'no') continue;
    if (matches !== 'yes') {
      const soon = when.fromMs < twoDays.untilMs && when.untilMs > nowMs;
      const because = `${exception.because} (${matches.unknown} is unknown)`;
      if (concernsNodes(exception) && soon) doubts.push({ fromMs: when.fromMs, untilMs: when.untilMs, because });
      if (forbidsCuts) uncutUnknown ??= `"${exception.because}": ${matches.unknown}`;
      continue;
    }
    const base = { fromMs: when.fromMs, untilMs: when.untilMs, because: exception.because };
    if (forbidsCuts) uncut.push(base);
    if (!concernsNodes(exception)) continue;
    if (exception.keepAtLeastPercent !== undefined) floors.push({ ...base, percent: exception.keepAtLeastPercent });
    if (exception.never.includes('scale-down')) ratchets.push(base);
  }
  return { floors, ratchets, uncut, doubts, ...(uncutUnknown === undefined ? {} : { uncutUnknown }) };
}

/** Whether an exception changes how many nodes are wanted. */
function concernsNodes(exception: CompiledException): boolean {
  return exception.keepAtLeastPercent !== undefined || exception.never.includes('scale-down');
}
