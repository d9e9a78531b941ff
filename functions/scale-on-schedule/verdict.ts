import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Decision, Reason } from '../../shared/engine/decision.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import { actionFor, loweringOf, means, reArmAction, settingOf } from './change.ts';
import type { Comparison } from './cost.ts';
import { localText } from './local-text.ts';
import { manualChange } from './manual-change.ts';
import { reArm } from './method-native.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { fingerprint } from './strategy-text.ts';
import type { Wanted } from './wanted.ts';

/** A decision that has no price yet. */
export interface Draft {
  readonly decision: Decision;
  /** What the action is to be priced by; absent where nodes stay as they are. */
  readonly compare?: Comparison;
}

const asWanted = reason('as-wanted', 'as the schedule wants it');

/** Compares what is wanted with what is there, and decides. */
export function verdictOn(wanted: Wanted, because: readonly Reason[], resource: ResourceRef, context: PlanContext): Draft {
  const { state, rule, to, wish, native } = wanted;
  const base = { rule: rule.name, resource };
  const hold = (reasons: readonly Reason[], action?: ReturnType<typeof actionFor>): Draft => ({
    decision: { ...base, verdict: 'hold', because: reasons, ...(action === undefined ? {} : { action }) },
  });
  if (means(state, state.strategy, to)) {
    const blocked = because.some(({ code }) => code === 'nodes-in-use' || code === 'unpublished-day');
    return (
      datesOnly(wanted, because, base, context) ??
      (blocked ? hold(because) : { decision: { ...base, verdict: 'keep', because: [asWanted, ...because] } })
    );
  }
  const lowering = loweringOf(state, to, serviceDay(context.policy, context.nowMs));
  const action = actionFor(state, to, lowering);
  const difference = {
    resourceId: state.group.id,
    setting: settingOf(state),
    observed: fingerprint(state.strategy),
    wanted: fingerprint(to),
    steady: to.type === 'schedule',
  };
  const manual = manualChange(difference, context.written, rule.manualChange, wish.nextStepMs, context.nowMs, localText(context));
  if (manual?.stands) return hold([manual.because, ...because], action);
  const reasons = manual === undefined ? because : [manual.because, ...because];
  if (lowering.lowers) {
    const never = wanted.effects.ratchets.find((span) => span.fromMs <= context.nowMs && context.nowMs < span.untilMs);
    if (never !== undefined) return hold([reason('exception-never', `lowering is forbidden: ${never.because}`), ...reasons], action);
    if (lowering.forbidden !== undefined) return hold([lowering.forbidden, ...reasons], action);
  }
  return {
    decision: { ...base, verdict: 'act', because: reasons, action },
    compare: {
      from: state.strategy,
      to,
      ...(native === undefined ? {} : { native }),
      stepwise: rule.stepwise,
      nextStepMs: wish.nextStepMs(context.nowMs),
    },
  };
}

function datesOnly(
  { state, to }: Wanted,
  because: readonly Reason[],
  base: { readonly rule: string; readonly resource: ResourceRef },
  context: PlanContext,
): Draft | undefined {
  if (to.type !== 'schedule' || state.strategy.type !== 'schedule') return undefined;
  const due = reArm(state.strategy, serviceDay(context.policy, context.nowMs));
  if (due.when === 'not-needed') return undefined;
  const reasons = [due.because, ...because];
  if (due.when === 'later') return { decision: { ...base, verdict: 'keep', because: [asWanted, ...reasons] } };
  return { decision: { ...base, verdict: 'act', because: reasons, action: reArmAction(state, to, due.because.code === 'lapses-soon') } };
}
