import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import { unreadValue } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Decision, Reason, Sighted } from '../../shared/planning/decision.ts';
import { allHarms } from '../../shared/planning/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { actionOf, changeTo, extended, type Lowering, loweringOf, means, reArmed, type Transition, within } from './change.ts';
import type { Pricing } from './cost.ts';
import { fallsIn, type StandsInFor, takenBack } from './deviation.ts';
import { levelOf, loweredFrom, type ScheduleProgress } from './levels.ts';
import { arrivalMs, manualChange, type PersonsChange, sightedByOthers } from './manual-change.ts';
import { reArm } from './method.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, serviceDay } from './service-day.ts';
import { isOurs, journalValue, openDeviation, settingOf } from './strategy-value.ts';
import { asSet, countAt, followed, staying } from './trajectory.ts';
import { nextCountMs, protectedNow, ratchetAt, type Wanted } from './wanted.ts';

/** A decision that has no price yet. */
export interface Draft {
  readonly decision: Decision;
  /** What its action is to be priced by; absent where nodes stay as they are. */
  readonly pricing?: Pricing;
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

/** What is told though the nodes are as wanted: somebody is to look at it. */
const toldAllTheSame: ReadonlySet<string> = new Set([
  'nodes-in-use',
  'unpublished-day',
  'peak-missing',
  'exception-unknown',
  'protection-unknown',
]);

/** Compares what is wanted with what is there, and decides. */
export function verdictOn(wanted: Wanted, because: readonly Reason[], resource: ResourceRef, context: PlanContext): Draft {
  const { state, rule, to, desired, standsInFor } = wanted;
  const day = serviceDay(context.policy, context.nowMs);
  const settled = asItShould(wanted, day, context);
  const others = settled === asWanted ? setByOthers(wanted, day, context) : [];
  const sighted = [...wanted.progress.sighted, ...others];
  const base: Base = { rule: rule.name, resource, ...(sighted.length > 0 ? { sighted } : {}), ...readBack(wanted, context) };
  if (settled !== undefined) {
    const blocker = because.find(({ code }) => toldAllTheSame.has(code));
    return (
      datesOnly(wanted, because, base, context) ??
      (blocker
        ? held(base, [blocker, ...because.filter((each) => each !== blocker)])
        : { decision: { ...base, verdict: 'keep', because: [settled, ...because] } })
    );
  }
  const lowering = loweringOf(state, to, day);
  const deviation = openDeviation(state, context.written);
  const transition = changeTo(state, to, lowering, { desired, day, progress: progressOf(wanted, deviation, day), standsInFor, deviation });
  const action = actionOf(transition);
  const manual = changeByPerson(wanted, lowering.lowers, context);
  if (manual?.stands) return held(base, [manual.because, ...because], action);
  const reasons = manual === undefined ? because : [manual.because, ...because];
  const blocker = blockerOf(wanted, lowering, action, day);
  const kept = [...sighted, ...loweredFrom(state, to, day, context)];
  const acting = kept.length > 0 ? { ...base, sighted: kept } : base;
  if (blocker !== undefined) {
    const { withoutHarm } = transition;
    const told = [blocker, ...reasons.filter((each) => each !== blocker)];
    if (withoutHarm === undefined) return held(base, told, action);
    return acted(acting, [withoutHarm.because, ...told], pricingOf(wanted, withoutHarm.transition, context));
  }
  return acted(acting, reasons, pricingOf(wanted, transition, context));
}

/**
 * What a change that a rule wants is priced by. A count of ours under a schedule that stands unchanged is no setting that stays: it follows that schedule,
 * and is a weekly one again where it was to stand in for that for some time. One that was never the schedule's, but an exception's, stays until the
 * schedule's next step.
 */
function pricingOf({ state, progress, native, wish }: Wanted, transition: Transition, context: PlanContext): Pricing {
  const { group, strategy, charge } = state;
  const { written, policy, nowMs } = context;
  const today = serviceDay(policy, nowMs);
  const before = () => {
    const deviation = openDeviation(state, written);
    const observed = journalValue(strategy, charge);
    const own = written.values(group.id, settingOf(state)).findLast(({ value }) => isOurs(value, observed));
    if (strategy.type === 'schedule' || !progress.isKnown || !own) return asSet(strategy, charge, deviation, today);
    const untilMs = (deviation?.week && deviation.untilMs) ?? Number.POSITIVE_INFINITY;
    const usual = { ...wish('none'), protectedSpans: [{ fromMs: nowMs, untilMs }] };
    const level = levelOf(strategy, charge);
    const follows = followed(usual, today);
    if (countAt(usual, own.atMs) === level) return follows;
    return staying(level, Math.min(untilMs, usual.desired.nextStepMs(nowMs) ?? untilMs), follows, today);
  };
  return { transition, from: strategy, charge, before, after: () => followed(wish('all'), today), native };
}

/** How the group stands. What a deviation took is no addition, however long ago that was. */
function progressOf({ state, progress }: Wanted, deviation: StandsInFor | undefined, day: ServiceDay): ScheduleProgress {
  const ordinary = deviation && takenBack(state.strategy, deviation, day.date);
  return { ...progress, highest: Math.max(progress.highest, ordinary === undefined ? 0 : levelOf(ordinary, state.charge)) };
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
function setByOthers({ state, desired, to }: Wanted, { minute }: ServiceDay, { written, nowMs }: PlanContext): readonly Sighted[] {
  const { group, strategy, charge } = state;
  const setting = settingOf(state);
  const isFresh = to.type === 'schedule' ? minute < 60 : (desired.nextStepMs(nowMs - hourMs) ?? Number.POSITIVE_INFINITY) <= nowMs;
  if (!isFresh && written.external(group.id, setting) === undefined) return [];
  const sighted = sightedByOthers(group.id, setting, journalValue(strategy, charge), written);
  return sighted === undefined ? [] : [sighted];
}

/** A decision to make a change in one of its forms. */
export function acted(base: Base, because: readonly Reason[], pricing: Pricing): Draft {
  return { decision: { ...base, verdict: 'act', because, action: actionOf(pricing.transition) }, pricing };
}

function held(base: Base, because: readonly Reason[], action?: Action): Draft {
  return { decision: { ...base, verdict: 'hold', because, ...(action === undefined ? {} : { action }) } };
}

function changeByPerson(wanted: Wanted, lowers: boolean, context: PlanContext): PersonsChange | undefined {
  const { state, rule, to, desired } = wanted;
  if (unshown(wanted, context)?.value !== undefined) return undefined;
  const difference = {
    resourceId: state.group.id,
    setting: settingOf(state),
    observed: journalValue(state.strategy, state.charge),
    wanted: journalValue(to, state.charge),
    steppedSince: (ms: EpochMs) => to.type !== 'schedule' && (nextCountMs(wanted, ms) ?? Number.POSITIVE_INFINITY) <= context.nowMs,
    lowers,
  };
  const { written, nowMs } = context;
  return manualChange(difference, {
    ...{ written, nowMs, mode: rule.manualChange, nextStepMs: desired.nextStepMs },
    localText: (ms) => localText(ms, context),
  });
}

/** Why a change that lowers must not happen now; undefined when it may. */
function blockerOf({ state, to, effects, protection }: Wanted, lowering: Lowering, action: Action, day: ServiceDay): Reason | undefined {
  const never = (lowering.lowers ? ratchetAt(effects, day.nowMs) : undefined) ?? fallsIn(effects.doubts, state.strategy, to, day);
  if (never !== undefined) return reason('exception-never', `lowering is forbidden: ${never.because}`);
  // Nobody watches what a weekly schedule lowers later.
  if (!protection.ok && to.type === 'schedule' && allHarms(action).length > 0) return protection.because[0];
  if (!lowering.lowers) return undefined;
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
  const deviation = openDeviation(state, context.written);
  const transition = reArmed(state, to, within({ standsInFor, progress: progressOf(wanted, deviation, day) }, to, state));
  const action = actionOf(transition);
  const reasons = [due.because, ...because];
  if (manual?.stands) return held(base, [manual.because, ...reasons], action);
  // A hold, so that the change stays known until it is undone.
  if (manual !== undefined && due.when === 'later') return held(base, [due.because, manual.because, ...because], action);
  if (due.when === 'later') return { decision: { ...base, verdict: 'keep', because: [asWanted, ...reasons] } };
  const told = manual === undefined ? reasons : [manual.because, ...reasons];
  return acted(base, told, pricingOf(wanted, transition, context));
}

/**
 * A decision that holds, where the weekly schedule of the group would end within two days meanwhile: the week that is there is sent again with new
 * dates, whatever the change waits for. A group that no rule covers, and a schedule whose end a person has set, are left as they are. Where
 * it cannot be sent the hold says so first, since the group would have no nodes from then on.
 */
export function rearmedBeforeEnd(decision: Decision, group: DeliveryGroup, { policy, nowMs, written }: PlanContext): Decision {
  const { rule, because } = decision;
  const [pool, other] = group.pools ?? [];
  if (decision.verdict !== 'hold' || rule === null || pool?.strategy?.type !== 'schedule') return decision;
  const { strategy } = pool;
  const day = serviceDay(policy, nowMs);
  const due = reArm(strategy, day);
  if (due.when !== 'now' || due.because.code !== 'lapses-soon') return decision;
  const unaverted = (why: string) =>
    reason('lapse-unaverted', `the weekly schedule ends on ${strategy.disableDate}, and then there are no nodes: ${why}`, due.because.data);
  if (because.some(({ code }) => code === 'manual-change')) {
    return { ...decision, because: [...because, unaverted('a person has set it so')] };
  }
  const state = { group, pool, charge: group.charge ?? ('pay-as-you-go' as const), strategy };
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= day.date;
  if (ended && !written.values(group.id, settingOf(state)).some(({ value }) => isOurs(value, journalValue(strategy, state.charge)))) {
    return decision;
  }
  const isWhole = group.status === 'PUBLISHED' && !other && !group.unreadable.some((field) => field.startsWith('NodePool'));
  const averted = isWhole ? extended(state, day, openDeviation(state, written)) : undefined;
  if (averted === undefined) {
    const why = 'its status, its pools or its periods do not allow to extend it here; extend it in the console';
    return { ...decision, because: [unaverted(why), ...because] };
  }
  return { ...decision, verdict: 'act', rule, because: [averted.because, ...because], action: actionOf(averted.transition) };
}
