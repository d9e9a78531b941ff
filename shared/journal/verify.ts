import { JournalError } from './journal-error.ts';
import { parseStreamKey } from './key.ts';
import { linkOf, parseRecord } from './record.ts';
import type { Store } from './store.ts';

/** Something wrong with a record. `code` is that of JournalError, or `MissingRecord` for a gap in the numbers. */
interface VerifyProblem {
  readonly key: string;
  readonly code: string;
  readonly text: string;
}

/** A numbered stream as verified. `head` is the link that its next record must carry: note it elsewhere to see a cut tail. */
interface VerifiedStream {
  readonly stream: string;
  readonly records: number;
  readonly first: number;
  readonly last: number;
  readonly head: string;
}

/** What `verifyJournal` found. Good when `problems` is empty. */
export interface Verification {
  /** All records read, numbered or not. */
  readonly records: number;
  readonly streams: readonly VerifiedStream[];
  readonly problems: readonly VerifyProblem[];
}

/**
 * Reads every record under a prefix (default: all), checks that each can be read, that numbered streams have no gap, and that each of
 * their records carries the link of the one before.
 *
 * A chain does not show a tail that was cut off, nor a stream that was removed as a whole: compare `head` with the one noted before.
 * @throws StoreError
 */
export async function verifyJournal(store: Store, prefix = ''): Promise<Verification> {
  const streams: VerifiedStream[] = [];
  const problems: VerifyProblem[] = [];
  let records = 0;
  let open: VerifiedStream | undefined;

  for await (const key of store.list(prefix)) {
    const place = parseStreamKey(key);
    if (open && open.stream !== place?.stream) {
      streams.push(open);
      open = undefined;
    }
    const bytes = await store.read(key);
    if (bytes === undefined) {
      problems.push({ key, code: 'MissingRecord', text: 'The record is listed but cannot be read. Something deletes from the journal.' });
      continue;
    }
    records += 1;
    let prev: string | null | undefined;
    try {
      prev = parseRecord(key, bytes).prev;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      problems.push({ key, code: error.code, text: error.message });
    }
    if (!place) continue;
    const expected = open ? open.last + 1 : 0;
    if (place.sequence !== expected) {
      problems.push({ key, code: 'MissingRecord', text: `Record ${expected} of ${place.stream} is missing before this one.` });
    } else if (prev !== undefined && prev !== (open?.head ?? null)) {
      problems.push({
        key,
        code: 'BrokenChain',
        text: 'The record does not continue the one before it: one of the two was changed or replaced.',
      });
    }
    open = {
      stream: place.stream,
      records: (open?.records ?? 0) + 1,
      first: open?.first ?? place.sequence,
      last: place.sequence,
      head: linkOf(bytes),
    };
  }
  if (open) streams.push(open);
  return { records, streams, problems };
}
