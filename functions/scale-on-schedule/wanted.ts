import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Strategy } from '../../shared/fleet/delivery-group.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import { type Timeline, timelineKey } from '../../shared/policy/compiled.ts';
import { isUnknown } from '../../shared/policy/schedule.ts';
import { addDays, dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf } from '../../shared/policy/zones.ts';
import type { CompiledScaleRule } from './compiled-rule.ts';
import { type CutProtection, cutProtection } from './cut-protection.ts';
import { type DesiredState, desiredState, type ExceptionEffects, exceptionEffects, noEffects, usesPeak } from './desired-state.ts';
import type { StandsInFor } from './deviation.ts';
import { type GroupState, peakOf } from './group-state.ts';
import { type ScheduleProgress, scheduleProgress } from './levels.ts';
import { chooseMethod, fixedStrategy, type MayLower, nativeStrategy, usageStrategy } from './method.ts';
import { type NativeSchedule, nativeSchedule } from './native-schedule.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, serviceDay } from './service-day.ts';
import type { ScheduleStrategy } from './strategy.ts';
import { bootMs, monthDays, pricedSpan, type Wish } from './trajectory.ts';

const minuteMs = 60_000;

/** What a rule wants of a group at this moment. */
export interface Wanted {
  readonly state: GroupState;
  readonly rule: CompiledScaleRule;
  readonly desired: DesiredState;
  readonly effects: ExceptionEffects;
  /** What protects its sessions from cuts, if that can be told. */
  readonly protection: Outcome<CutProtection | undefined>;
  readonly to: Strategy;
  readonly progress: ScheduleProgress;
  /** The same for the 30 days for which a change is priced, under all exceptions that are known, or none. */
  readonly wish: (exceptions: 'all' | 'none') => Wish;
  /** The schedule behind `to` where it is one. */
  readonly native?: NativeSchedule;
  /** What `to` is to be taken back to once nobody wants it; absent where it stands in for nothing. */
  readonly standsInFor?: StandsInFor;
}

/** Works out what a rule wants of a group: peak, levels, exceptions, method, strategy. */
export function wantedOf(state: GroupState, rule: CompiledScaleRule, asked: ExceptionEffects, context: PlanContext): Outcome<Wanted> {
  const { policy, target, nowMs } = context;
  const day = serviceDay(policy, nowMs);
  const timeline = policy.timelines[timelineKey(rule.schedule, target.calendar, target.timezone)];
  if (timeline === undefined) {
    return held(
      reason('schedule-not-compiled', `the policy has no timeline of schedule ${rule.schedule} for ${target.name}; push it again`),
    );
  }
  const peak = peakOf(rule, state.group, usesPeak(timeline));
  if (!peak.ok) return peak;
  // A part of nothing raises nothing, and the schedule goes on.
  const floor =
    rule.peak === undefined ? asked.floors.find((each) => nowMs < each.untilMs && each.fromMs < day.twoDays.untilMs) : undefined;
  const effects = rule.peak === undefined ? { ...asked, floors: [] } : asked;
  const because: Reason[] = [...peak.because, ...exceptionReasons(effects, nowMs)];
  if (floor !== undefined) {
    const text = `an exception is to keep ${floor.percent}% of the peak, and rule ${rule.name} has no peak, so it raises nothing: ${floor.because}; add peak to the rule`;
    because.push(reason('peak-missing', text));
  }
  const [doubt] = asked.doubts;
  if (doubt !== undefined) {
    const text = `whether an exception applies cannot be told, so no change lowers nodes while it lasts: ${doubt.because}; a weekly schedule runs on as it is`;
    because.push(reason('exception-unknown', text));
  }
  const prepared = prepare(timeline, peak.value, effects, rule.stepwise, day);
  const { desired, native } = prepared;
  const progress = scheduleProgress(state, rule, timeline, peak.value, context);
  const protection = cutProtection(state.group, effects, context);
  const method = chooseMethod({ rule, charge: state.charge, protection, native });
  if (!method.ok) return method;
  because.push(...method.because);
  const wish = (exceptions: 'all' | 'none'): Wish => {
    const month = pricedSpan(day);
    const all = exceptionEffects(state.group, context, { ahead: month, twoDays: month });
    const some = exceptions === 'none' ? noEffects : rule.peak === undefined ? { ...all, floors: [] } : all;
    const by = method.value === 'usage' ? method.value : rule.method === 'fixed' ? 'fixed' : 'service-schedule';
    const { strategy, charge } = state;
    const { data } = (protection.ok && protection.value) || {};
    const isOwners = data !== undefined && data['by'] !== 'exception';
    return {
      ...{ desired: prepare(timeline, peak.value, some, rule.stepwise, day).desired, by, charge, stepwise: rule.stepwise },
      warmUp: typeof rule.warmUp === 'boolean' ? rule.warmUp : strategy.type !== 'schedule' || strategy.warmUp !== false,
      countsAhead: rule.warmUp !== false,
      protectedSpans: [
        ...all.uncut.map(({ fromMs, untilMs }) => ({ fromMs, untilMs })),
        ...(isOwners ? [{ fromMs: nowMs, untilMs: Number(data['untilMs'] ?? Number.POSITIVE_INFINITY) }] : []),
      ],
    };
  };
  const known = { state, rule, desired, effects, protection, progress, wish };
  if (method.value === 'service-schedule') {
    const schedule = native();
    const to = prepared.strategyFor(state.strategy, typeof rule.warmUp === 'boolean' ? rule.warmUp : undefined);
    if (!to.ok) return to;
    const { deviations, resumes } = schedule;
    return found(
      { ...known, to: to.value, native: schedule, standsInFor: { days: deviations, ...(resumes === undefined ? {} : { resumes }) } },
      ...because,
      ...mergingReasons(schedule, rule),
      ...to.because,
    );
  }
  if (isUnknown(timeline, nowMs))
    because.push(reason('unpublished-day', 'the kind of this day is not published yet, so its nodes are those of an ordinary week'));
  const nodes = method.value === 'fixed' && rule.warmUp !== false ? desired.highest(nowMs, nowMs + bootMs) : desired.at(nowMs);
  const to: Outcome<Strategy> =
    method.value === 'fixed' ? fixedStrategy(state, nodes, day, mayLower(effects, protection, nowMs)) : usageStrategy(state, nodes, day);
  if (!to.ok) return held(...to.because, ...because);
  const isFallback = method.because.some(({ code }) => code === 'not-expressible' || code === 'protected-no-edge');
  if (to.value.type !== 'fixed' || !isFallback || native().gapAtMidnight)
    return found({ ...known, to: to.value }, ...because, ...to.because);
  const untilMs = endOfCount(known, day);
  const standsInFor = { days: [], week: native().ordinary, ...(untilMs === undefined ? {} : { untilMs }) };
  return found({ ...known, to: to.value, standsInFor }, ...because, ...to.because);
}

