import type { Effect } from '../client/operation.ts';
import type { Action } from './decision.ts';

const order: readonly Effect[] = ['none', 'write', 'disruptive', 'purchase', 'destructive'];

/** True where `a` can do more harm than `b`. */
export function isHarsher(a: Effect, b: Effect): boolean {
  return order.indexOf(a) > order.indexOf(b);
}

/** True where an action may end sessions: what `never: cut-sessions`, protection and the limits on sessions cut go by. */
export function canCut(action: Pick<Action, 'effect' | 'sessionsAtRisk'>): boolean {
  return action.effect === 'disruptive' || action.effect === 'destructive' || (action.sessionsAtRisk ?? 0) > 0;
}
