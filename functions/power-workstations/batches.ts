import type { PlanContext, Totals } from '../../shared/engine/automation.ts';
import type { ActDecision, Decision, HoldDecision } from '../../shared/engine/decision.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import { reason } from './reasons.ts';

/** Workstations on their way because of us, by rule. One entry per run. */
const memories = new WeakMap<PlanContext, Map<string, Set<string>>>();

/** Notes whether a workstation is on its way because of us. A resource may be decided twice in a run; the later word counts. */
export function noteUnderWay(context: PlanContext, rule: string, id: string, isUnderWay: boolean): void {
  const byRule = memories.get(context) ?? new Map<string, Set<string>>();
  memories.set(context, byRule);
  const ids = byRule.get(rule) ?? new Set<string>();
  byRule.set(rule, ids);
  if (isUnderWay) ids.add(id);
  else ids.delete(id);
}

/**
 * Lets so many workstations of each rule act that no more than its `atOnce` are under way; those behind wait for a run that sees them there.
 * Where not all workstations were read nobody knows how many are under way, and all of such a rule wait.
 */
export function admit(pending: readonly ActDecision[], totals: Totals, context: PlanContext): readonly Decision[] {
  const allSeen = totals.complete && context.occasions === undefined;
  const admitted = new Map<string, number>();
  return pending.map((decision) => {
    const { rule, action } = decision;
    const { atOnce } = action;
    if (atOnce === undefined) return decision;
    if (!allSeen) {
      const text = `at most ${atOnce} may be under way, and how many are cannot be told since not all workstations were read`;
      return held(decision, text, { atOnce });
    }
    const underWay = (memories.get(context)?.get(rule)?.size ?? 0) + (admitted.get(rule) ?? 0);
    if (underWay >= atOnce) {
      return held(decision, `${underWay} are under way and ${atOnce} may be; it follows once they are there`, { atOnce, underWay });
    }
    admitted.set(rule, (admitted.get(rule) ?? 0) + 1);
    return decision;
  });
}

function held(decision: ActDecision, text: string, data: Readonly<Record<string, number>>): HoldDecision {
  return { ...decision, verdict: 'hold', because: [reason('waits-for-batch', text, { ...waiting, ...data }), ...decision.because] };
}
