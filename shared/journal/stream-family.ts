import { isSkipped } from './skipped.ts';
import { parseStreamKey, streamKey } from './store/key.ts';
import type { JournalError } from './store/store.ts';
import type { StoreEffect, Storing } from './store/store-effect.ts';
import { gap, readFrom, type StreamEnd, type StreamEntry, withoutStrays } from './stream.ts';

/** A numbered stream read to its end: its records, where it goes on, and what is damaged in it. */
export interface WholeStream<T> {
  /** What each record says, by number. */
  readonly entries: ReadonlyMap<number, T>;
  readonly end: StreamEnd;
  /** By number, in their order; what a person has skipped is not among them. */
  readonly damaged: ReadonlyMap<number, JournalError>;
}

/**
 * The numbered streams under a prefix, each with the number of the last record that the list shows, strays left out. One list call. A hint, as
 * lists are: a stream that was begun just now may be missing, and later records of the others.
 * @throws StoreError
 */
export function* streamsUnder(prefix: string): Storing<ReadonlyMap<string, number>> {
  const everything = { type: 'store-list', prefix: `${prefix}/`, last: Number.MAX_SAFE_INTEGER } satisfies StoreEffect;
  const streams = new Map<string, number[]>();
  for (const key of (yield everything) as readonly string[]) {
    const place = parseStreamKey(key);
    if (place === undefined) continue;
    const numbers = streams.get(place.stream) ?? [];
    numbers.push(place.sequence);
    streams.set(place.stream, numbers);
  }
  return new Map(
    [...streams].flatMap(([stream, numbers]) =>
      withoutStrays(numbers)
        .slice(-1)
        .map((last) => [stream, last] as const),
    ),
  );
}

/**
 * Reads a stream from its first record to its last, and says what is damaged. `listed` is the number up to which the list shows records: where
 * the last of them is gone, that is damage too.
 * @param parse what a record says; throws JournalError where it cannot be read
 * @throws StoreError
 */
export function* readWhole<T>(stream: string, listed: number, parse: (entry: StreamEntry, key: string) => T): Storing<WholeStream<T>> {
  const entries = new Map<number, T>();
  const damaged = new Map<number, JournalError>();
  const end = yield* readFrom(
    stream,
    0,
    listed,
    (entry) => entries.set(entry.sequence, parse(entry, streamKey(stream, entry.sequence))),
    (error, sequence) => damaged.set(sequence, error),
  );
  const last = streamKey(stream, Math.max(0, listed));
  if (end.next <= listed && !(yield* isSkipped(last, undefined))) damaged.set(listed, gap(last));
  return { entries, end, damaged };
}
