import type { Resource } from '../fleet/resource.ts';
import { notShownYet } from '../journal/written.ts';
import { localText } from '../planning/local-time.ts';
import type { PlanContext, Planner } from './automation.ts';
import type { Decision } from './decision.ts';
import { reason, waiting } from './reasons.ts';

/**
 * The decision of a planner about a resource. Where it asks for what the service took minutes ago, what was read may be older than that write:
 * it is not sent again before it must show.
 */
export function decide<R extends Resource>(planner: Planner<R>, resource: R, context: PlanContext): Decision {
  const decision = planner.decide(resource, context);
  // What is done once only has a claim, and whoever came back is another session.
  if (decision.verdict !== 'act' || decision.action.claim !== undefined || decision.action.effect === 'disruptive') return decision;
  const { setting, value } = decision.action.writes;
  const values = context.written.values(decision.resource.id, setting);
  const last = notShownYet(values, context.nowMs);
  if (last === undefined || last.value !== value || values.findLast(({ outcome }) => outcome !== 'failed') !== last) return decision;
  const text = `the service took this at ${localText(last.atMs, context)} and does not show it yet`;
  return { ...decision, verdict: 'hold', because: [reason('not-shown-yet', text, { ...waiting, atMs: last.atMs }), ...decision.because] };
}
