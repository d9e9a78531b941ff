import { encodeRecord, type JournalRecord, linkOf } from './log/record.ts';
import { createOrRead, type Storing } from './store/store-effect.ts';

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
  const there = yield* createOrRead(key, bytes);
  if (there === undefined) return { mine: true, link };
  return { mine: linkOf(there) === link, link };
}
