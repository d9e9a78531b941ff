import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import { canonicalJson } from '../journal/log/record.ts';
import type { ActDecision, Action, Decision } from '../planning/decision.ts';
import { canCut, takesCapacity } from '../planning/decision.ts';
import type { Automation, PlanContext, Planner } from './automation.ts';
import { type EngineReasonCode, reason } from './reasons.ts';
import type { RunError } from './report.ts';

/** Code of the reason for which a decision is held while the clocks differ. */
export const clockSkewCode: EngineReasonCode = 'clock-skew';

/** How far the service's clock is ahead of ours, in milliseconds, where it is proven to be more than two minutes off; undefined where not. */
export function provenSkew(client: Pick<Client, 'clockOffsetMs'>): number | undefined {
  return client.clockOffsetMs?.() || undefined;
}

/** `3 h 2 min behind`: where the service's clock stands as ours sees it. */
function skewText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const hours = Math.floor(minutes / 60);
  const length = [hours > 0 ? `${hours} h` : '', minutes % 60 > 0 ? `${minutes % 60} min` : ''].filter((part) => part !== '').join(' ');
  return `${length} ${offsetMs < 0 ? 'behind' : 'ahead of'}`;
}

/** Why a run fails whose clock and the service's differ. */
export function skewError(offsetMs: number): RunError {
  const message =
    `The service's clock is ${skewText(offsetMs)} this machine's, as two of its answers agree. What cuts, lowers, stops or orders is held until they ` +
    'agree. Set the clock of this machine by NTP; where it is right, report the time to the support of the service.';
  return { code: 'ClockSkew', message };
}

/** Why one decision is held while the clocks differ. */
export function skewReason(offsetMs: number): ReturnType<typeof reason> {
  const text = `the service's clock is ${skewText(offsetMs)} this machine's, and one of them is wrong`;
  return reason('clock-skew', text, { offsetMs });
}

/** True for what may wait until the clocks agree: cutting, lowering, ordering, deleting. */
export function waitsForClocks(action: Action): boolean {
  return action.restores === undefined && (canCut(action) || takesCapacity(action) || action.effect === 'purchase');
}

/**
 * The same automation while the service's clock is `offsetMs` ahead of ours and nobody knows which is right: each resource is decided by both.
 * Done is what both want and cannot harm, what gives back or keeps a schedule from lapsing by either, and what the planner's `byTwoClocks` finds;
 * the rest is held. An automation that does not go by the time of day is left as it is.
 */
export function byBothClocks<R extends Resource>(automation: Automation<R>, offsetMs: number): Automation<R> {
  if (automation.timeless) return automation;
  const { planner } = automation;
  const theirs = new WeakMap<PlanContext, PlanContext>();
  // One object per context, since planners remember by it.
  const other = (context: PlanContext): PlanContext => {
    const known = theirs.get(context) ?? { ...context, nowMs: context.nowMs + offsetMs };
    theirs.set(context, known);
    return known;
  };
  const { needsDetail } = planner;
  const both: Planner<R> = {
    ...planner,
    needs: (resource, context) => [...planner.needs(resource, context), ...planner.needs(resource, other(context))],
    ...(needsDetail ? { needsDetail: (resource, context) => needsDetail(resource, context) || needsDetail(resource, other(context)) } : {}),
    decide(resource, context) {
      const contexts = [context, other(context)] as const;
      const decisions = [planner.decide(resource, contexts[0]), planner.decide(resource, contexts[1])] as const;
      return combined(decisions, offsetMs, ([ours, its]) => planner.byTwoClocks?.(resource, [ours, its], contexts));
    },
  };
  return { ...automation, planner: both };
}

type Choose = (actions: readonly [Action | undefined, Action | undefined]) => Action | undefined;

function combined(decisions: readonly [Decision, Decision], offsetMs: number, choose: Choose): Decision {
  const [first, second] = decisions.filter((decision) => decision.verdict === 'act');
  if (!first) return decisions[0];
  const found = withoutHarm(decisions, choose);
  if (found) return found;
  const either = second && !waitsForClocks(second.action) ? second : first;
  return { ...either, verdict: 'hold', because: [skewReason(offsetMs), ...either.because] };
}

/** What may be done although the clocks differ. */
function withoutHarm(decisions: readonly [Decision, Decision], choose: Choose): ActDecision | undefined {
  const [ours, its] = decisions.map((each) => (each.verdict === 'act' && !waitsForClocks(each.action) ? each : undefined));
  if (ours && its && isSame(ours.action, its.action)) return ours;
  const chosen = choose([ours?.action, its?.action]);
  const base = chosen && (its && chosen.key === its.action.key ? its : ours);
  if (base) return { ...base, action: chosen };
  return [ours, its].find((each) => each?.action.restores !== undefined);
}

function isSame(a: Action, b: Action): boolean {
  return a.key === b.key && a.operation === b.operation && canonicalJson(a.input) === canonicalJson(b.input);
}
