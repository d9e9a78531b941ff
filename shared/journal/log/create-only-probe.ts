import type { EpochMs } from '../../client/clock.ts';
import { type Store, StoreError } from '../store/store.ts';
import { runStoring, type Storing, storeCreate } from '../store/store-effect.ts';
import { encodeRecord } from './record.ts';

/** Key of the record that is never written twice. */
export const probeKey = 'sentinel/create-once';

/**
 * Proves that the store still refuses a second record under one key, as purchases and acts that happen once only need it: creates the probe again,
 * which must be refused. Versioning of a bucket, for one, can be switched on at any time and makes every put succeed. Costs one create, two the
 * first time. `owner` must be new in each call. @param key of the probe, where the caller may not write the one of purchases
 * @throws StoreError `Unsupported` when a second record is taken; or whatever keeps the store from answering
 */
export function* probeCreateOnly(owner: string, nowMs: EpochMs, key = probeKey): Storing<void> {
  // Two different records: the very same bytes could be taken for one whose answer was lost.
  for (const look of ['first', 'second']) {
    const bytes = encodeRecord({ kind: 'sentinel', atMs: nowMs, owner: `${owner}-${look}`, prev: null, body: {} });
    if ((yield* storeCreate(key, bytes)) === 'exists') return;
  }
  throw new StoreError(
    'Unsupported',
    `The store took a second record under ${key}, so a claim would not keep a second run from doing the same. Choose a bucket in which versioning was never switched on and which no proxy changes, then run again.`,
  );
}

/** `tryOnSentinel` on a store. @throws as it does */
export function checkProbe(store: Store, owner: string, nowMs: EpochMs): Promise<void> {
  return runStoring(store, probeCreateOnly(owner, nowMs));
}
