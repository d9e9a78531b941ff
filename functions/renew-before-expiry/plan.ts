import { waiting } from '../../shared/engine/reasons.ts';
import { refOf } from '../../shared/fleet/resource.ts';
import { mayExpire, type Subscribable } from '../../shared/fleet/subscription.ts';
import { endAfter, periodText, type SubscriptionPeriod } from '../../shared/fleet/subscription-period.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { firstMatch, pastHorizon, perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import { localText } from '../../shared/planning/local-time.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { matcher } from '../../shared/policy/selector.ts';
import {
  type AnswerResult,
  aheadReason,
  answerTo,
  askReason,
  isSilenceOver,
  isTimeToAnswerOver,
  priceCapReason,
  questionOf,
  weekOfSilence,
} from './asking.ts';
import type { Ask, CompiledRenewRule, OrderRule } from './compiled-rule.ts';
import { orderOf, priceOf, type RenewalPrice } from './order.ts';
import { monthIn, monthsFor } from './purchase/month.ts';
import { billedText } from './purchase/settle.ts';
import { reason } from './reasons.ts';
import type { Asked, ClaimFacts, OpenClaim, Question, RenewalContext, RenewalFacts, RenewalPlanner, RenewalStep } from './run/planner.ts';

/**
 * Decides about the renewal of one resource. Pure: the same resource, policy, facts and `now` give the same step. It asks for the claims
 * only of what is due, for a price only where a claim could be made, for approvals only where the price needs one.
 */
export const planner: RenewalPlanner = {
  decide(resource, facts, context) {
    const { policy, target, nowMs } = context;
    const open = facts.claims?.open;
    const verdict = verdictsOn(resource, open && openReason(open, resource.id, context));
    if (nowMs >= policy.untilMs) return verdict('hold', null, pastHorizon);
    const match = firstMatch(rulesFor(policy, target)[resource.kind], resource, context);
    const { rule } = match;
    if (rule === undefined) return verdict(match.verdict, match.named, ...match.because);
    if (!mayExpire(resource)) return verdict('keep', rule.name, reason('not-a-subscription', 'it is paid as it goes and does not expire'));
    const { expiresAtMs } = resource;
    if (rule.kind === 'never') {
      const near = expiresAtMs !== undefined && nowMs < expiresAtMs && nowMs >= expiresAtMs - rule.leadMs;
      const kept = verdict('keep', rule.name, reason('lets-lapse', 'the rule says never to renew'));
      return near ? { ...kept, letsLapse: true } : kept;
    }
    if (resource.charge === undefined) return verdict('hold', rule.name, reason('charge-unknown', 'the answer did not say how it is paid'));
    if (expiresAtMs === undefined) {
      return verdict('hold', rule.name, reason('expiry-unknown', 'it has no expiry that can be read; look it up in the console'));
    }
    if (nowMs < expiresAtMs - rule.leadMs) {
      return verdict('keep', rule.name, reason('not-due', `expires ${localText(expiresAtMs, context)}`, { expiresAtMs }));
    }
    return dueStep({ resource, expiresAtMs, rule, facts, context });
  },
};

/** A resource whose expiry is near, under a rule that orders. */
interface Due {
  readonly resource: Subscribable;
  readonly expiresAtMs: number;
  readonly rule: OrderRule;
  readonly facts: RenewalFacts;
  readonly context: RenewalContext;
}

const autoRenewalOn = reason(
  'auto-renewal-on',
  'billing shows that the console renews it by itself; switch that off there, or let no rule renew it',
);

type NotOrdered = Extract<RenewalStep, { decision: { verdict: 'keep' | 'hold' } }>;

/** `claimed`: an order that has no end yet. It is said instead of anything else, such as that nobody renews: whoever did so by hand would pay twice. */
function verdictsOn(resource: Subscribable, claimed?: Reason) {
  return (verdict: 'keep' | 'hold', rule: string | null, ...because: readonly Reason[]): NotOrdered => {
    const found = claimed ? { verdict: 'hold', because: [claimed] } : { verdict, because };
    return { decision: { ...found, rule, resource: refOf(resource) } } as NotOrdered;
  };
}

function hold({ resource, rule }: Due, because: readonly Reason[], question?: Question): NotOrdered {
  const held = verdictsOn(resource)('hold', rule.name, ...because);
  return question === undefined ? held : { ...held, question };
}

