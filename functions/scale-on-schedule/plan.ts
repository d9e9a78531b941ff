import type { Need, PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { nodePriceKey } from '../../shared/fleet/node-price-key.ts';
import { refOf } from '../../shared/fleet/resource.ts';
import type { IntentView, WrittenValue } from '../../shared/journal/intents/intent-view.ts';
import type { ActDecision, Decision, Reason } from '../../shared/planning/decision.ts';
import { firstMatch, pastHorizon, perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import { actionOf } from './change.ts';
import type { CompiledScaleRule } from './compiled-rule.ts';
import { costsOf, mergingCost } from './cost.ts';
import { exceptionEffects } from './desired-state.ts';
import { groupState } from './group-state.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { byTwoClocks } from './two-clocks.ts';
import { leftAsItIs, undoDeviation } from './undo.ts';
import { type Draft, rearmedBeforeEnd, verdictOn } from './verdict.ts';
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
  const averted = draft.decision.rule === null ? undone.decision : rearmedBeforeEnd(undone.decision, group, context);
  const decision = leftAsItIs(averted, group, context) ?? averted;
  return decision === undone.decision ? undone : { decision };
}

function draftOf(group: DeliveryGroup, context: PlanContext): Draft {
  const { policy, target, nowMs } = context;
  const resource = refOf(group);
  const decided = (verdict: 'hold' | 'keep', rule: string | null, because: readonly Reason[]): Draft => ({
    decision: { rule, resource, verdict, because } satisfies Decision,
  });
  const match = firstMatch(rulesFor(policy, target), group, context);
  const { rule } = match;
  if (nowMs >= policy.untilMs) return decided('hold', rule === undefined ? match.named : rule.name, [pastHorizon]);
  if (rule === undefined && match.verdict === 'hold') return decided('hold', match.named, match.because);
  const effects = exceptionEffects(group, context, serviceDay(policy, nowMs));
  if (rule === undefined) {
    const floor = effects.floors.find(({ untilMs }) => nowMs < untilMs);
    if (floor === undefined) return decided('keep', null, match.because);
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
  const { transition, native } = pricing;
  const day = serviceDay(context.policy, context.nowMs);
  const extra = native?.extraNodeMinutes ? formatMoney(mergingCost(native, price)) : undefined;
  return {
    ...decision,
    action: actionOf(transition, (form) => costsOf(pricing, form, price, day)),
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

/** The rules of scale-on-schedule for a target, in the order of the policy. */
const rulesFor = perTarget((policy, target) =>
  rulesOf<CompiledScaleRule>(policy, 'scale-on-schedule', target).map((rule) => ({
    rule,
    matches: cachedMatcher(rule.groups, policy.zones[target.timezone]),
  })),
);

/** So many drafts of one context are remembered that nobody has asked for again: some pages of a fleet. */
const most = 500;

/** Something that a draft asked of the journal, with the answer. */
type Asked =
  | { readonly resource: string; readonly setting: string; readonly values: readonly WrittenValue[] }
  | { readonly resource: string; readonly setting: string; readonly external: ReturnType<IntentView['external']> };

interface Remembered {
  readonly draft: Draft;
  readonly asked: readonly Asked[];
}

/** The drafts of one context, and the context in which they are made: its journal notes what it is asked. */
interface Memory {
  readonly drafts: Map<DeliveryGroup, Remembered>;
  readonly context: PlanContext;
  asked: Asked[];
}

type MakeDraft = (group: DeliveryGroup, context: PlanContext) => Draft;

const memories = new WeakMap<PlanContext, Memory>();

/** Makes the draft of a group in a context, and remembers it for the next `takeDraft`. */
function keepDraft(group: DeliveryGroup, context: PlanContext, make: MakeDraft): Draft {
  const memory = memoryOf(context);
  memory.asked = [];
  const draft = make(group, memory.context);
  if (memory.drafts.size >= most) memory.drafts.clear();
  memory.drafts.set(group, { draft, asked: memory.asked });
  return draft;
}

/**
 * The draft of a group in a context, the one that was kept where there is one; it is forgotten then. A journal may learn more while a run
 * goes on, since it reads old histories only when they are asked for: what the draft had asked is asked again, and another answer makes
 * a new one.
 */
function takeDraft(group: DeliveryGroup, context: PlanContext, make: MakeDraft): Draft {
  const drafts = memories.get(context)?.drafts;
  const known = drafts?.get(group);
  if (known === undefined) return make(group, context);
  drafts?.delete(group);
  return answersStand(known.asked, context.written) ? known.draft : make(group, context);
}

function memoryOf(context: PlanContext): Memory {
  let memory = memories.get(context);
  if (memory === undefined) {
    memory = newMemory(context);
    memories.set(context, memory);
  }
  return memory;
}

function newMemory(context: PlanContext): Memory {
  const { written } = context;
  const noting: IntentView = {
    values: (resource, setting) => {
      const values = written.values(resource, setting);
      memory.asked.push({ resource, setting, values });
      return values;
    },
    external: (resource, setting) => {
      const external = written.external(resource, setting);
      memory.asked.push({ resource, setting, external });
      return external;
    },
  };
  const memory: Memory = { drafts: new Map(), context: { ...context, written: noting }, asked: [] };
  return memory;
}

/** Asks all of it again, whatever the first answers are: the journal notes what was asked for in vain. */
function answersStand(asked: readonly Asked[], written: IntentView): boolean {
  let stand = true;
  for (const each of asked) {
    const { resource, setting } = each;
    if ('values' in each) {
      stand = sameValues(written.values(resource, setting), each.values) && stand;
    } else {
      const external = written.external(resource, setting);
      stand = external?.value === each.external?.value && external?.sinceMs === each.external?.sinceMs && stand;
    }
  }
  return stand;
}

function sameValues(a: readonly WrittenValue[], b: readonly WrittenValue[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ value, atMs, outcome }, i) => value === b[i]?.value && atMs === b[i]?.atMs && outcome === b[i]?.outcome)
  );
}
