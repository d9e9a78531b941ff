import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { Totals } from '../../shared/engine/report.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from '../../shared/planning/decision.ts';
import { firstMatch, pastHorizon, perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { CompiledPowerRule } from './compiled-rule.ts';
import { desiredState } from './desired-state.ts';
import { reason } from './reasons.ts';
import { type Verdict, verdictOn } from './verdict.ts';

/**
 * Decides whether one workstation is to be started or stopped. Pure: the same workstation, policy, journal and `now` give the same decision.
 * `settle` lets no more of a rule be under way at a time than the rule says.
 */
export const planner: Planner<Workstation> = {
  needs: () => [],
  decide(workstation, context) {
    const { decision, underWay } = decideOn(workstation, context);
    if (decision.rule !== null) noteUnderWay(context, decision.rule, workstation.id, underWay);
    return decision;
  },
  settle: admit,
  // Whoever comes in finds it running.
  byTwoClocks: (_workstation, actions) => actions.find((action) => action?.operation === 'StartWuyingServer'),
};

function decideOn(workstation: Workstation, context: PlanContext): Verdict {
  const { policy, nowMs } = context;
  const resource = refOf(workstation);
  const decided = (verdict: 'hold' | 'keep', rule: string | null, ...because: readonly Reason[]): Verdict => ({
    decision: { rule, resource, verdict, because },
    underWay: false,
  });
  if (nowMs >= policy.untilMs) return decided('hold', null, pastHorizon);
  const match = firstMatch(rulesFor(policy, context.target), workstation, context);
  const { rule } = match;
  if (rule === undefined) return decided(match.verdict, match.named, ...match.because);
  if (rule.schedule === undefined) return decided('keep', rule.name, reason('left-alone', `rule ${rule.name} says to leave it alone`));
  const { timerGroupId } = workstation;
  if (timerGroupId !== undefined) {
    const text = `the timer ${timerGroupId} of the service starts and stops it; take it off that timer to let the schedule do so`;
    return decided('keep', rule.name, reason('service-timer', text, { timer: timerGroupId }));
  }
  const desired = desiredState(rule.schedule, workstation, context);
  if ('hold' in desired) return decided('hold', rule.name, desired.hold);
  const { decision, underWay } = verdictOn(workstation, desired, rule, resource, context);
  const said = desired.unpublished === undefined ? decision.because : [...decision.because, desired.unpublished];
  return { decision: { ...decision, because: said }, underWay };
}

function refOf({ id, name, region }: Workstation): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}

/** The rules of power-workstations for a target, in the order of the policy. */
const rulesFor = perTarget((policy, target) =>
  rulesOf<CompiledPowerRule>(policy, 'power-workstations', target).map((rule) => ({
    rule,
    matches: cachedMatcher(rule.workstations, policy.zones[target.timezone]),
  })),
);

/** Workstations on their way because of us, by rule. One entry per run. */
const memories = new WeakMap<PlanContext, Map<string, Set<string>>>();

/** Notes whether a workstation is on its way because of us. A resource may be decided twice in a run; the later word counts. */
function noteUnderWay(context: PlanContext, rule: string, id: string, isUnderWay: boolean): void {
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
function admit(pending: readonly ActDecision[], totals: Totals, context: PlanContext): readonly Decision[] {
  const allSeen = totals.complete && context.triggerEvents === undefined;
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
