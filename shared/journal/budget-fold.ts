import type { BudgetRecord } from './budget-record.ts';
import type { JournalError } from './store/store.ts';

/** What the records of a month's budget add up to. Never a running number, which a crash could leave wrong. */
export interface BudgetState {
  /** The largest amount reserved by each id, in millionths, released ids left out. */
  readonly reserved: ReadonlyMap<string, bigint>;
  /** Ids that were released: they count nothing and are never reserved again. */
  readonly released: ReadonlySet<string>;
  /** The sum of what is reserved and not released. */
  readonly usedMicros: bigint;
  /** Why a record cannot be read: what it set aside is not known, so nothing more fits. */
  readonly damaged?: JournalError | undefined;
}

/** Folds the records of a stream, in their order. */
export function foldBudget(records: readonly BudgetRecord[]): BudgetState {
  const reserved = new Map<string, bigint>();
  const released = new Set<string>();
  for (const { kind, body } of records) {
    if (kind === 'release') for (const id of body.ids) released.add(id);
    else {
      for (const { id, micros } of body.reservations) {
        const amount = BigInt(micros);
        if (amount > (reserved.get(id) ?? -1n)) reserved.set(id, amount);
      }
    }
  }
  for (const id of released) reserved.delete(id);
  return { reserved, released, usedMicros: [...reserved.values()].reduce((sum, amount) => sum + amount, 0n) };
}
