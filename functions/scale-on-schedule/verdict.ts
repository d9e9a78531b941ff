import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Action, Decision, Reason, Sighted } from '../../shared/engine/decision.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import { unreadValue } from '../../shared/journal/written.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { changeTo, type Lowering, loweringOf, means, reArmAction } from './change.ts';
import type { Comparison } from './cost.ts';
import { type StandsInFor, takenBack } from './deviation.ts';
import { levelOf, loweredFrom } from './levels.ts';
import { arrivalMs, manualChange, type Standing, sightedByOthers } from './manual-change.ts';
import { reArm } from './method-native.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, serviceDay } from './service-day.ts';
import { isOurs, journalValue, settingOf, standingDeviation } from './strategy-value.ts';
import { protectedNow, ratchetAt, type Wanted } from './wanted.ts';

/** A decision that has no price yet. */
export interface Draft {
  readonly decision: Decision;
  /** What the action is to be priced by; absent where nodes stay as they are. */
  readonly compare?: Comparison;
}

type Base = Pick<Decision, 'resource' | 'sighted' | 'readBack'> & { readonly rule: string };

const asWanted = reason('as-wanted', 'as the schedule wants it');

/**
 * What was written last to a pool whose setting the answer does not show, or undefined where the answer shows it. The nodes that are there follow a
 * setting minutes later, so a count alone is neither proof that it is in force nor that somebody changed it.
 */
function unshown({ state }: Wanted, { written }: PlanContext): { readonly value: string | undefined; readonly atMs: number } | undefined {
  if (state.strategy.type !== 'fixed' || !state.strategy.counted) return undefined;
  const last = written.values(state.group.id, settingOf(state)).findLast(({ outcome }) => outcome === 'done');
  return { value: last?.value.startsWith('fixed ') ? last.value : undefined, atMs: last?.atMs ?? 0 };
}

/** Why nothing is to be written; undefined where something is. */
function asItShould(wanted: Wanted, { date }: ServiceDay, context: PlanContext): Reason | undefined {
  const { state, rule, to, standsInFor } = wanted;
  const equal = means(state, to, rule, date) ? asWanted : undefined;
  const ours = to.type === 'fixed' ? unshown(wanted, context) : undefined;
  if (ours?.value === undefined) return equal;
  if (!isOurs(ours.value, journalValue(to, state.charge, standsInFor))) return undefined;
  if (equal !== undefined || context.nowMs - ours.atMs >= arrivalMs) return equal;
  return reason('nodes-on-their-way', `as the schedule wants it since ${localText(ours.atMs, context)}, and the nodes are still to follow`);
}

/** Compares what is wanted with what is there, and decides. */
export function verdictOn(wanted: Wanted, because: readonly Reason[], resource: ResourceRef, context: PlanContext): Draft {
  const { state, rule, to, wish, standsInFor } = wanted;
  const day = serviceDay(context.policy, context.nowMs);
  const settled = asItShould(wanted, day, context);
  const others = settled === asWanted ? setByOthers(wanted, day, context) : [];
  const sighted = [...wanted.standing.sighted, ...others];
  const base: Base = { rule: rule.name, resource, ...(sighted.length > 0 ? { sighted } : {}), ...readBack(wanted, context) };
  if (settled !== undefined) {
    const blocker = because.find(({ code }) => code === 'nodes-in-use' || code === 'unpublished-day');
    return (
      datesOnly(wanted, because, base, context) ??
      (blocker
        ? held(base, [blocker, ...because.filter((each) => each !== blocker)])
        : { decision: { ...base, verdict: 'keep', because: [settled, ...because] } })
    );
  }
  const lowering = loweringOf(state, to, day);
  const deviation = standingDeviation(state, context.written);
  const before = deviation && takenBack(state.strategy, deviation, day.date);
  // What a deviation took is no addition, however long ago that was.
  const highest = Math.max(wanted.standing.highest, before === undefined ? 0 : levelOf(before, state.charge));
  const standing = { ...wanted.standing, highest };
  const action = changeTo(state, to, lowering, { wish, day, standing, standsInFor, deviation });
  const manual = changeByPerson(wanted, lowering.lowers, context);
  if (manual?.stands) return held(base, [manual.because, ...because], action);
  const reasons = manual === undefined ? because : [manual.because, ...because];
  const blocker = blockerOf(wanted, lowering, context);
  const kept = [...sighted, ...loweredFrom(state, to, day, context)];
  const acting = kept.length > 0 ? { ...base, sighted: kept } : base;
  if (blocker !== undefined) {
    const { withoutHarm } = action;
    if (withoutHarm === undefined) return held(base, [blocker, ...reasons], action);
    return { decision: { ...acting, verdict: 'act', because: [withoutHarm.because, blocker, ...reasons], action: withoutHarm.action } };
  }
  return {
    decision: { ...acting, verdict: 'act', because: reasons, action },
    compare: comparisonOf(wanted, deviation, context),
  };
}

/** Whether what was written last shows, which is asked while it has not. */
function readBack({ state }: Wanted, { written }: PlanContext): Pick<Base, 'readBack'> {
  const setting = settingOf(state);
  const unread = unreadValue(written, state.group.id, setting);
  if (unread === undefined || (state.strategy.type === 'fixed' && state.strategy.counted)) return {};
  return isOurs(unread.value, journalValue(state.strategy, state.charge)) ? { readBack: [setting] } : {};
}

