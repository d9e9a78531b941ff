import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Action, Reason } from '../../shared/engine/decision.ts';
import type { Session } from '../../shared/fleet/session.ts';
import { attemptAt, sessionSetting } from './attempt.ts';
import { fateOf, lengthText, mayCut } from './candidates.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import type { Moment } from './moment.ts';
import { nativeState } from './native-period.ts';
import { hold, keep, type Quiet } from './outcome.ts';
import { reason } from './reasons.ts';
import { resetUnconfirmed, wasCut, wayOf } from './way.ts';
import type { LogOffWindow } from './windows.ts';

/** To act, with what, or a verdict without. */
export type Verdict = Quiet | { readonly verdict: 'act'; readonly because: readonly Reason[]; readonly action: Action };

/**
 * Decides about one session while its group is in a window. Read by itself, as right before the call, the session decides alone, and what
 * is not to be ended any more holds: nothing was done about it.
 */
export function decideSession(session: Session, rule: CompiledLogOffRule, moment: Moment, context: PlanContext): Verdict {
  const group = session.partOf;
  const { policy, nowMs, written } = context;
  const alone = group.sessions === undefined;
  const stays = ({ because }: Quiet): Quiet => (alone ? hold(...because) : keep(...because));
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
  const fate = fateOf(session, rule);
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
export function notAgain(state: 'unclear' | 'failed'): Quiet {
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
