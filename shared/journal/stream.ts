import { JournalError } from './journal-error.ts';
import { parseStreamKey, streamKey } from './key.ts';
import { encodeRecord, type JournalRecord, linkOf, parseRecord } from './record.ts';
import { type Storing, storeCreate, storeLastKey, storeRead, storeReadAll } from './store-effect.ts';
import { StoreError } from './store-error.ts';

/** Where a numbered stream goes on: the number of the next record, and the link it must carry. */
export interface StreamEnd {
  readonly next: number;
  readonly prev: string | null;
}

/** A record with its place in a stream. */
export interface StreamEntry {
  readonly sequence: number;
  readonly record: JournalRecord;
}

/** The end of a stream without records. */
export const emptyStream: StreamEnd = { next: 0, prev: null };

/** Records read at once where the list says that they are there. */
const readAhead = 16;

/** Number of the last record that the store's list shows, -1 for none. A hint: later ones may exist. @throws StoreError */
export function* lastListed(stream: string): Storing<number> {
  const key = yield* storeLastKey(`${stream}/`);
  return key === undefined ? -1 : (parseStreamKey(key)?.sequence ?? -1);
}

/**
 * Reads a stream from a record on until there is none, by exact reads; each record goes to `visit` in order, its link checked against
 * the one before. `hint` is the last number expected: up to it records are read several at once.
 * @throws JournalError `BrokenChain`, `MalformedRecord`, `NewerRecord`
 * @throws StoreError
 */
export function* readFrom(stream: string, from: number, hint: number, visit: (entry: StreamEntry) => void): Storing<StreamEnd> {
  let end: StreamEnd | undefined;
  for (let next = from; ; ) {
    const count = Math.max(1, Math.min(readAhead, hint - next + 1));
    const keys = Array.from({ length: count }, (_, index) => streamKey(stream, next + index));
    for (const [index, bytes] of (yield* storeReadAll(keys)).entries()) {
      const key = keys[index] as string;
      if (bytes === undefined) {
        if (end === undefined && from > 0) throw gap(key);
        return end ?? emptyStream;
      }
      const record = parseRecord(key, bytes);
      if (end !== undefined || next === 0) checkLink(key, record, end?.prev ?? null);
      visit({ sequence: next, record });
      next += 1;
      end = { next, prev: linkOf(bytes) };
    }
  }
}

/** What became of an append; `stopped` when another's record made the caller give up. `end` is where the stream goes on. */
export interface Appended {
  readonly outcome: 'appended' | 'stopped';
  readonly sequence: number;
  readonly end: StreamEnd;
}

/**
 * Appends a record: the next number is the compare-and-set. Where another's record stands there already, `onOther` sees it and says
 * whether to go on behind it. A lost answer is settled by creating again: the very same bytes there mean that we won.
 * @throws JournalError when another's record cannot be read or breaks the chain
 * @throws StoreError
 */
export function* append(
  stream: string,
  end: StreamEnd,
  draft: Omit<JournalRecord, 'prev'>,
  onOther: (entry: StreamEntry) => 'go-on' | 'stop' = () => 'go-on',
): Storing<Appended> {
  let { next, prev } = end;
  for (;;) {
    const key = streamKey(stream, next);
    const bytes = encodeRecord({ ...draft, prev });
    const there = (yield* createOrRead(key, bytes)) ?? bytes;
    const after = { next: next + 1, prev: linkOf(there) };
    if (there === bytes || equalBytes(there, bytes)) return { outcome: 'appended', sequence: next, end: after };
    const record = parseRecord(key, there);
    checkLink(key, record, prev);
    if (onOther({ sequence: next, record }) === 'stop') return { outcome: 'stopped', sequence: next, end: after };
    ({ next, prev } = after);
  }
}

/** Creates a record, twice where the first answer was lost. Gives the bytes that stand there when they were there before. */
export function* createOrRead(key: string, bytes: Uint8Array): Storing<Uint8Array | undefined> {
  let made: 'created' | 'exists';
  try {
    made = yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    made = yield* storeCreate(key, bytes);
  }
  if (made === 'created') return undefined;
  const there = yield* storeRead(key);
  if (there === undefined) {
    throw new StoreError(
      'Unreachable',
      `The store says that ${key} exists but cannot read it. Check that nothing deletes from the journal and that reads are allowed, then run again.`,
    );
  }
  return there;
}

function checkLink(key: string, record: JournalRecord, expected: string | null): void {
  if (record.prev === expected) return;
  throw new JournalError(
    'BrokenChain',
    `The journal record ${key} does not continue the one before it: one of the two was changed or replaced. Run 'streamwarden journal verify' and restore the stream from a backup before acting again.`,
  );
}

function gap(key: string): JournalError {
  return new JournalError(
    'BrokenChain',
    `The journal record ${key} is missing though later ones are listed. Run 'streamwarden journal verify' and restore the stream from a backup before acting again.`,
  );
}

/** True where two records have the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