/**
 * When counts in place of a weekly schedule are over, as far as is known: at the first midnight after which the schedule serves, since nothing protects
 * sessions and no nodes are wanted through the midnight after that one. Undefined: not within 30 days.
 */
function endOfCount({ desired, wish }: Pick<Wanted, 'desired' | 'wish'>, { zone, date }: ServiceDay): EpochMs | undefined {
  const { protectedSpans } = wish('all');
  const midnight = (ahead: number) => instantOf(zone, localMsOf(addDays(date, ahead), 0));
  for (let days = 1; days <= monthDays; days++) {
    const [endMs, nextMs] = [midnight(days), midnight(days + 1)];
    const isThrough = desired.at(nextMs - minuteMs) > 0 && desired.at(nextMs) > 0;
    if (!isThrough && !protectedSpans.some(({ fromMs, untilMs }) => fromMs < midnight(days + 2) && endMs < untilMs)) return endMs;
  }
  return undefined;
}

function mayLower(effects: ExceptionEffects, protection: Wanted['protection'], nowMs: number): MayLower {
  if (ratchetAt(effects, nowMs) !== undefined) return 'nothing';
  return protectedNow(protection) ? 'when-idle' : 'not-in-use';
}

/** How far ahead it is looked for a step that changes a count, in milliseconds: as far as costs are estimated. */
const stepWithinMs = 30 * dayMs;

/** The first step after `ms` from which on another count is wanted; undefined where none is known. One ahead of which it was raised is none. */
export function nextCountMs({ desired, to, rule }: Pick<Wanted, 'desired' | 'to' | 'rule'>, ms: EpochMs): EpochMs | undefined {
  const aheadMs = to.type === 'fixed' && rule.warmUp !== false ? bootMs : 0;
  const countAt = (atMs: EpochMs) => Math.max(to.type === 'fixed' ? 1 : 0, desired.highest(atMs, atMs + aheadMs));
  const now = countAt(ms);
  let step = desired.nextStepMs(ms);
  while (step !== undefined && step < ms + stepWithinMs) {
    if (countAt(step) !== now) return step;
    step = desired.nextStepMs(step);
  }
  return undefined;
}

