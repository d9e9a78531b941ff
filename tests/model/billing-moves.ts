import { type BilledOrder, type OrderQuestion, type OrderReading, orderLagMs } from '../../shared/billing/order-truth.ts';
import type { Position } from './known-code.ts';
import type { Emit, Model } from './model.ts';
import { product } from './scene.ts';
import type { Order, OrderStatus, State } from './state.ts';

const statuses: Readonly<Record<OrderStatus, string>> = { paid: 'Paid', unpaid: 'Unpaid', cancelled: 'Cancelled', refunded: 'Paid' };

/**
 * What can come of asking billing about an order. One that was placed within the lag is shown or not; an older one is left out only by the fault. Of the
 * subscription billing always shows the expiry that was ordered for, as late as can be.
 */
export function billingMoves(model: Model, state: State, index: number, position: Position, question: OrderQuestion, emit: Emit): void {
  const { faults, tree, setting } = model;
  const nowMs = model.nowMs(state);
  const placedMs = ({ instant }: Order): number => setting.instants[instant] as number;
  const asked = state.orders.filter((order) => {
    if (question.orderId !== undefined) return idOf(order) === question.orderId;
    return `r${order.resource}` === question.resourceId && placedMs(order) >= question.fromMs && placedMs(order) < question.untilMs;
  });
  const old = asked.filter((order) => placedMs(order) + orderLagMs <= nowMs);
  const hear = (shown: readonly Order[]): Position => {
    const orders = shown.map(billed);
    const instance = { resourceId: question.resourceId, productCode: product.productCode, endsAtMs: question.expiresAtMs };
    const value: OrderReading = { whole: true, orders, instance };
    return tree.step(position, JSON.stringify(orders), { value });
  };
  emit(model.moved(state, index, hear(asked)), 'reads the orders in billing', index);
  if (old.length < asked.length) emit(model.moved(state, index, hear(old)), 'reads the orders in billing, which is behind', index);
  if (!faults.may(state.left, 'billing')) return;
  const left = faults.spend(state.left, 'billing');
  const down: OrderReading = { whole: false, why: 'down' };
  emit(model.moved({ ...state, left }, index, tree.step(position, 'down', { value: down })), 'finds billing down', index);
  for (const missing of old) {
    const shown = asked.filter((order) => order !== missing);
    emit(model.moved({ ...state, left }, index, hear(shown)), 'reads the orders in billing, which leaves one out', index);
  }
}

function idOf({ process, resource }: Order): string {
  return `order-${process}-${resource}`;
}

function billed(order: Order): BilledOrder {
  const about = { productCode: product.productCode, type: 'Renew', resourceIds: [`r${order.resource}`] };
  return { id: idOf(order), status: statuses[order.status], ...about };
}