const hourMs = 3_600_000;

/**
 * What the journal is to keep where somebody else has made the setting what is wanted. Asked where that may just have happened: a change of somebody
 * stood there, or what is wanted has changed within the hour; an old history need not be read in all the time between.
 */
function setByOthers({ state, wish, to }: Wanted, { minute }: ServiceDay, { written, nowMs }: PlanContext): readonly Sighted[] {
  const { group, strategy, charge } = state;
  const setting = settingOf(state);
  const isFresh = to.type === 'schedule' ? minute < 60 : (wish.nextStepMs(nowMs - hourMs) ?? Number.POSITIVE_INFINITY) <= nowMs;
  if (!isFresh && written.foreign(group.id, setting) === undefined) return [];
  const sighted = sightedByOthers(group.id, setting, journalValue(strategy, charge), written);
  return sighted === undefined ? [] : [sighted];
}

function comparisonOf(
  { state, rule, to, wish, native, ordinary, standsInFor }: Wanted,
  deviation: StandsInFor | undefined,
  context: PlanContext,
): Comparison {
  const { nowMs } = context;
  let untilMs = wish.nextStepMs(nowMs);
  if (ordinary !== undefined && to.type === 'fixed') {
    const midnightMs = nowMs + dayMs - serviceDay(context.policy, nowMs).minute * 60_000;
    while (untilMs !== undefined && untilMs < midnightMs && Math.max(1, wish.at(untilMs)) === to.nodes) untilMs = wish.nextStepMs(untilMs);
    untilMs = Math.min(untilMs ?? midnightMs, midnightMs);
  }
  return {
    ...{ from: state.strategy, to, native, ordinary, untilMs, stepwise: rule.stepwise },
    deviates: { from: deviation, to: standsInFor },
    isFallback: isOwnCount(state, context),
  };
}

/** A count that we wrote where a weekly schedule is wanted again now. */
function isOwnCount({ group, strategy, charge, pool }: Wanted['state'], { written }: PlanContext): boolean {
  if (strategy.type !== 'fixed') return false;
  return written.values(group.id, settingOf({ pool })).some(({ value }) => isOurs(value, journalValue(strategy, charge)));
}

function held(base: Base, because: readonly Reason[], action?: Action): Draft {
  return { decision: { ...base, verdict: 'hold', because, ...(action === undefined ? {} : { action }) } };
}

function changeByPerson(wanted: Wanted, lowers: boolean, context: PlanContext): Standing | undefined {
  const { state, rule, to, wish } = wanted;
  if (unshown(wanted, context)?.value !== undefined) return undefined;
  const difference = {
    resourceId: state.group.id,
    setting: settingOf(state),
    observed: journalValue(state.strategy, state.charge),
    wanted: journalValue(to, state.charge),
    steady: to.type === 'schedule',
    lowers,
  };
  return manualChange(difference, context.written, rule.manualChange, wish.nextStepMs, context.nowMs, (ms) => localText(ms, context));
}

/** Why a change that lowers must not happen now; undefined when it may. */
function blockerOf({ effects, protection }: Wanted, lowering: Lowering, { nowMs }: PlanContext): Reason | undefined {
  if (!lowering.lowers) return undefined;
  const never = ratchetAt(effects, nowMs);
  if (never !== undefined) return reason('exception-never', `lowering is forbidden: ${never.because}`);
  if (lowering.forbidden !== undefined || lowering.sessionsAtRisk === 0 || !protectedNow(protection)) return lowering.forbidden;
  if (!protection.ok) return protection.because[0];
  const text = `lowering could cut a session, and ${protection.value?.text}`;
  return reason('protected', text, { ...waiting, ...protection.value?.data });
}

/**
 * A schedule that is right but for its dates. Whether a person has set the end is asked only here, where it would be moved: with more than
 * 30 days left nothing is contested, and what the journal knows of the group need not be read.
 */
function datesOnly(wanted: Wanted, because: readonly Reason[], base: Base, context: PlanContext): Draft | undefined {
  const { state, to, standsInFor } = wanted;
  if (to.type !== 'schedule' || state.strategy.type !== 'schedule') return undefined;
  const day = serviceDay(context.policy, context.nowMs);
  const due = reArm(state.strategy, day, to);
  if (due.when === 'not-needed') return undefined;
  const manual = changeByPerson(wanted, false, context);
  const action = reArmAction(state, to, standsInFor);
  const reasons = [due.because, ...because];
  if (manual?.stands) return held(base, [manual.because, ...reasons], action);
  // A hold, so that the change stays known until it is undone.
  if (manual !== undefined && due.when === 'later') return held(base, [due.because, manual.because, ...because], action);
  if (due.when === 'later') return { decision: { ...base, verdict: 'keep', because: [asWanted, ...reasons] } };
  const decision: Decision = { ...base, verdict: 'act', because: manual === undefined ? reasons : [manual.because, ...reasons], action };
  // New dates alone cost nothing; a pause that ends early does.
  const isPaused = (state.strategy.enableDate ?? '') > day.date;
  return isPaused ? { decision, compare: comparisonOf(wanted, standingDeviation(state, context.written), context) } : { decision };
}
