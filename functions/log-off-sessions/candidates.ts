import type { SessionFacts } from '../../shared/fleet/session.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import { hold, keep, type Quiet } from './outcome.ts';
import { reason } from './reasons.ts';

/** Whether a rule ends a session: `end`, or why it stays. What cannot be told stays. */
export function fateOf(session: SessionFacts, rule: CompiledLogOffRule): 'end' | Quiet {
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

function byWho({ link, usedMs }: SessionFacts, { who }: CompiledLogOffRule): 'end' | Quiet {
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
export function lengthText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
