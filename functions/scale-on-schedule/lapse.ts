import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Decision } from '../../shared/engine/decision.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { actionOf, extended } from './change.ts';
import { reArm } from './method-native.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { isOurs, journalValue, settingOf, standingDeviation } from './strategy-value.ts';

/**
 * A decision that holds, where the weekly schedule of the group would end within two days meanwhile: the week that is there is sent again with new
 * dates, whatever the change waits for. A group that no rule covers, and a schedule whose end a person has set, are left as they are. Where
 * it cannot be sent the hold says so first, since the group would have no nodes from then on.
 */
export function lapseAverted(decision: Decision, group: DeliveryGroup, { policy, nowMs, written }: PlanContext): Decision {
  const { rule, because } = decision;
  const [pool, other] = group.pools ?? [];
  if (decision.verdict !== 'hold' || rule === null || pool?.strategy?.type !== 'schedule') return decision;
  const { strategy } = pool;
  const day = serviceDay(policy, nowMs);
  const due = reArm(strategy, day);
  if (due.when !== 'now' || due.because.code !== 'lapses-soon') return decision;
  const unaverted = (why: string) =>
    reason('lapse-unaverted', `the weekly schedule ends on ${strategy.disableDate}, and then there are no nodes: ${why}`, due.because.data);
  if (because.some(({ code }) => code === 'manual-change')) {
    return { ...decision, because: [...because, unaverted('a person has set it so')] };
  }
  const state = { group, pool, charge: group.charge ?? ('pay-as-you-go' as const), strategy };
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= day.date;
  if (ended && !written.values(group.id, settingOf(state)).some(({ value }) => isOurs(value, journalValue(strategy, state.charge)))) {
    return decision;
  }
  const isWhole = group.status === 'PUBLISHED' && !other && !group.unreadable.some((field) => field.startsWith('NodePool'));
  const averted = isWhole ? extended(state, day, standingDeviation(state, written)) : undefined;
  if (averted === undefined) {
    const why = 'its status, its pools or its periods do not allow to extend it here; extend it in the console';
    return { ...decision, because: [unaverted(why), ...because] };
  }
  return { ...decision, verdict: 'act', rule, because: [averted.because, ...because], action: actionOf(averted.transition) };
}
