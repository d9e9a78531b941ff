import type { ActDecision, Decision, HoldDecision, Reason } from '../planning/decision.ts';
import { allHarms } from '../planning/decision.ts';
import { frozen } from '../policy/exception.ts';
import type { GuardContext, ResourceGuardContext } from './guard-context.ts';
import { exceptionReason } from './guard-exceptions.ts';
import { limitsPassed } from './guard-limits.ts';
import { nodesAdded } from './guard-nodes.ts';
import { protectionReason } from './guard-protection.ts';
import { reason } from './reasons.ts';

/** Decides which of some acts are done now and which wait, such as by rings or by places; order and number are those of the acts. */
export type Settle = (acts: readonly ActDecision[]) => readonly Decision[];

/**
 * Turns into holds what must not be done: by resource (horizon, freeze, exceptions, protection), by kind of harm (limits), and by what
 * the planner settles over all. What may not act takes no place of what may, so settling begins anew without each that is held; and beyond a
 * limit nothing of that kind is done, so the order of the decisions makes no difference. Reasons of the guard come first.
 *
 * Yields the acts about which protection is asked next, before it asks.
 */
export function* guarding(
  decisions: readonly Decision[],
  context: GuardContext,
  settle: Settle = (acts) => acts,
): Generator<readonly ActDecision[], readonly Decision[], void> {
  const outcome = new Map<Decision, Decision>();
  /** What may still act, with the decision that it came from. */
  let pending = decisions.flatMap((origin) => (origin.verdict === 'act' ? [{ origin, now: origin }] : []));
  for (;;) {
    const settled = settle(pending.map(({ now }) => now));
    const acting = pending.flatMap((each, at) => {
      const after = settled[at] ?? each.now;
      return after.verdict === 'act' ? [{ ...each, after }] : [];
    });
    const acts = acting.map(({ after }) => after);
    yield acts;
    const held = new Map<Decision, Reason>();
    for (const { origin, after } of acting) {
      const because = forbidden(after, context);
      if (because) held.set(origin, because);
    }
    if (held.size === 0) {
      const passed = limitsPassed(acts, context);
      for (const { origin, now } of pending) {
        const limit = passed.find(({ binds }) => binds(now));
        if (limit) held.set(origin, limit.because);
      }
    }
    if (held.size === 0) {
      const within = nodesAdded(acts, context);
      for (const [at, { origin, now }] of pending.entries()) {
        const after = settled[at] ?? now;
        outcome.set(origin, (after.verdict === 'act' ? within.get(after) : undefined) ?? after);
      }
      return decisions.map((decision) => inOneForm(outcome.get(decision) ?? decision));
    }
    pending = pending.flatMap(({ origin, now }) => {
      const because = held.get(origin);
      if (because === undefined) return [{ origin, now }];
      const left = withoutHarm(now, because);
      if (left !== undefined) return [{ origin, now: left }];
      outcome.set(origin, holdBecause(now, because));
      return [];
    });
  }
}

/** What is left of an act whose harm must not be done; undefined where that is nothing. */
function withoutHarm(decision: ActDecision, because: Reason): ActDecision | undefined {
  const left = decision.action.withoutHarm;
  return left && { ...decision, action: left.action, because: [left.because, because, ...decision.because] };
}

/** A decision without the forms in which its action was not chosen. */
function inOneForm(decision: Decision): Decision {
  if (decision.verdict === 'keep' || decision.action === undefined) return decision;
  const { withoutHarm: _harmless, withoutAdding: _capped, ...action } = decision.action;
  return { ...decision, action };
}

/** The part of it that is about each resource by itself, for functions with limits of their own. */
export function guardByResource(decisions: readonly Decision[], context: ResourceGuardContext): readonly Decision[] {
  return decisions.map((decision) => {
    const because = decision.verdict === 'act' ? forbidden(decision, context) : undefined;
    return because && decision.verdict === 'act' ? holdBecause(decision, because) : decision;
  });
}

/** Why an action must not be done at `nowMs`, limits apart; undefined when it may. Asked of the plan, and again right before the call. */
export function forbidden(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  const harms = allHarms(decision.action);
  const keepsUp = decision.action.restores !== undefined;
  return (
    (keepsUp && harms.length === 0 ? undefined : horizonReason(context)) ??
    (keepsUp && harms.every((harm) => harm === 'spend') ? undefined : freezeReason(context)) ??
    resourceReason(decision, context)
  );
}

/** The same decision as a hold, with the reason in front of its own. */
function holdBecause(decision: ActDecision, because: Reason): HoldDecision {
  return { ...decision, verdict: 'hold', because: [because, ...decision.because] };
}

function horizonReason({ policy, nowMs }: ResourceGuardContext): Reason | undefined {
  if (policy.fromMs <= nowMs && nowMs < policy.untilMs) return undefined;
  const data = { fromMs: policy.fromMs, untilMs: policy.untilMs };
  return reason('policy-horizon', 'The compiled policy does not cover this time: compile and push it again.', data);
}

function freezeReason({ policy, functionName, target, nowMs }: ResourceGuardContext): Reason | undefined {
  const freeze = frozen(policy, functionName, target.timezone, nowMs);
  return freeze && reason('frozen', `Frozen: ${freeze.because}`, { because: freeze.because });
}

function resourceReason(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  const resource = context.resourceOf(decision.resource.id);
  // Without the resource nothing can be told about protection; this happens only when `settle` makes up decisions.
  if (!resource) return reason('protection-unknown', 'The resource of this decision was not observed.');
  return exceptionReason(decision.action, resource, context) ?? protectionReason(decision.action, resource, context);
}
