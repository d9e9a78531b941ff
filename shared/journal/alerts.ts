import type { EpochMs } from '../client/clock.ts';
import { JournalError } from './journal-error.ts';
import { keyOf } from './key.ts';
import { encodeRecord, parseRecord } from './record.ts';
import { type Storing, storeCreate, storeRead, storeReadAll } from './store-effect.ts';
import { StoreError } from './store-error.ts';

/** One thing that people are told once about one expiry of a resource. */
export interface AlertName {
  readonly account: string;
  readonly resource: string;
  /** Undefined: the expiry could not be read. */
  readonly expiresAtMs: EpochMs | undefined;
  /** Which of the things it is, e.g. `72h`. */
  readonly step: string;
}

/** An expiry as keys spell it: whole seconds since 1970, so that no spelling of an offset makes two of it; `unknown` where it is not known. */
export function expirySegment(expiresAtMs: EpochMs | undefined): string {
  return expiresAtMs === undefined ? 'unknown' : String(Math.floor(expiresAtMs / 1000));
}

/** Key of the record that says that people were told: `alerts/<account>/<resource>/<expiry>/<step>`. */
export function alertKey({ account, resource, expiresAtMs, step }: AlertName): string {
  return keyOf('alerts', account, resource, expirySegment(expiresAtMs), step);
}

/** When people were told, undefined where they were not. One read. @throws StoreError @throws JournalError */
export function* toldAt(name: AlertName): Storing<EpochMs | undefined> {
  const key = alertKey(name);
  const bytes = yield* storeRead(key);
  return bytes && parseRecord(key, bytes).atMs;
}

/** What the journal says of one thing: when it was told, undefined where it was not; or why its record says nothing. */
export type ToldRead = { readonly atMs: EpochMs | undefined; readonly failure?: undefined } | { readonly failure: JournalError };

/** What the journal says of several things, in their order, by one read of all of them. @throws StoreError */
export function* readTold(names: readonly AlertName[]): Storing<readonly ToldRead[]> {
  const keys = names.map(alertKey);
  return (yield* storeReadAll(keys)).map((bytes, index) => {
    try {
      return { atMs: bytes && parseRecord(keys[index] as string, bytes).atMs };
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return { failure: error };
    }
  });
}

/** Writes that people were told: only after a channel has said that it delivered. A record that is there already stands. @throws StoreError */
export function* recordTold(
  name: AlertName,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  body: { readonly severity: string; readonly title: string },
): Storing<void> {
  const key = alertKey(name);
  const bytes = encodeRecord({ kind: 'alert', ...signed, prev: null, body });
  try {
    yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    yield* storeCreate(key, bytes);
  }
}
