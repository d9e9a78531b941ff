import type { Position } from './known-code.ts';
import type { Shelf } from './records.ts';

/** What became of an order of ours. */
export type OrderStatus = 'paid' | 'unpaid' | 'cancelled' | 'refunded';

/** An order of ours, as the bill has it. */
export interface Order {
  readonly resource: number;
  /** The expiry that its sender meant to move, counted in days from the first. */
  readonly expiry: number;
  readonly process: number;
  /** Index of the instant at which it was placed. */
  readonly instant: number;
  readonly status: OrderStatus;
}

/** A request of ours that may still be executed. */
export interface Request {
  readonly resource: number;
  readonly expiry: number;
  readonly process: number;
  /** The sender still waits for the answer. */
  readonly awaited: boolean;
  /** Index of the last instant at which it can be executed. */
  readonly until: number;
}

/** A run or a person at work. */
export interface Process {
  /** Undefined once it has ended or died. */
  readonly position: Position | undefined;
  readonly kind: 'run' | 'person';
  /** How far its clock is ahead, in ticks. */
  readonly skew: number;
  /** Pairs of resource and expiry that it has to tell people of, by what it observed when it began. */
  readonly alarms: readonly number[];
  /** Its order is on its way. */
  readonly sending: boolean;
  /** Records read so far of those that are read at once; undefined when none is under way. */
  readonly partial: readonly number[] | undefined;
}

/** The whole world at one moment. Never changed in place. */
export interface State {
  /** Index of the present instant. */
  readonly instant: number;
  /** The expiry of each resource, counted in days from the first. */
  readonly expiry: readonly number[];
  /** The one before its last change, for reads that lag behind. */
  readonly before: readonly number[];
  readonly orders: readonly Order[];
  readonly requests: readonly Request[];
  /** Resource and expiry pairs that people were told of; see `pair`. */
  readonly told: readonly number[];
  /** Pairs that a run ended without telling of. */
  readonly silent: readonly number[];
  /** Pairs for which a person opened a slot. */
  readonly slots: readonly number[];
  readonly store: Shelf;
  /** Ids of records whose create is still on its way, ascending. */
  readonly late: readonly number[];
  /** How often each fault may still happen, by its number; the last entry is what may happen in all. */
  readonly left: readonly number[];
  readonly processes: readonly Process[];
}

/** A resource with an expiry as one number. */
export function pair(resource: number, expiry: number): number {
  return resource * 256 + expiry + 64;
}

const statuses: Readonly<Record<OrderStatus, number>> = { paid: 0, unpaid: 1, cancelled: 2, refunded: 3 };

/**
 * Writes a state as numbers, equal for states from which the same can follow, and gives how many they are. What has ended is told apart no
 * more: nothing follows from how it came there.
 */
export function encodeState(state: State, words: Int32Array): number {
  let length = 0;
  const put = (word: number): void => {
    words[length++] = word;
  };
  const putAll = (list: readonly number[]): void => {
    put(list.length);
    for (const word of list) put(word);
  };
  put(state.instant);
  put(state.store.id);
  putAll(state.expiry);
  putAll(state.before);
  putAll(state.left);
  putAll(state.late);
  putAll(state.told);
  putAll(state.silent);
  putAll(state.slots);
  const orders = state.orders.map(orderCode);
  putAll(orders.length > 1 ? orders.sort((a, b) => a - b) : orders);
  put(state.requests.length);
  for (const { resource, expiry, process, awaited, until } of state.requests) {
    put(((pair(resource, expiry) * 8 + process) * 2 + (awaited ? 1 : 0)) * 16 + until);
  }
  for (const { position, kind, skew, sending, partial } of state.processes) {
    const alive = position ? (position.id + 1) * 2 + (sending ? 1 : 0) : 0;
    put((alive * 2 + (kind === 'run' ? 0 : 1)) * 4 + (position ? skew + 1 : 0));
    if (partial) putAll(partial);
  }
  return length;
}

function orderCode({ resource, expiry, process, instant, status }: Order): number {
  return ((pair(resource, expiry) * 8 + process) * 16 + instant) * 4 + statuses[status];
}
