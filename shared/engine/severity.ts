import type { Effect } from '../client/operation.ts';
import type { Action, Harm } from './decision.ts';

const order: readonly Effect[] = ['none', 'write', 'disruptive', 'purchase', 'destructive'];

/** True where `a` can do more harm than `b`. */
export function isHarsher(a: Effect, b: Effect): boolean {
  return order.indexOf(a) > order.indexOf(b);
}

/** True where an action may end sessions: what `never: cut-sessions`, protection and the limits on sessions cut go by. */
export function canCut(action: Pick<Action, 'effect' | 'sessionsAtRisk'>): boolean {
  return action.effect === 'disruptive' || action.effect === 'destructive' || (action.sessionsAtRisk ?? 0) > 0;
}

/** True where an action takes capacity away, be nobody cut by it: what protected users, `never: scale-down` and `never: power-off` hold. */
export function takesCapacity({ harms = [] }: Pick<Action, 'harms'>): boolean {
  return harms.includes('lower') || harms.includes('stop');
}

/** All harm of an action, at once or later. */
export function allHarms({ harms = [], harmsLater = [] }: Pick<Action, 'harms' | 'harmsLater'>): readonly Harm[] {
  return harmsLater.length === 0 ? harms : [...new Set([...harms, ...harmsLater])];
}

/** True where what an action did can be undone. */
export function isReversible(harm: Harm): boolean {
  return harm === 'lower' || harm === 'stop' || harm === 'restrict';
}
