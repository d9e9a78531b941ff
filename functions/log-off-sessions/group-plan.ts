import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import { servesSoon } from '../../shared/fleet/delivery-group.ts';
import type { SessionFacts, SessionGroup } from '../../shared/fleet/session.ts';
import type { Action, Reason } from '../../shared/planning/decision.ts';
import type { CompiledLogOffRule } from './compiled-rule.ts';
import type { Moment } from './moment.ts';
import { nativeState } from './moment.ts';
import { hold, keep, reason } from './reasons.ts';
import { attemptAt, mayCut, notAgain, sessionDisposition, sessionSetting, tryAgain, type Verdict, wasCut, wayOf } from './session-plan.ts';

/** Decides about the sessions of a group as a whole: one call for all of them, or nothing, and then each decides for itself. */
export function decideGroup(group: SessionGroup, rule: CompiledLogOffRule, moment: Moment, context: PlanContext): Verdict {
  if (moment.phase === 'unknown') return hold(moment.because);
  // Sessions are read outside a window only right before a call: then nothing has been done, and nothing is as wanted by that.
  if (moment.phase === 'outside' && group.sessions !== undefined)
    return hold(reason('window-over', 'it is not the time of a log-off any more'));
  if (moment.phase !== 'open') return keep(moment.because);
  if (group.status !== 'PUBLISHED') {
    const data = servesSoon(group.status) ? waiting : undefined;
    return hold(reason('status', `the group is ${group.status ?? 'in a state that the answer did not name'}, not PUBLISHED`, data));
  }
  if (nativeState(group, context.policy, context.nowMs) === 'period-near') {
    return keep(reason('period-near', "a period of the service's weekly schedule begins within ten minutes"));
  }
  const { sessions } = group;
  if (sessions === undefined || sessions === 'unknown') {
    return hold(reason('sessions-unknown', 'its sessions could not be read completely, so nobody is logged off'));
  }
  return decideSessions(group, sessions, rule, moment, context);
}

/** Whether a group's sessions have to be read: a log-off is due. */
export function asksForSessions(group: SessionGroup, moment: Moment): boolean {
  return moment.phase === 'open' && group.status === 'PUBLISHED';
}

function decideSessions(
  group: SessionGroup,
  sessions: readonly SessionFacts[],
  rule: CompiledLogOffRule,
  { window, because: due }: Extract<Moment, { phase: 'open' }>,
  context: PlanContext,
): Verdict {
  if (sessions.length === 0) return keep(reason('no-sessions', 'nobody has a session here'));
  if (wasCut(group.id, window, context.written)) {
    const { state } = attemptAt(context.written, group.id, sessionSetting, window);
    return state === 'unclear'
      ? notAgain(state)
      : keep(reason('logged-off', 'everyone was logged off in this window; whoever came back stays'));
  }
  const fates = sessions.map((session) => sessionDisposition(session, rule));
  if (fates.every((fate) => fate !== 'end' && fate.verdict === 'keep')) {
    return keep(reason('nobody-to-log-off', `none of ${sessions.length} ${plural(sessions.length)} is one that the rule logs off`));
  }
  const way = wayOf(group, sessions, rule, window, context);
  if (way.way === 'none') return hold(...way.because);
  if (way.way === 'one-by-one') return keep(reason('one-by-one', 'each session has a decision of its own'), way.because);
  const attempt = attemptAt(context.written, group.id, sessionSetting, window);
  if (attempt.state !== 'open') return notAgain('failed');
  const said: readonly Reason[] = [reason('whole-group', 'one call logs off everyone here'), due];
  return {
    verdict: 'act',
    because: attempt.again ? [tryAgain, ...said] : said,
    action: logOffAll(group, sessions, attempt.value, window.id),
  };
}

function logOffAll(group: SessionGroup, sessions: readonly SessionFacts[], value: string, windowId: string): Action {
  const sessionsAtRisk = sessions.filter(mayCut).length;
  return {
    key: `log-off-sessions/${group.id}/${windowId}`,
    operation: 'LogOffAllSessionsInAppInstanceGroup',
    input: { AppInstanceGroupId: group.id, ProductType: 'CloudApp' },
    effect: 'disruptive',
    harms: ['cut'],
    change: [{ field: 'sessions', from: `${sessions.length}, ${sessions.length - sessionsAtRisk} of them disconnected`, to: 'logged off' }],
    writes: { setting: sessionSetting, value },
    claim: value,
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk } : {}),
  };
}

function plural(count: number): string {
  return count === 1 ? 'session' : 'sessions';
}
