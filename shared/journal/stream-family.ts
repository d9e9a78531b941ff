import { JournalError } from './journal-error.ts';
import { parseStreamKey, streamKey } from './key.ts';
import type { StoreEffect, Storing } from './store-effect.ts';
import { readFrom, type StreamEnd, type StreamEntry } from './stream.ts';

/** A numbered stream read to its end: its records, and where it goes on. */
export interface WholeStream {
  readonly entries: readonly StreamEntry[];
  readonly end: StreamEnd;
}

/**
 * The numbered streams under a prefix, each with the number of the last record that the list shows. One list call. A hint, as lists are: a
 * stream that was begun just now may be missing, and later records of the others.
 * @throws StoreError
 */
export function* streamsUnder(prefix: string): Storing<ReadonlyMap<string, number>> {
  const everything = { type: 'store-list', prefix: `${prefix}/`, last: Number.MAX_SAFE_INTEGER } satisfies StoreEffect;
  const streams = new Map<string, number>();
  for (const key of (yield everything) as readonly string[]) {
    const place = parseStreamKey(key);
    if (place) streams.set(place.stream, Math.max(place.sequence, streams.get(place.stream) ?? 0));
  }
  return streams;
}

/**
 * Reads a stream from its first record to its last. `listed` is the number up to which the list shows records: all of them must be there.
 * @throws JournalError `BrokenChain` where one is missing or does not continue the one before, `MalformedRecord`, `NewerRecord`
 * @throws StoreError
 */
export function* readWhole(stream: string, listed: number): Storing<WholeStream> {
  const entries: StreamEntry[] = [];
  const end = yield* readFrom(stream, 0, listed, (entry) => entries.push(entry));
  if (end.next > listed) return { entries, end };
  throw new JournalError(
    'BrokenChain',
    `The journal record ${streamKey(stream, end.next)} is missing though it, or a later one, is listed. Run 'streamwarden journal verify' and restore the stream from a backup before acting again.`,
  );
}
