import type { EpochMs } from '../../shared/client/clock.ts';
import type { Amount } from './amount.ts';
import { minuteMs } from './local-time.ts';
import type { ChargeSeed } from './seed.ts';
import type { World } from './world.ts';

/** `refused`: the ordering system did not take it. `done`: paid, and what was bought is there. */
type OrderStatus = 'unpaid' | 'paid' | 'done' | 'refused' | 'cancelled';

/** The time that a subscription is bought for. */
export interface Term {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** What an order is about. */
export interface OrderRequest {
  readonly kind: 'renewal' | 'expansion' | 'purchase';
  readonly resourceIds: readonly string[];
  readonly region: string;
  /** How what is bought is paid for: an order for something by the hour costs nothing itself. */
  readonly charge: ChargeSeed;
  readonly currency: string;
  readonly amount: Amount;
  /** Pay at once from the account's funds. */
  readonly autoPay: boolean;
  /** False where the ordering system will refuse it, although the call that placed it succeeded. */
  readonly legal?: boolean;
  /** Puts what was bought in place. Gives the time that it is for, where that is a term. */
  deliver(nowMs: EpochMs): Term | undefined;
}

/** An order of an account. */
export interface Order extends Omit<OrderRequest, 'deliver' | 'autoPay' | 'legal'> {
  readonly id: string;
  readonly placedMs: EpochMs;
  readonly paidMs: EpochMs | undefined;
  /** Known once what was bought is there. */
  readonly term: Term | undefined;
  readonly status: OrderStatus;
}

type Entry = { -readonly [K in keyof Order]: Order[K] } & Pick<OrderRequest, 'deliver'>;

/**
 * The orders of an account. No operation of App Streaming reads, pays or cancels one: those of billing read and cancel, and a person pays elsewhere,
 * which `pay` stands for.
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

  /** What the account can pay in a currency; undefined where nothing limits it. */
  fundsIn(currency: string): Amount | undefined {
    return this.#funds.get(currency);
  }

  /** Limits what the account can pay in a currency. Default: no limit. */
  setFunds(currency: string, amount: Amount): void {
    this.#funds.set(currency, amount);
  }

  /** Places an order, and pays it where it says so and the funds allow it. */
  place(world: World, request: OrderRequest): Order {
    const { autoPay, legal = true, ...about } = request;
    const id = `${this.#accountId.slice(-6)}${String(this.#entries.size + 1).padStart(9, '0')}`;
    const entry: Entry = {
      ...about,
      id,
      placedMs: world.clock.nowMs,
      paidMs: undefined,
      term: undefined,
      status: legal ? 'unpaid' : 'refused',
    };
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
    entry.paidMs = world.clock.nowMs;
    world.clock.after(world.assumptions.orderDeliveryMinutes * minuteMs, (nowMs) => {
      entry.status = 'done';
      entry.term = entry.deliver(nowMs);
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
