import { encodeRecord, type JournalRecord, linkOf } from './record.ts';
import { type Storing, storeCreate, storeRead } from './store-effect.ts';
import { StoreError } from './store-error.ts';

/** What became of creating a record: ours stands there, or another's does. `link` is what a record behind ours points to. */
export interface Placed {
  readonly mine: boolean;
  readonly link: string;
}

/**
 * Creates a record that carries a token of its writer. After a lost answer it is created again: the very same bytes there mean that we
 * won. Whatever stays unclear is thrown, and the caller must act as if it had lost.
 * @throws StoreError
 */
export function* place(key: string, record: JournalRecord): Storing<Placed> {
  const bytes = encodeRecord(record);
  const link = linkOf(bytes);
  let made: 'created' | 'exists';
  try {
    made = yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    made = yield* storeCreate(key, bytes);
  }
  if (made === 'created') return { mine: true, link };
  const there = yield* storeRead(key);
  if (there === undefined) {
    throw new StoreError(
      'Unreachable',
      `The store says that ${key} exists but cannot read it. Check that nothing deletes from the journal and that reads are allowed, then run again.`,
    );
  }
  return { mine: linkOf(there) === link, link };
}
