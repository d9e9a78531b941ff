import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { type Segment, type Timeline, timelineKey } from '../../shared/policy/compiled.ts';
import { type KeptSpan, keptSpans } from '../../shared/policy/exception.ts';
import { isUnknown, lastBoundary, levelAt, nextBoundary } from '../../shared/policy/schedule.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import { reason } from './reasons.ts';

/** On or off. */
export type Power = 'on' | 'off';

/** What is wanted of a workstation at one moment, and the stretch between two steps of the schedule in which the moment lies. */
export interface DesiredState {
  readonly power: Power;
  /** The last step; undefined where none is known. */
  readonly sinceMs: EpochMs | undefined;
  /** The next step; undefined where none is known. */
  readonly untilMs: EpochMs | undefined;
  /** The last step of the schedule alone: from off to on, or back. */
  readonly stepMs: EpochMs | undefined;
  /** The exception that keeps it on where the schedule does not. */
  readonly kept?: KeptSpan;
  /** Said of a day whose kind is not published: it is taken for an ordinary one. */
  readonly unpublished?: Reason;
}

const unpublished = reason('unpublished-day', 'the kind of this day is not published yet, so it is switched as on an ordinary day');

/**
 * What a schedule wants of a workstation now, or why that cannot be told. While an exception keeps capacity up it is on, as within the schedule's
 * hours, and the ends of the exception are steps like the schedule's.
 */
export function desiredState(schedule: string, workstation: Workstation, context: PlanContext): DesiredState | { readonly hold: Reason } {
  const { policy, target, nowMs } = context;
  const timeline = policy.timelines[timelineKey(schedule, target.calendar, target.timezone)];
  if (timeline === undefined) {
    const text = `the policy has no timeline of schedule ${schedule} for ${target.name}; push it again`;
    return { hold: reason('schedule-not-compiled', text) };
  }
  const { spans, unknown } = keptSpans(policy, target, workstation, nowMs);
  const scheduled = isZero(levelAt(timeline, nowMs)) ? 'off' : 'on';
  const doubt = unknown.find((span) => isWithin(span, nowMs));
  if (doubt !== undefined && scheduled === 'off') {
    return { hold: reason('exception-unknown', `whether an exception keeps it on cannot be told: ${doubt.because}`) };
  }
  const edges = spans.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
  const stretches = onStretches(timeline);
  const stepMs = lastBoundary(stretches, nowMs);
  const kept = scheduled === 'on' ? undefined : spans.findLast((span) => isWithin(span, nowMs));
  const past = [stepMs ?? Number.NEGATIVE_INFINITY, ...edges.filter((ms) => ms <= nowMs)];
  const ahead = [nextBoundary(stretches, nowMs) ?? Number.POSITIVE_INFINITY, ...edges.filter((ms) => ms > nowMs)];
  return {
    power: kept === undefined ? scheduled : 'on',
    stepMs,
    ...(kept === undefined ? {} : { kept }),
    sinceMs: finite(Math.max(...past)),
    untilMs: finite(Math.min(...ahead)),
    ...(isUnknown(timeline, nowMs) ? { unpublished } : {}),
  };
}

const stretchesOf = new WeakMap<Timeline, Timeline>();

/** A schedule as stretches in which it is on. Levels above zero are one and the same to a workstation, so what lies between them is no step. */
function onStretches(timeline: Timeline): Timeline {
  const known = stretchesOf.get(timeline);
  if (known !== undefined) return known;
  const segments: Segment[] = [];
  for (const segment of timeline.segments) {
    if (isZero(segment.level)) continue;
    const last = segments.at(-1);
    if (last?.endMs === segment.startMs) segments[segments.length - 1] = { ...last, endMs: segment.endMs };
    else segments.push(segment);
  }
  const stretches = { ...timeline, segments };
  stretchesOf.set(timeline, stretches);
  return stretches;
}

function isWithin({ fromMs, untilMs }: KeptSpan, ms: EpochMs): boolean {
  return fromMs <= ms && ms < untilMs;
}

function finite(ms: number): EpochMs | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
