import type { Model } from './model.ts';
import { pair, type State } from './state.ts';

/** What must hold in every state (purchase protocol, what has to hold). */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4';

/** The invariant that a state breaks, with what is wrong; undefined when all hold. */
export function violated(model: Model, state: State): { readonly invariant: Invariant; readonly text: string } | undefined {
  return twoOrders(state) ?? overBudget(model, state) ?? lapsed(state) ?? twoRequests(state);
}

/** I1: at most one order of ours per resource and expiry, and one more for each slot that a person opened. Cancelled orders are none. */
function twoOrders({ orders, slots }: State): ReturnType<typeof violated> {
  if (orders.length < 2) return undefined;
  const counts = new Map<number, number>();
  for (const { resource, expiry, status } of orders) {
    if (status === 'cancelled') continue;
    const key = pair(resource, expiry);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > 1 + (slots.includes(key) ? 1 : 0))
      return { invariant: 'I1', text: `${count} orders for resource ${resource} and the same expiry` };
  }
  return undefined;
}

/** I2: the orders of a month stay within its limit. */
function overBudget(model: Model, { orders }: State): ReturnType<typeof violated> {
  const { limit } = model.setting;
  if (orders.length <= limit) return undefined;
  const counts = new Map<string, number>();
  for (const { instant, status } of orders) {
    if (status === 'cancelled') continue;
    const month = model.months[instant] as string;
    const count = (counts.get(month) ?? 0) + 1;
    counts.set(month, count);
    if (count > limit) return { invariant: 'I2', text: `${count} orders in ${month}, whose budget holds ${limit}` };
  }
  return undefined;
}

/**
 * I3: no resource reaches its expiry unless it was renewed or people were told. Its expiry can come next in any state, so it must not stand
 * as a run observed it that has ended without telling.
 */
function lapsed({ expiry, silent, told }: State): ReturnType<typeof violated> {
  if (silent.length === 0) return undefined;
  for (const [resource, now] of expiry.entries()) {
    const key = pair(resource, now);
    if (silent.includes(key) && !told.includes(key)) return { invariant: 'I3', text: `resource ${resource} expires and nobody was told` };
  }
  return undefined;
}

/** I4: never two requests of ours for one resource under way at once. */
function twoRequests({ requests }: State): ReturnType<typeof violated> {
  if (requests.length < 2) return undefined;
  for (const [index, { resource }] of requests.entries()) {
    if (requests.some((other, at) => at < index && other.resource === resource)) {
      return { invariant: 'I4', text: `two requests for resource ${resource} under way at once` };
    }
  }
  return undefined;
}
