import type { OwnOrder } from '../../../shared/billing/reconcile.ts';
import type { Span } from '../../../shared/billing/set-strategy.ts';
import { isNothing, readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { parseRenewalKey } from '../../../shared/journal/renewals/renewal-record.ts';
import { keyOf } from '../../../shared/journal/store/key.ts';
import { JournalError, type Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { moneyFromJson } from '../../../shared/policy/money.ts';

/**
 * The orders of an account that were claimed in a span, those of resources that are gone included. What proves that nothing was ordered is left out.
 * A stream that cannot be read adds a sentence to `failures`.
 * @throws StoreError
 */
export async function readBillOrders(store: Store, account: string, span: Span, failures: string[]): Promise<readonly OwnOrder[]> {
  const streams = new Map<string, string>();
  for await (const key of store.list(`${keyOf('renewals', account)}/`)) {
    const place = parseRenewalKey(key);
    if (place !== undefined) streams.set(place.stream, place.resourceId);
  }
  const orders: OwnOrder[] = [];
  for (const [stream, resource] of streams) {
    try {
      for (const entry of await runStoring(store, readHistory(stream))) {
        const { claim, end, atMs } = entry;
        if (claim === undefined || end?.outcome === 'void' || isNothing(entry) || atMs < span.fromMs || atMs >= span.untilMs) continue;
        const state = end === undefined ? 'open' : 'renewed';
        orders.push({ resource, amount: moneyFromJson(claim.price), atMs, state, paysItself: claim.autoPay });
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      failures.push(`the orders of ${resource} cannot be read: ${error.message}`);
    }
  }
  return orders;
}
