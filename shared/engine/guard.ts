import { frozen } from '../policy/exception.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from './decision.ts';
import type { GuardContext, ResourceGuardContext } from './guard-context.ts';
import { exceptionReason } from './guard-exceptions.ts';
import { limitReasons } from './guard-limits.ts';
import { protectionReason } from './guard-protection.ts';
import { reason } from './reasons.ts';

/**
 * Turns into holds what must not be done: first by resource (horizon, freeze, exceptions, protection), then by kind (limits). Beyond a
 * limit nothing of that kind is done, so the order of the decisions makes no difference. Reasons of the guard come first.
 */
export function guard(decisions: readonly Decision[], context: GuardContext): readonly Decision[] {
  const byResource = guardByResource(decisions, context);
  const sessions = limitReasons(byResource, context, 'sessions');
  const withinSessions = holdAll(byResource, sessions);
  return holdAll(withinSessions, limitReasons(withinSessions, context, 'actions'));
}

/** The first part of it, for functions with limits of their own. */
export function guardByResource(decisions: readonly Decision[], context: ResourceGuardContext): readonly Decision[] {
  return decisions.map((decision) => {
    const because = decision.verdict === 'act' ? forbidden(decision, context) : undefined;
    return because && decision.verdict === 'act' ? holdBecause(decision, because) : decision;
  });
}

/** Why an action must not be done at `nowMs`, limits apart; undefined when it may. Asked of the plan, and again right before the call. */
export function forbidden(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  if (decision.action.takesBack) return resourceReason(decision, context);
  return horizonReason(context) ?? freezeReason(decision, context) ?? resourceReason(decision, context);
}

/** The same decision as a hold, with the reason in front of its own. */
function holdBecause(decision: ActDecision, because: Reason): HoldDecision {
  return { ...decision, verdict: 'hold', because: [because, ...decision.because] };
}

function holdAll(decisions: readonly Decision[], reasons: ReadonlyMap<Decision, Reason>): readonly Decision[] {
  return decisions.map((decision) => {
    const because = reasons.get(decision);
    return because && decision.verdict === 'act' ? holdBecause(decision, because) : decision;
  });
}

function horizonReason({ policy, nowMs }: ResourceGuardContext): Reason | undefined {
  if (policy.fromMs <= nowMs && nowMs < policy.untilMs) return undefined;
  const data = { fromMs: policy.fromMs, untilMs: policy.untilMs };
  return reason('policy-horizon', 'The compiled policy does not cover this time: compile and push it again.', data);
}

function freezeReason({ action }: ActDecision, { policy, functionName, target, nowMs }: ResourceGuardContext): Reason | undefined {
  const freeze = action.evenFrozen ? undefined : frozen(policy, functionName, target.timezone, nowMs);
  return freeze && reason('frozen', `Frozen: ${freeze.because}`, { because: freeze.because });
}

function resourceReason(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  const resource = context.resourceOf(decision.resource.id);
  // Without the resource nothing can be told about protection; this happens only when `settle` makes up decisions.
  if (!resource) return reason('protection-unknown', 'The resource of this decision was not observed.');
  return exceptionReason(decision.action, resource, context) ?? protectionReason(decision.action, resource, context);
}
