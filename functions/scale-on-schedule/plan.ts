import type { Need, PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { ActDecision, Decision, Reason } from '../../shared/engine/decision.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { nodePriceKey } from '../../shared/fleet/node-price-key.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import { actionOf } from './change.ts';
import { costsOf, mergingCost } from './cost.ts';
import { coveringRule } from './cover.ts';
import { keepDraft, takeDraft } from './draft-memory.ts';
import { exceptionEffects } from './exception-effects.ts';
import { groupState } from './group-state.ts';
import { lapseAverted } from './lapse.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { byTwoClocks } from './two-clocks.ts';
import { leftAsItIs, undoDeviation } from './undo.ts';
import { type Draft, verdictOn } from './verdict.ts';
import { wantedOf } from './wanted.ts';

/**
 * Decides about the nodes of one delivery group. Pure: the same group, policy, journal and `now` give the same decision. Only groups that
 * would change need a price; without one the cost is left out, since setting nodes is not a purchase.
 */
export const planner: Planner<DeliveryGroup> = {
  needs(group, context) {
    const need = priceNeed(group);
    return need !== undefined && keepDraft(group, context, makeDraft).pricing !== undefined ? [need] : [];
  },
  decide(group, context) {
    const { decision, pricing } = takeDraft(group, context, makeDraft);
    if (decision.verdict !== 'act' || pricing === undefined) return decision;
    const need = priceNeed(group);
    const price = need === undefined ? undefined : context.facts.nodePricePerHour(need.key);
    if (price !== undefined) return priced(decision, pricing, price, context);
    const text = 'these nodes have no price that could be read, so the cost is not estimated';
    return { ...decision, because: [...decision.because, reason('price-unknown', text)] };
  },
  byTwoClocks,
};

/** Deviations of ours and the end of a weekly schedule are looked at whatever else was decided, and before all that may hold. */
function makeDraft(group: DeliveryGroup, context: PlanContext): Draft {
  const draft = draftOf(group, context);
  const undone = undoDeviation(draft.decision, group, context) ?? draft;
  const averted = draft.decision.rule === null ? undone.decision : lapseAverted(undone.decision, group, context);
  const decision = leftAsItIs(averted, group, context) ?? averted;
  return decision === undone.decision ? undone : { decision };
}

function draftOf(group: DeliveryGroup, context: PlanContext): Draft {
  const { policy, nowMs } = context;
  const resource = refOf(group);
  const decided = (verdict: 'hold' | 'keep', rule: string | null, because: readonly Reason[]): Draft => ({
    decision: { rule, resource, verdict, because } satisfies Decision,
  });
  const cover = coveringRule(group, context);
  if (nowMs >= policy.untilMs) {
    const named = (cover.ok ? cover.value?.name : cover.rule) ?? null;
    return decided('hold', named, [reason('policy-horizon', 'the policy was compiled for a time that is over; push it again')]);
  }
  if (!cover.ok) return decided('hold', cover.rule ?? null, cover.because);
  const rule = cover.value;
  const effects = exceptionEffects(group, context, serviceDay(policy, nowMs));
  if (rule === undefined) {
    const floor = effects.floors.find(({ untilMs }) => nowMs < untilMs);
    if (floor === undefined) return decided('keep', null, cover.because);
    const since = floor.fromMs > nowMs ? ` from ${localText(floor.fromMs, context)} on` : '';
    const text = `an exception is to keep ${floor.percent}% of the peak${since}, and no rule says what the peak is: ${floor.because}; add a rule for the group`;
    return decided('hold', null, [reason('exception-without-rule', text)]);
  }
  const state = groupState(group);
  if (!state.ok) return decided('hold', rule.name, state.because);
  const wanted = wantedOf(state.value, rule, effects, context);
  return wanted.ok ? verdictOn(wanted.value, wanted.because, resource, context) : decided('hold', rule.name, wanted.because);
}

/** Adds what the action costs in each of its forms, and what merging costs where something was merged. */
function priced(decision: ActDecision, pricing: NonNullable<Draft['pricing']>, price: Money, context: PlanContext): ActDecision {
  const { before, transition, native } = pricing;
  const day = serviceDay(context.policy, context.nowMs);
  const extra = native?.extraNodeMinutes ? formatMoney(mergingCost(native, price)) : undefined;
  return {
    ...decision,
    action: actionOf(transition, (form) => costsOf(before, form, price, day, (ms) => localText(ms, context))),
    because: decision.because.map((each) =>
      extra !== undefined && (each.code === 'touching-merged' || each.code === 'stepwise')
        ? { ...each, text: `${each.text}, about ${extra} per 30 days`, data: { ...each.data, extraPer30Days: extra } }
        : each,
    ),
  };
}

function priceNeed(group: DeliveryGroup): Need | undefined {
  const instanceType = group.pools?.[0]?.instanceType;
  const { region } = group;
  if (instanceType === undefined || region === undefined) return undefined;
  return { kind: 'node-price', key: nodePriceKey({ region, instanceType }), region, instanceType };
}

function refOf(group: DeliveryGroup): ResourceRef {
  return {
    id: group.id,
    ...(group.name === undefined ? {} : { name: group.name }),
    ...(group.region === undefined ? {} : { region: group.region }),
  };
}
