import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import { wholeIdOf } from '../journal/intents/intent-state.ts';
import { notShownYet } from '../journal/intents/intent-view.ts';
import type { Decision } from '../planning/decision.ts';
import { localText } from '../planning/local-time.ts';
import type { PlanContext, Planner, TriggerEvent } from './automation.ts';
import { reason, waiting } from './reasons.ts';

/**
 * The decision of a planner about a resource. Where it asks for what the service took minutes ago, what was read may be older than that write:
 * it is not sent again before it must show, unless an event names somebody who called since.
 */
export function decide<R extends Resource>(planner: Planner<R>, resource: R, context: PlanContext): Decision {
  const decision = planner.decide(resource, context);
  // What is done once only has a claim, and whoever came back is another session.
  if (decision.verdict !== 'act' || decision.action.claim !== undefined || decision.action.effect === 'disruptive') return decision;
  const { setting, value } = decision.action.writes;
  const values = context.written.values(decision.resource.id, setting);
  const last = notShownYet(values, context.nowMs);
  if (calledSince(context.triggerEvents?.get(wholeIdOf(decision.resource.id)), last?.atMs)) return decision;
  if (last === undefined || last.value !== value || values.findLast(({ outcome }) => outcome !== 'failed') !== last) return decision;
  const text = `the service accepted this at ${localText(last.atMs, context)}, and reads may not show it yet`;
  return { ...decision, verdict: 'hold', because: [reason('not-shown-yet', text, { ...waiting, atMs: last.atMs }), ...decision.because] };
}

/** Whether an event names somebody who called something about a resource after an instant. Our own calls are none of the events that are heard. */
export function calledSince(triggerEvent: TriggerEvent | undefined, atMs: EpochMs | undefined): boolean {
  return atMs !== undefined && triggerEvent?.caller !== undefined && triggerEvent.atMs >= atMs;
}