function dueStep(due: Due): RenewalStep {
  const { resource, expiresAtMs, rule, facts, context } = due;
  // What was ordered comes first: an order under way is followed up whatever else holds.
  if (facts.claims === undefined) return { need: { kind: 'claims' } };
  const claimed = claimReason(facts.claims, resource.id, context);
  if (claimed) return hold(due, [claimed]);
  const unfit = notOrderable(due) ?? ineligibility(resource);
  if (unfit) return hold(due, [unfit]);
  if (context.target.billing !== undefined) {
    if (facts.autoRenewal === undefined) return { need: { kind: 'auto-renewal' } };
    if (facts.autoRenewal === 'on') return hold(due, [autoRenewalOn]);
  }

  const price = priceOf(resource, rule.period, rule, facts);
  if (price === 'ask') return { need: { kind: 'quote', period: rule.period } };
  if (!price.ok) return hold(due, price.because);
  const forbidden = priceCapReason(price.value.reserve, rule, context) ?? aheadReason(endAfter(expiresAtMs, rule.period), rule, context);
  if (forbidden) return hold(due, [forbidden]);

  const { ask } = rule;
  if (ask === undefined) return orderedUnapproved(due, price.value);
  return askedStep(due, ask, askReason(price.value.reserve, facts.claims.lastPaid(rule.period), ask), price.value);
}

/** Why the rule or the calendar forbids an order, whatever the resource. */
function notOrderable({ expiresAtMs, rule, context }: Due): Reason | undefined {
  const { nowMs } = context;
  if (nowMs >= expiresAtMs) {
    const text = `it expired ${localText(expiresAtMs, context)}; whether it can still be renewed is for you to see in the console`;
    return reason('expired', text, { expiresAtMs });
  }
  if (rule.consoleAutoRenew === 'disabled') return undefined;
  const text = 'the rule says that the console renews it; switch that off there, then write consoleAutoRenew: disabled';
  return reason('console-auto-renew', text);
}

function ordered(due: Due, purchase: Parameters<typeof orderOf>[3]): RenewalStep {
  const { resource, expiresAtMs, rule, context } = due;
  const { policy, nowMs } = context;
  // What expires too soon to wait is ordered all the same: its money is set aside in both months.
  if (monthsFor(expiresAtMs, nowMs, monthIn(policy.zones[policy.timezone] ?? { transitions: [] })).length === 0) {
    const text = 'the month is about to change or has just changed; the order is placed after that, in the month in which it counts';
    return hold(due, [reason('month-change', text, waiting)]);
  }
  return orderOf(resource, expiresAtMs, rule, purchase, context);
}

function orderedUnapproved(due: Due, price: RenewalPrice): RenewalStep {
  return ordered(due, { period: due.rule.period, price, approvedBy: undefined, unasked: false, because: [] });
}

/** `why` people have to be asked; where they need not, a refusal still holds: it is of the renewal, at whatever price. */
function askedStep(due: Due, ask: Ask, why: string | undefined, price: RenewalPrice): RenewalStep {
  const { rule, facts, context } = due;
  if (facts.approvals === undefined) return { need: { kind: 'approvals', circle: ask.who, links: ask.links ?? false } };
  const question = questionOf(ask, rule, price.reserve, facts.claims?.lastWasUnasked ?? false);
  const { answer, ...result } = answerTo(question, why ?? '', facts.approvals, due.resource.id, context);
  if (why === undefined && answer.state !== 'refused') return orderedUnapproved(due, price);
  return withAsked(afterAnswer(due, question, price, result), { question, answer });
}

/** The step that an answer leads to. */
function afterAnswer(due: Due, question: Question, price: RenewalPrice, answer: AnswerResult): RenewalStep {
  const { rule, context } = due;
  if ('approvedBy' in answer) {
    const { approvedBy, because } = answer;
    return ordered(due, { period: rule.period, price, approvedBy, unasked: false, because: [because] });
  }
  if (answer.refused) return hold(due, [answer.waits]);
  return isSilenceOver(due.expiresAtMs, rule, context) ? silentStep(due, answer.waits, question) : hold(due, [answer.waits], question);
}

function withAsked(step: RenewalStep, asked: Asked): RenewalStep {
  return 'decision' in step ? { ...step, asked } : step;
}

/** Nobody has answered in time, and the rule says to gain a week. No approval is needed for that; ceilings and budget hold as ever. */
function silentStep(due: Due, waits: Reason, question: Question): RenewalStep {
  const { resource, rule, facts, context } = due;
  if (facts.claims?.lastWasUnasked) {
    return hold(due, [reason('unanswered-before', 'nobody has answered again, and a week is ordered once in a row only'), waits], question);
  }
  if (facts.askedAtMs === undefined) return { need: { kind: 'asked' } };
  if (!isTimeToAnswerOver(due.expiresAtMs, facts.askedAtMs, context)) return hold(due, [waits], question);
  const period: SubscriptionPeriod = weekOfSilence;
  const price = priceOf(resource, period, rule, facts);
  if (price === 'ask') return { need: { kind: 'quote', period } };
  if (!price.ok) return hold(due, [...price.because, waits], question);
  const forbidden = priceCapReason(price.value.reserve, rule, context);
  if (forbidden) return hold(due, [forbidden, waits], question);
  const because = [reason('unanswered', `nobody has answered, so ${periodText(period)} is ordered instead of ${periodText(rule.period)}`)];
  return ordered(due, { period, price: price.value, approvedBy: undefined, unasked: true, because });
}

