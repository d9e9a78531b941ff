import type { Money } from '../policy/money.ts';

/** What one order would take, and the months in whose budgets it would count, as `yyyy-mm`. */
export interface PlannedAmount {
  /** Names the renewal: seen through two targets it counts once. */
  readonly id: string;
  readonly amount: Money;
  readonly months: readonly string[];
}

/**
 * What the runs of one command have planned to order so far, so that a plan over several targets shares one budget as their orders would. Kept
 * in memory: a plan writes nothing.
 */
export class PlannedSpending {
  readonly #planned = new Map<string, Map<string, bigint>>();

  /** Adds what a run would order. */
  add(amounts: readonly PlannedAmount[]): void {
    for (const { id, amount, months } of amounts) {
      for (const month of months) {
        const key = `${amount.currency} ${month}`;
        const ids = this.#planned.get(key) ?? new Map<string, bigint>();
        this.#planned.set(key, ids.set(id, amount.micros));
      }
    }
  }

  /** What is planned in the budget of a currency and a month, in millionths by id. */
  in({ currency, month }: { readonly currency: string; readonly month: string }): ReadonlyMap<string, bigint> {
    return this.#planned.get(`${currency} ${month}`) ?? new Map();
  }
}
