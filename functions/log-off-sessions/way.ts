import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { SessionFacts, SessionGroup } from '../../shared/fleet/session.ts';
import { userProtected } from '../../shared/policy/protect.ts';
import { attemptAt, sessionSetting } from './attempt.ts';
import { fateOf } from './candidates.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import { nativeState } from './native-period.ts';
import { reason } from './reasons.ts';
import type { LogOffWindow } from './windows.ts';

/** How sessions are ended: all by one call; one by one; or not at all, since neither is allowed. */
export type Way =
  | { readonly way: 'whole' }
  | { readonly way: 'one-by-one'; readonly because: Reason }
  | { readonly way: 'none'; readonly because: readonly Reason[] };

/** The one call for a whole group where the service takes it and it ends nobody who is to stay; else one by one, where the rule allows that. */
export function wayOf(
  group: SessionGroup,
  sessions: readonly SessionFacts[],
  rule: CompiledLogOffRule,
  window: LogOffWindow,
  context: PlanContext,
): Way {
  const obstacle = obstacleOf(group, sessions, rule, window, context);
  if (obstacle === undefined) return { way: 'whole' };
  const because = reason('not-whole', `the call for the whole group is not possible: ${obstacle}`, { obstacle });
  const unconfirmed = resetUnconfirmed(rule);
  return unconfirmed === undefined ? { way: 'one-by-one', because } : { way: 'none', because: [unconfirmed, because] };
}

/** Why a rule does not allow unbinding; undefined where it does. */
export function resetUnconfirmed({ resetAfterUnbind, name }: CompiledLogOffRule): Reason | undefined {
  if (resetAfterUnbind === 'disabled') return undefined;
  const text =
    resetAfterUnbind === 'enabled'
      ? `rule ${name} says that unbinding resets the app instance, which would wipe the user's data`
      : `ending sessions one by one needs resetAfterUnbind: disabled in rule ${name}, since unbinding could wipe the user's data`;
  return reason('reset-unconfirmed', text);
}

function obstacleOf(
  group: SessionGroup,
  sessions: readonly SessionFacts[],
  rule: CompiledLogOffRule,
  window: LogOffWindow,
  { policy, nowMs, written }: PlanContext,
): string | undefined {
  if (rule.who !== 'everyone') return 'the rule does not log off everyone';
  if (group.charge !== 'pay-as-you-go') return 'the group is not pay-as-you-go';
  const native = nativeState(group, policy, nowMs);
  if (native === 'none') return 'the group does not follow a weekly schedule of the service';
  if (native === 'in-period') return "a period of the service's weekly schedule is running";
  if (sessions.some(({ persistentId }) => persistentId !== undefined)) return 'there is a persistent session';
  const kept = sessions.map((session) => fateOf(session, rule)).find((fate) => fate !== 'end' && fate.verdict === 'hold');
  if (kept !== undefined) return 'there is a session that is not understood';
  const guarded = sessions.find(({ user }) => user !== undefined && userProtected(policy.protect, user));
  if (guarded !== undefined) return `${guarded.user} is protected by the policy`;
  if (attemptAt(written, group.id, sessionSetting, window).state === 'failed') return 'the service has refused it';
  const cameBack = sessions.find(({ user }) => user !== undefined && wasCut(`${group.id}/${user}`, window, written));
  return cameBack && `${cameBack.user} was logged off in this window and came back`;
}

/** Whether a session was ended in a window, or may have been. */
export function wasCut(sessionId: string, window: LogOffWindow, written: PlanContext['written']): boolean {
  const { state } = attemptAt(written, sessionId, sessionSetting, window);
  return state === 'done' || state === 'unclear';
}
