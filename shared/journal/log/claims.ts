import type { EpochMs } from '../../client/clock.ts';
import { keyOf } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { createOrRead, equalBytes, type Storing } from '../store/store-effect.ts';
import { encodeRecord } from './record.ts';
import { readable } from './stream.ts';

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
 * unknown is looked up in the service, not done again. A record in its place that cannot be read may be a claim, so it counts as one.
 * @throws StoreError where it cannot be told who won; then nothing may be done
 */
export function* claimOnce({ functionName, account, resource, intent, owner, atMs }: OneTimeAct): Storing<boolean> {
  const key = keyOf('claims', functionName, account, resource, intent);
  const bytes = encodeRecord({ kind: 'claim', atMs, owner, prev: null, body: { resource, intent } });
  const there = yield* createOrRead(key, bytes);
  if (there === undefined || equalBytes(there, bytes)) return true;
  const other = readable(key, there);
  return !(other instanceof JournalError) && other.owner === owner;
}
