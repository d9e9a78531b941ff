import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import { admit, noteUnderWay } from './batches.ts';
import { coverOf } from './cover.ts';
import { reason } from './reasons.ts';
import { type Verdict, verdictOn } from './verdict.ts';
import { wishOf } from './wish.ts';

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
  const decided = (verdict: 'hold' | 'keep', rule: string | null, because: Reason): Verdict => ({
    decision: { rule, resource, verdict, because: [because] },
    underWay: false,
  });
  if (nowMs >= policy.untilMs) {
    return decided('hold', null, reason('policy-horizon', 'the policy was compiled for a time that is over; push it again'));
  }
  const cover = coverOf(workstation, context);
  if (cover.kind === 'unknown') return decided('hold', cover.rule, cover.because);
  if (cover.kind === 'not-covered') return decided('keep', null, cover.because);
  const { rule } = cover;
  if (rule.schedule === undefined) return decided('keep', rule.name, reason('left-alone', `rule ${rule.name} says to leave it alone`));
  const { timerGroupId } = workstation;
  if (timerGroupId !== undefined) {
    const text = `the timer ${timerGroupId} of the service starts and stops it; take it off that timer to let the schedule do so`;
    return decided('keep', rule.name, reason('service-timer', text, { timer: timerGroupId }));
  }
  const wish = wishOf(rule.schedule, workstation, context);
  if ('hold' in wish) return decided('hold', rule.name, wish.hold);
  const { decision, underWay } = verdictOn(workstation, wish, rule, resource, context);
  const said = wish.unpublished === undefined ? decision.because : [...decision.because, wish.unpublished];
  return { decision: { ...decision, because: said }, underWay };
}

function refOf({ id, name, region }: Workstation): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}
