import type { PlanContext } from '../../shared/engine/automation.ts';
import { functionMode } from '../../shared/engine/guard.ts';
import type { DeliveryGroup, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { Decision, Reason } from '../../shared/planning/decision.ts';
import { localDate } from '../../shared/planning/local-time.ts';
import { actionOf, changeTo, loweringOf } from './change.ts';
import { cutProtection } from './cut-protection.ts';
import { exceptionEffects } from './desired-state.ts';
import { compareWeek, fallsIn, nodesIn, type StandsInFor, takenBack } from './deviation.ts';
import { type GroupState, groupState } from './group-state.ts';
import { loweredFrom } from './levels.ts';
import type { DayDeviation } from './native-schedule.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { openDeviation } from './strategy-value.ts';
import { asSet } from './trajectory.ts';
import { acted, type Draft } from './verdict.ts';
import { ratchetAt } from './wanted.ts';

/** Stands for the rule where a deviation is taken back from a group that no rule covers any more. */
const undoRule = 'deviation-undo';

/**
 * Takes back deviations of ours that `draft` leaves in the service: all of them where no rule covers the group any more, and where one does, those
 * of days that are over. What gives capacity back goes first and alone, since nothing may hold it; the rest is an ordinary change.
 * Undefined where there is nothing of that kind.
 */
export function undoDeviation(draft: Decision, group: DeliveryGroup, context: PlanContext): Draft | undefined {
  if (draft.verdict === 'keep' && draft.rule !== null) return undefined;
  if (draft.verdict === 'act' && draft.action.restores === 'capacity' && !draft.action.nodesAdded) return undefined;
  const state = groupState(group);
  if (!state.ok || state.value.charge !== 'pay-as-you-go' || state.value.strategy.type === 'usage') return undefined;
  const { strategy } = state.value;
  const { policy, nowMs, written } = context;
  const progress = openDeviation(state.value, written);
  if (progress === undefined) return undefined;
  const day = serviceDay(policy, nowMs);
  const all = draft.verdict === 'keep' || nowMs >= policy.untilMs;
  const over: StandsInFor = all ? progress : { days: progress.days.filter(({ date }) => date < day.date) };
  // A pause of a group that a rule covers goes on.
  const begins =
    !all && strategy.type === 'schedule' && (strategy.enableDate ?? '') > day.date ? (strategy.enableDate as string) : day.date;
  const change = (some: readonly DayDeviation[]) => {
    const to = takenBack(strategy, { ...over, days: some }, begins);
    return to && { to, ...compareWeek(strategy, to, day) };
  };
  const whole = change(over.days);
  const days = whole?.raises && whole.lowers ? over.days.filter((each) => change([each])?.lowers === false) : over.days;
  const { to, raises, lowers } = change(days) ?? { to: strategy, raises: false, lowers: false };
  // What a rule changes now lowers those days too, and what it raises must not wait for that.
  if (!raises && (!lowers || draft.verdict === 'act')) return undefined;
  const rest: StandsInFor = {
    days: progress.days.filter((each) => !days.includes(each)),
    ...(all || progress.resumes === undefined ? {} : { resumes: progress.resumes }),
  };
  const what = nameOf({ ...over, days });
  const lowering = loweringOf(state.value, to, day);
  const transition = changeTo(state.value, to, lowering, {
    ...{ day, standsInFor: rest, deviation: progress },
    desired: { at: (ms) => nodesIn(to, Math.floor((ms - nowMs) / 60_000), day) },
    // It is what the group had before, so no limit is for it.
    progress: { inForce: true, highest: Number.POSITIVE_INFINITY },
  });
  const blocker = lowers ? blockerOf(state.value, to, lowering.forbidden, context) : undefined;
  const sighted = [...(draft.sighted ?? []), ...loweredFrom(state.value, to, day, context)];
  const said = (code: 'deviation-restored' | 'deviation-stays', state: string) =>
    reason(code, `${what} ${state} an ordinary week`, { dates: days.map(({ date }) => date) });
  const base = { rule: draft.rule ?? undoRule, resource: draft.resource, ...(sighted.length > 0 ? { sighted } : {}) };
  const { charge } = state.value;
  const priced = { from: strategy, charge, before: () => asSet(strategy, charge, progress, day) };
  if (blocker === undefined) return acted(base, [said('deviation-restored', 'is again as in')], { ...priced, transition });
  const because = [blocker, said('deviation-stays', 'still differs from')];
  const { withoutHarm } = transition;
  if (withoutHarm === undefined) return { decision: { ...base, verdict: 'hold', because, action: actionOf(transition) } };
  return acted(base, [withoutHarm.because, ...because], { ...priced, transition: withoutHarm.transition });
}

/**
 * Says each day that a deviation of ours is in the service where scaling only observes: nothing takes it back, and who accepted that once may have
 * forgotten. Undefined where there is none.
 */
export function leftAsItIs(decision: Decision, group: DeliveryGroup, context: PlanContext): Decision | undefined {
  const { policy, nowMs, written } = context;
  const state = groupState(group);
  if (functionMode(policy, 'scale-on-schedule') === 'act' || !state.ok) return undefined;
  const progress = openDeviation(state.value, written);
  const { date } = serviceDay(policy, nowMs);
  if (progress === undefined || takenBack(state.value.strategy, progress, date) === undefined) return undefined;
  // A pause ends by itself.
  if (!progress.days.length && !progress.week && (progress.resumes ?? '') <= date) return undefined;
  const day = localDate(nowMs, context);
  const text = `${nameOf(progress)} is still set apart from an ordinary week, and scale-on-schedule only observes: take it back by hand`;
  const because = [reason('deviation-left', text, { toldAs: `deviation-left ${day}`, day }), ...decision.because];
  return { ...decision, rule: decision.rule ?? undoRule, verdict: 'hold', because };
}

/** What a deviation is, in words. */
function nameOf({ days, week, resumes }: StandsInFor): string {
  const dates = days.map(({ date }) => date);
  return week !== undefined ? 'the weekly schedule' : dates.length > 0 ? dates.join(' and ') : `the time until ${resumes}`;
}

/** Why what lowers waits: an exception, protected sessions, or nodes in use. */
function blockerOf({ group, strategy }: GroupState, to: Strategy, forbidden: Reason | undefined, context: PlanContext): Reason | undefined {
  const day = serviceDay(context.policy, context.nowMs);
  const effects = exceptionEffects(group, context, day);
  // No rule turns what an exception forbids into nodes here, so those that surely apply count as those that may.
  const never = ratchetAt(effects, context.nowMs) ?? fallsIn([...effects.ratchets, ...effects.doubts], strategy, to, day);
  if (never !== undefined) return reason('exception-never', `lowering is forbidden: ${never.because}`);
  const protection = cutProtection(group, effects, context);
  if (!protection.ok) return protection.because[0];
  const { value } = protection;
  return value === undefined ? forbidden : reason('protected', `a weekly schedule lowers nodes unwatched, and ${value.text}`, value.data);
}
