import type { EpochMs } from '../../shared/client/clock.ts';
import type { Amount } from './amount.ts';
import { minuteMs } from './local-time.ts';
import type { World } from './world.ts';

/** `refused`: the ordering system did not take it. `done`: paid, and what was bought is there. */
type OrderStatus = 'unpaid' | 'paid' | 'done' | 'refused' | 'cancelled';

/** What an order is about. */
export interface OrderRequest {
  readonly kind: 'renewal' | 'expansion' | 'purchase';
  readonly resourceIds: readonly string[];
  readonly currency: string;
  readonly amount: Amount;
  /** Pay at once from the account's funds. */
  readonly autoPay: boolean;
  /** False where the ordering system will refuse it, although the call that placed it succeeded. */
  readonly legal?: boolean;
  /** Puts what was bought in place. */
  deliver(nowMs: EpochMs): void;
}

/** An order of an account. */
export interface Order extends Omit<OrderRequest, 'deliver' | 'autoPay' | 'legal'> {
  readonly id: string;
  readonly placedMs: EpochMs;
  readonly status: OrderStatus;
}

type Entry = { -readonly [K in keyof Order]: Order[K] } & Pick<OrderRequest, 'deliver'>;

/**
 * The orders of an account. No operation of the API reads, pays or cancels one: a person does that elsewhere, which `pay` and `cancel`
 * stand for.
 */
export class OrderLedger {
  readonly #accountId: string;
  readonly #entries = new Map<string, Entry>();
  readonly #funds = new Map<string, Amount>();
  readonly #paid = new Map<string, Amount>();

  constructor(accountId: string) {
    this.#accountId = accountId;
  }

  /** All orders, oldest first. */
  get all(): readonly Order[] {
    return [...this.#entries.values()];
  }

  /** The order with this id. */
  get(id: string): Order | undefined {
    return this.#entries.get(id);
  }

  /** Total paid in a currency since the world began. */
  paidIn(currency: string): Amount {
    return this.#paid.get(currency) ?? 0n;
  }

  /** Limits what the account can pay in a currency. Default: no limit. */
  setFunds(currency: string, amount: Amount): void {
    this.#funds.set(currency, amount);
  }

  /** Places an order, and pays it where it says so and the funds allow it. */
  place(world: World, request: OrderRequest): Order {
    const { autoPay, legal = true, ...about } = request;
    const id = `${this.#accountId.slice(-6)}${String(this.#entries.size + 1).padStart(9, '0')}`;
    const entry: Entry = { ...about, id, placedMs: world.clock.nowMs, status: legal ? 'unpaid' : 'refused' };
    this.#entries.set(id, entry);
    if (autoPay && legal) this.pay(world, id);
    return entry;
  }

  /** Pays an order that waits for it; what was bought arrives a little later. False when it does not wait or the funds are short. */
  pay(world: World, id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.status !== 'unpaid') return false;
    const funds = this.#funds.get(entry.currency);
    if (funds !== undefined && funds < entry.amount) return false;
    if (funds !== undefined) this.#funds.set(entry.currency, funds - entry.amount);
    this.#paid.set(entry.currency, this.paidIn(entry.currency) + entry.amount);
    entry.status = 'paid';
    world.clock.after(world.assumptions.orderDeliveryMinutes * minuteMs, (nowMs) => {
      entry.status = 'done';
      entry.deliver(nowMs);
    });
    return true;
  }

  /** Cancels an order that waits for payment. False when it does not wait. */
  cancel(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.status !== 'unpaid') return false;
    entry.status = 'cancelled';
    return true;
  }
}
