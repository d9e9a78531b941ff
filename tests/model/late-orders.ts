import { leftToBegin } from './beginnings.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';

/**
 * Whether anybody can tell at this moment that a late order was placed, or whether it can be too late for it next: who reads a resource, looks
 * at the clock, begins or acts in the console. Where nobody is at work any more it is placed for the bill alone.
 */
export function isOrderNoticed(model: Model, state: State): boolean {
  if (state.requests.length === 0) return false;
  const { faults } = model;
  const types = state.processes.flatMap(({ position }) => (position ? [model.code.prepare(position).effect.type] : []));
  return (
    types.length === 0 ||
    types.some((type) => type === 'reread' || type === 'read-order' || type === 'clock-now') ||
    leftToBegin(model, state) !== undefined ||
    (['renew', 'refund', 'resolve', 'unpaid'] as const).some((fault) => faults.may(state.left, fault)) ||
    state.orders.some(({ status }) => status === 'unpaid' || status === 'refunded')
  );
}
