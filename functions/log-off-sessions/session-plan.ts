import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Session, SessionFacts, SessionGroup } from '../../shared/fleet/session.ts';
import type { IntentView } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Reason } from '../../shared/planning/decision.ts';
import { userProtected } from '../../shared/policy/protect.ts';
import type { CompiledLogOffRule } from './compiled-rule.ts';
import { extension, type LogOffWindow, type Moment, nativeState } from './moment.ts';
import { hold, keep, type NoAction, reason } from './reasons.ts';

/** To act, with what, or a verdict without. */
export type Verdict = NoAction | { readonly verdict: 'act'; readonly because: readonly Reason[]; readonly action: Action };

/**
 * Decides about one session while its group is in a window. Read by itself, as right before the call, the session decides alone, and what
 * is not to be ended any more holds: nothing was done about it.
 */
export function decideSession(session: Session, rule: CompiledLogOffRule, moment: Moment, context: PlanContext): Verdict {
  const group = session.partOf;
  const { policy, nowMs, written } = context;
  const alone = group.sessions === undefined;
  const stays = ({ because }: NoAction): NoAction => (alone ? hold(...because) : keep(...because));
  if (moment.phase === 'unknown') return hold(moment.because);
  if (moment.phase !== 'open') return stays(hold(reason('window-over', 'the window of the log-off is over')));
  const { window } = moment;
  if (nativeState(group, policy, nowMs) === 'period-near') {
    return stays(keep(reason('period-near', "a period of the service's weekly schedule begins within ten minutes")));
  }
  if (wasCut(group.id, window, written)) return stays(keep(cameBack));
  if (group.sessions !== undefined && group.sessions !== 'unknown') {
    const way = wayOf(group, group.sessions, rule, window, context);
    if (way.way !== 'one-by-one') return keep(reason('with-group', 'what is decided about the group goes for all its sessions'));
  }
  const first = `${group.id}/${session.user}`;
  if (session.id !== first && session.user !== undefined && wasCut(first, window, written)) return stays(keep(cameBack));
  const fate = sessionDisposition(session, rule);
  if (fate !== 'end') return fate.verdict === 'keep' ? stays(fate) : fate;
  const unconfirmed = resetUnconfirmed(rule);
  if (unconfirmed !== undefined) return hold(unconfirmed);
  return unbinding(session, window, moment.because, context);
}

const cameBack = reason('logged-off', 'the log-off of this window was done; whoever came back stays');

function unbinding(session: Session, window: LogOffWindow, due: Reason, { written }: PlanContext): Verdict {
  const attempt = attemptAt(written, session.id, sessionSetting, window);
  if (attempt.state === 'done') return keep(cameBack);
  if (attempt.state !== 'open') return notAgain(attempt.state);
  const { partOf: group, user, instanceId, persistentId, link, usedMs } = session;
  const cut = mayCut(session);
  const used = usedMs === undefined ? '' : ` for ${lengthText(usedMs)}`;
  return {
    verdict: 'act',
    because: attempt.again ? [tryAgain, due] : [due],
    action: {
      key: `log-off-sessions/${session.id}/${window.id}`,
      operation: 'Unbind',
      input: {
        AppInstanceGroupId: group.id,
        EndUserId: user,
        AppInstanceId: instanceId,
        ...(persistentId ? { AppInstancePersistentId: persistentId } : {}),
        ProductType: 'CloudApp',
      },
      effect: 'disruptive',
      harms: ['cut'],
      change: [{ field: 'session', from: `${link ?? 'in use'}${link === 'disconnected' ? ', in use' : ''}${used}`, to: 'logged off' }],
      writes: { setting: sessionSetting, value: attempt.value },
      claim: attempt.value,
      ...(cut ? { sessionsAtRisk: 1 } : {}),
    },
  };
}

/** Why an act that happens once is not tried again although it is not known to have been done. */
export function notAgain(state: 'unclear' | 'failed'): NoAction {
  return hold(
    state === 'unclear'
      ? reason(
          'log-off-unclear',
          'it is not known whether this window’s log-off took place, and it is done once only; look at who is there',
        )
      : reason('log-off-failed', 'the service has refused this window’s log-off twice; log off by hand, or wait for the next window'),
  );
}