/** The rules of renew-before-expiry for each kind of resource of a target, in the order of the policy. */
const rulesFor = perTarget((policy, target) => {
  const rules = rulesOf<CompiledRenewRule>(policy, 'renew-before-expiry', target);
  const ready = (selectorOf: (rule: CompiledRenewRule) => CompiledSelector | undefined) =>
    rules.flatMap((rule) => {
      const selector = selectorOf(rule);
      // A key that is spelled otherwise is told by the other functions; here a hold could let a subscription end.
      return selector === undefined ? [] : [{ rule, matches: matcher(selector, policy.zones[target.timezone], 'exact') }];
    });
  return { workstation: ready(({ workstations }) => workstations), 'delivery-group': ready(({ groups }) => groups) };
});

/** A group serves; under any other status what a renewal does is not documented (service notes, States). */
const groupStatus = 'PUBLISHED';

/** No list of a workstation's states is published; these are the ones in which nothing is being built or broken (service notes, unverified). */
const workstationStatuses: ReadonlySet<string> = new Set(['RUNNING', 'STOPPED', 'STARTING', 'STOPPING']);

/** Why a resource is not in a state to be renewed; undefined when it is. */
function ineligibility(resource: Subscribable): Reason | undefined {
  const { status } = resource;
  const data = { status: status ?? null };
  if (resource.kind === 'delivery-group') {
    if (status === groupStatus) return undefined;
    return reason('status', `its status is ${status ?? 'unknown'}, and renewing is known to work under ${groupStatus} only`, data);
  }
  if (resource.spot) return reason('spot', 'it is a spot instance');
  if (status !== undefined && workstationStatuses.has(status)) return undefined;
  return reason('status', `its status is ${status ?? 'unknown'}, and renewing is not known to work under that`, data);
}

/** Time that an order is given to move the expiry before anybody is told, in milliseconds (purchase protocol, P9). */
const settlingMs = 15 * 60_000;

/** Why what was ordered before forbids an order of a resource now; undefined when it does not. */
function claimReason({ open, spent, spentAtMs, movedBackFromMs }: ClaimFacts, id: string, context: RenewalContext): Reason | undefined {
  if (open) return openReason(open, id, context);
  if (!spent) return undefined;
  if (spentAtMs !== undefined) {
    const text = `it was renewed at ${localText(spentAtMs, context)}, and reads may not show it yet`;
    return reason('order-under-way', text);
  }
  const before =
    movedBackFromMs === undefined
      ? 'this very expiry was renewed before'
      : `the expiry lies before ${localText(movedBackFromMs, context)}, to which it had been renewed: a refund, perhaps`;
  const text = `${before}. Look in the bill; if it is to be renewed again, run 'streamwarden resolve ${id} --refunded'`;
  return reason('expiry-claimed', text, { movedBackFromMs });
}

function openReason({ n, atMs, answer, orderId, truth }: OpenClaim, id: string, context: RenewalContext): Reason {
  const data = { claim: n, order: orderId };
  const order = orderId === undefined ? 'an order' : `order ${orderId}`;
  const since = localText(atMs, context);
  if (answer === 'rejected' || answer === 'not-sent') {
    return reason('order-closing', 'the last order was not placed; it is being closed as void, and the next run goes on', data);
  }
  const settling = context.nowMs < atMs + settlingMs;
  // Whoever began it may be dead: that it was placed is said of an order that is known.
  if (settling && answer === undefined)
    return reason('order-begun', `an order was begun at ${since}, and whether it was placed is not known yet`, data);
  if (settling && answer === 'ordered')
    return reason('order-under-way', `${order} was placed at ${since}, and the expiry has not moved yet`, data);
  if (truth?.state === 'paid' || truth?.state === 'unpaid')
    return reason(`order-${truth.state}`, billedText(truth, since), { claim: n, order: truth.orderId });
  if (answer === 'ordered') {
    const text = `${order} of ${since} has not moved the expiry. Pay it in the console; or cancel it there, then run 'streamwarden resolve ${id} --void --order ${orderId}'`;
    return reason('order-unpaid', text, data);
  }
  const text = `whether an order of ${since} was placed is not known. Look for it in the bill; if none is there, run 'streamwarden resolve ${id} --void'. It is never sent again by itself`;
  return reason('order-unclear', text, data);
}
