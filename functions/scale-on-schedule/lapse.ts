import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Action, Reason } from '../../shared/engine/decision.ts';
import type { CompiledFreeze } from '../../shared/policy/compiled.ts';
import { reArmAction, settingOf } from './change.ts';
import type { GroupState } from './group-state.ts';
import { reArm, weekCanBeSent } from './method-native.ts';
import { reason } from './reasons.ts';
import { serviceDay } from './service-day.ts';
import { isOurs, journalValue } from './strategy-value.ts';

/** Why the change that is wanted does not happen now. */
interface Obstacle {
  readonly blocker: Reason | undefined;
  readonly freeze: CompiledFreeze | undefined;
}

/**
 * Keeps a weekly schedule running while the change that would extend it by the way is held: the week that is there is sent again with new
 * dates, which a freeze does not hold. Undefined where the schedule does not lapse soon, has ended without being ours, or has periods
 * that the service would not take again.
 */
export function lapseAverted(
  state: GroupState,
  { blocker, freeze }: Obstacle,
  { policy, nowMs, written }: PlanContext,
): { readonly because: readonly Reason[]; readonly action: Action } | undefined {
  const { strategy, group, charge } = state;
  if (strategy.type !== 'schedule') return undefined;
  const day = serviceDay(policy, nowMs);
  const due = reArm(strategy, day);
  if (due.when !== 'now' || due.because.code !== 'lapses-soon' || !weekCanBeSent(strategy.week)) return undefined;
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= day.date;
  if (ended && !written.values(group.id, settingOf(state)).some(({ value }) => isOurs(value, journalValue(strategy, charge))))
    return undefined;
  const why = blocker === undefined ? `a freeze is in force (${freeze?.because})` : 'the change that is wanted is held';
  const extended = reason('lapses-soon', `${due.because.text}, with the periods that it has, since ${why}`, due.because.data);
  const to = { ...strategy, enableDate: day.date, disableDate: day.endDate };
  return { because: blocker === undefined ? [extended] : [extended, blocker], action: reArmAction(state, to, true) };
}