/** Said where a try follows one that ended nothing. */
export const tryAgain = reason('log-off-again', 'the first try in this window ended nothing; it is tried once more');

/** Whether a rule ends a session: `end`, or why it stays. What cannot be told stays. */
export function sessionDisposition(session: SessionFacts, rule: CompiledLogOffRule): 'end' | NoAction {
  const { user, status, persistentId } = session;
  if (status === 'CLOSING' || status === 'CLOSED') return keep(reason('ending', 'the app instance is closing already'));
  if (user === undefined) return hold(reason('user-unknown', `somebody is on ${session.instanceId}, and the answer does not say who`));
  if (status !== 'RUNNING' && status !== 'BOUND') {
    const text = `the app instance is ${status ?? 'in a state that the answer did not name'}; only RUNNING and BOUND ones are ended`;
    return hold(reason('session-status', text, { status }));
  }
  if (persistentId !== undefined && rule.persistentSessions === 'keep') {
    return keep(reason('persistent-kept', 'it is a persistent session, which stays unless the rule says persistentSessions: log-off'));
  }
  return byWho(session, rule);
}

function byWho({ link, usedMs }: SessionFacts, { who }: CompiledLogOffRule): 'end' | NoAction {
  if (who === 'everyone') return 'end';
  if (who === 'disconnected') {
    if (link === 'disconnected') return 'end';
    if (link === 'connected') return keep(reason('connected', 'the user is connected'));
    return keep(reason('connection-unknown', 'the service does not say that the user is disconnected, so the session stays'));
  }
  if (usedMs === undefined) return hold(reason('usage-unknown', 'how long the session has been in use could not be read'));
  if (usedMs >= who.longerThan) return 'end';
  return keep(reason('not-long-enough', `in use for ${lengthText(usedMs)}, and the rule says ${lengthText(who.longerThan)}`, { usedMs }));
}

/** Whether ending a session may cut a connected user: unless the service says that the user is disconnected. */
export function mayCut({ link, status }: SessionFacts): boolean {
  return link !== 'disconnected' && status !== 'CLOSING' && status !== 'CLOSED';
}

/** A length of time as people say it, in whole minutes: `7 h 5 min`. */
function lengthText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

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
function resetUnconfirmed({ resetAfterUnbind, name }: CompiledLogOffRule): Reason | undefined {
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
  const kept = sessions.map((session) => sessionDisposition(session, rule)).find((fate) => fate !== 'end' && fate.verdict === 'hold');
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

/** What the journal calls the log-off of a group or a session. */
export const sessionSetting = 'sessions';

/** What the journal calls keeping new users out of a group. */
export const drainSetting = 'new-users';

/**
 * What has become of an act that happens once in a window. `open`: it may be tried; `value` names the try, in the journal and as a claim.
 * A try that failed ended nothing, so there is one more under a claim of its own. A try without an outcome was cut off: its claim, if it got
 * that far, keeps it from happening twice.
 */
export type Attempt =
  | { readonly state: 'open'; readonly value: string; readonly again: boolean }
  | { readonly state: 'done' }
  | { readonly state: 'unclear' }
  | { readonly state: 'failed' };

/** Looks up an act of a window in the journal. */
export function attemptAt(written: IntentView, resourceId: string, setting: string, window: LogOffWindow): Attempt {
  const first = window.id;
  const second = `${window.id} again`;
  const outcomes = new Map(written.values(resourceId, setting).map(({ value, outcome }) => [value, outcome]));
  // What was done after an exception that is not there any more was done in this window too.
  const of = [...outcomes].flatMap(([value, outcome]) =>
    value === first || value === second || value.startsWith(first + extension) ? [outcome] : [],
  );
  if (of.includes('done')) return { state: 'done' };
  if (of.includes('unknown')) return { state: 'unclear' };
  if (outcomes.get(second) === 'failed') return { state: 'failed' };
  const again = outcomes.has(second) || outcomes.get(first) === 'failed';
  return { state: 'open', value: again ? second : first, again };
}
