import type { EpochMs } from '../client/clock.ts';
import { keyOf } from './key.ts';
import { encodeRecord, parseRecord } from './record.ts';
import { type Storing, storeCreate, storeRead } from './store-effect.ts';
import { StoreError } from './store-error.ts';

/** An act that happens once only, and whose it is to be. */
export interface OneTimeAct {
  readonly functionName: string;
  readonly account: string;
  readonly resource: string;
  /** What is to become true, once. */
  readonly intent: string;
  /** The run's random token. */
  readonly owner: string;
  readonly atMs: EpochMs;
}

/**
 * Claims an act: true for exactly one owner, whatever is repeated or lost on the way. A claim is never given back: an act whose outcome is
 * unknown is looked up in the service, not done again.
 * @throws StoreError where it cannot be told who won; then nothing may be done
 * @throws JournalError where the claim of another cannot be read
 */
export function* claimOnce({ functionName, account, resource, intent, owner, atMs }: OneTimeAct): Storing<boolean> {
  const key = keyOf('claims', functionName, account, resource, intent);
  const bytes = encodeRecord({ kind: 'claim', atMs, owner, prev: null, body: { resource, intent } });
  let made: 'created' | 'exists';
  try {
    made = yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    made = yield* storeCreate(key, bytes);
  }
  if (made === 'created') return true;
  const there = yield* storeRead(key);
  return there !== undefined && parseRecord(key, there).owner === owner;
}