/** The exception that forbids lowering at an instant, or may; undefined when none does. */
export function ratchetAt({ ratchets, doubts }: ExceptionEffects, ms: EpochMs): ExceptionEffects['ratchets'][number] | undefined {
  return [...ratchets, ...doubts].find((span) => span.fromMs <= ms && ms < span.untilMs);
}

/** Whether sessions are protected from cuts at this very moment; where that cannot be told they are taken to be. */
export function protectedNow(protection: Wanted['protection']): boolean {
  return !protection.ok || protection.value?.now === true;
}

function exceptionReasons(effects: ExceptionEffects, nowMs: number): Reason[] {
  return effects.floors
    .filter((floor) => floor.fromMs <= nowMs && nowMs < floor.untilMs)
    .map((floor) => reason('exception-raises', `at least ${floor.percent}% of the peak: ${floor.because}`, { percent: floor.percent }));
}

function mergingReasons(native: NativeSchedule, rule: CompiledScaleRule): Reason[] {
  if (!native.merged) return [];
  const data = { extraNodeHoursPerWeek: Math.round(native.extraNodeMinutes / 6) / 10 };
  if (rule.stepwise) {
    const text =
      'merged periods follow the steps; without a run after the last one this weekday keeps its amount; merging alone would add ' +
      `${data.extraNodeHoursPerWeek} node-hours a week`;
    return [reason('stepwise', text, data)];
  }
  const merged = 'steps that touch, or are too short or too many, became one period at the higher level';
  if (native.extraNodeMinutes === 0) return [reason('touching-merged', merged)];
  return [reason('touching-merged', `${merged}: ${data.extraNodeHoursPerWeek} node-hours a week more`, data)];
}

/** A desired state that many groups share, with its weekly schedule worked out when first asked for. */
interface Prepared {
  readonly desired: DesiredState;
  native(): NativeSchedule;
  /** The weekly schedule to write for a pool that has `observed` now. `warmUp`: what the rule says of it, if anything. */
  strategyFor(observed: Strategy, warmUp: boolean | undefined): Outcome<ScheduleStrategy>;
}

interface Shelf {
  readonly date: string;
  readonly minute: number;
  readonly zone: object;
  readonly prepared: Map<string, Prepared>;
}

const shelves = new WeakMap<Timeline, Shelf>();

/**
 * The desired state for a timeline and a peak under some exceptions. Most groups of a fleet share all of them, and a week depends on nothing else
 * but the service's date and minute, so it is worked out once. Kept for later runs of the process too.
 */
function prepare(timeline: Timeline, peak: number, effects: ExceptionEffects, stepwise: boolean, day: ServiceDay): Prepared {
  let shelf = shelves.get(timeline);
  if (shelf === undefined || shelf.date !== day.date || shelf.minute !== day.minute || shelf.zone !== day.zone) {
    shelf = { date: day.date, minute: day.minute, zone: day.zone, prepared: new Map() };
    shelves.set(timeline, shelf);
  }
  const key = `${peak}|${stepwise}|${effectsKey(effects)}`;
  let prepared = shelf.prepared.get(key);
  if (prepared === undefined) {
    prepared = make(desiredState(timeline, peak, effects), stepwise, day);
    shelf.prepared.set(key, prepared);
  }
  return prepared;
}

/** Exceptions by what they ask: their places in the policy change with the target, and when somebody adds one or ends one. */
function effectsKey({ floors, ratchets }: ExceptionEffects): string {
  return floors.length + ratchets.length === 0 ? '' : JSON.stringify([floors, ratchets]);
}

function make(desired: DesiredState, stepwise: boolean, day: ServiceDay): Prepared {
  let schedule: NativeSchedule | undefined;
  const usual = new Map<boolean, Outcome<ScheduleStrategy>>();
  const native = () => {
    schedule ??= nativeSchedule(desired, day, stepwise);
    return schedule;
  };
  return {
    desired,
    native,
    strategyFor(observed, asked) {
      // A pool that says nothing of warm-up gets it, so that its nodes are ready when a period begins.
      const warmUp = asked ?? (observed.type === 'schedule' ? observed.warmUp : undefined) ?? true;
      let strategy = usual.get(warmUp);
      if (strategy === undefined) {
        strategy = nativeStrategy(native(), warmUp, day);
        usual.set(warmUp, strategy);
      }
      return strategy;
    },
  };
}
