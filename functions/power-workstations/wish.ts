import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import { timelineKey } from '../../shared/policy/compiled.ts';
import { isUnknown, lastBoundary, levelAt, nextBoundary } from '../../shared/policy/schedule.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import { reason } from './reasons.ts';

/** On or off. */
export type Power = 'on' | 'off';

/** What is wanted of a workstation at one moment, and the stretch between two steps of the schedule in which the moment lies. */
export interface Wish {
  readonly power: Power;
  /** The last step; undefined where none is known. */
  readonly sinceMs: EpochMs | undefined;
  /** The next step; undefined where none is known. */
  readonly untilMs: EpochMs | undefined;
}

/** What a schedule wants now, or why that cannot be told. Exceptions change no wish here: they can only forbid, which the guard sees to. */
export function wishOf(schedule: string, { policy, target, nowMs }: PlanContext): Wish | { readonly hold: Reason } {
  const timeline = policy.timelines[timelineKey(schedule, target.calendar, target.timezone)];
  if (timeline === undefined) {
    const text = `the policy has no timeline of schedule ${schedule} for ${target.name}; push it again`;
    return { hold: reason('schedule-not-compiled', text) };
  }
  if (isUnknown(timeline, nowMs)) {
    return { hold: reason('unpublished-day', 'the kind of this day is not published yet, and the calendar says hold') };
  }
  return {
    power: isZero(levelAt(timeline, nowMs)) ? 'off' : 'on',
    sinceMs: lastBoundary(timeline, nowMs),
    untilMs: nextBoundary(timeline, nowMs),
  };
}
