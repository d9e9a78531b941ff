import { frozen } from '../policy/exception.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from './decision.ts';
import type { GuardContext } from './guard-context.ts';
import { exceptionReason } from './guard-exceptions.ts';
import { limitReasons } from './guard-limits.ts';
import { protectionReason } from './guard-protection.ts';
import { reason } from './reasons.ts';

/**
 * Turns into holds what must not be done: first by resource (horizon, freeze, exceptions, protection), then by kind (limits). Beyond a
 * limit nothing of that kind is done, so the order of the decisions makes no difference. Reasons of the guard come first.
 */
export function guard(decisions: readonly Decision[], context: GuardContext): readonly Decision[] {
  const freeze = frozen(context.policy, context.functionName, context.target.timezone, context.nowMs);
  const horizon = horizonReason(context);
  const byResource = decisions.map((decision) => {
    if (decision.verdict !== 'act') return decision;
    const because = horizon ?? freezeReason(decision, freeze?.because) ?? resourceReason(decision, context);
    return because ? holdBecause(decision, because) : decision;
  });
  const sessions = limitReasons(byResource, context, 'sessions');
  const withinSessions = holdAll(byResource, sessions);
  return holdAll(withinSessions, limitReasons(withinSessions, context, 'actions'));
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

function horizonReason({ policy, nowMs }: GuardContext): Reason | undefined {
  if (policy.fromMs <= nowMs && nowMs < policy.untilMs) return undefined;
  const data = { fromMs: policy.fromMs, untilMs: policy.untilMs };
  return reason('policy-horizon', 'The compiled policy does not cover this time: compile and push it again.', data);
}

function freezeReason({ action }: ActDecision, because: string | undefined): Reason | undefined {
  if (because === undefined || action.evenFrozen) return undefined;
  return reason('frozen', `Frozen: ${because}`, { because });
}

function resourceReason(decision: ActDecision, context: GuardContext): Reason | undefined {
  const resource = context.resourceOf(decision.resource.id);
  // Without the resource nothing can be told about protection; this happens only when `settle` makes up decisions.
  if (!resource) return reason('protection-unknown', 'The resource of this decision was not observed.');
  return exceptionReason(decision.action, resource, context) ?? protectionReason(decision.action, resource, context);
}
