import { maxSequence, parseStreamKey, streamKey } from '../store/key.ts';
import { JournalError, malformed, StoreError, wayOut } from '../store/store.ts';
import { createOrRead, equalBytes, type StoreEffect, type Storing, storeReadAll } from '../store/store-effect.ts';
import { encodeRecord, type JournalRecord, linkOf, parseRecord } from './record.ts';
import { isSkipped } from './skipped.ts';

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

/** Numbers that may be missing in a row: records can get lost, and what stands behind a larger gap was not written by this program: a stray. */
export const widestGap = 10;

/** A stream whose first listed record is below this may have lost those before it. */
const highestStart = 1_000_000;

/** Keys of the list in which the end of a stream is looked for: strays behind a gap are fewer. */
const keysLookedAt = 1000;

/** So many strays are named in one look. */
const straysNamed = 3;

/** So many records in a row that do not fit, behind what the list shows, are no damage: something else answers in the store's place. */
const misfitsAtOnce = 100;

/** Counts records behind the listed end that do not fit. Reading and writing end there, or a proxy's page under every key would keep a run busy for good. */
export class Misfits {
  readonly #stream: string;
  #inRow = 0;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /** @throws StoreError `Unreachable` */
  note(fits: boolean): void {
    this.#inRow = fits ? 0 : this.#inRow + 1;
    if (this.#inRow <= misfitsAtOnce) return;
    const text = `The store has ${misfitsAtOnce} records of ${this.#stream} in a row that do not fit and that its list does not show.`;
    throw new StoreError(
      'Unreachable',
      `${text} Something else may answer in its place: check the network and the endpoint, then run again.`,
    );
  }
}

/** True for a record behind a gap that no loss explains: `before` is the number of the one before it, undefined for the first. */
export function isStray(sequence: number, before: number | undefined): boolean {
  return before === undefined ? sequence >= highestStart : sequence - before - 1 > widestGap;
}

/**
 * The numbers of a stream that belong together, of those that a list shows, in their order. A stray says nothing about where the stream ends, or one
 * key could move the end to a place from which it never comes back.
 */
export function withoutStrays(sequences: readonly number[]): readonly number[] {
  const first = sequences.findIndex((sequence, index) => isStray(sequence, sequences[index - 1]));
  return first < 0 ? sequences : sequences.slice(0, first);
}

/** Where a stream ends as far as the list shows it, and what stands behind that and belongs to no stream. */
export interface ListedEnd {
  /** Number of the last record, -1 for none. A hint: later ones may exist. */
  readonly last: number;
  /** The first strays, without those that a person has skipped. */
  readonly strays: readonly { readonly sequence: number; readonly error: JournalError }[];
}

/** Looks where a stream ends: one list call, of which its last thousand keys count. @throws StoreError */
export function* listedEnd(stream: string): Storing<ListedEnd> {
  const keys = (yield { type: 'store-list', prefix: `${stream}/`, last: keysLookedAt }) as readonly string[];
  const numbers = keys.flatMap((key) => parseStreamKey(key)?.sequence ?? []);
  const own = withoutStrays(numbers);
  const strays: ListedEnd['strays'][number][] = [];
  for (const sequence of numbers.slice(own.length, own.length + straysNamed)) {
    const key = streamKey(stream, sequence);
    const [bytes] = yield* storeReadAll([key]);
    if (!(yield* isSkipped(key, bytes))) strays.push({ sequence, error: stray(key) });
  }
  return { last: own.at(-1) ?? -1, strays };
}

/** The number of the last record that the list shows, -1 for none. A hint: later ones may exist. @throws StoreError */
export function* lastListed(stream: string): Storing<number> {
  return (yield* listedEnd(stream)).last;
}

/** A record that stands where no stream reaches. */
export function stray(key: string): JournalError {
  return malformed(key, 'it stands behind a gap that no loss explains, so nothing goes by it');
}

/** Hears of a record that cannot be read, does not fit the one before it, or is missing. */
export type OnDamage = (error: JournalError, sequence: number) => void;

/** Reading ends where something is damaged: for streams of which a part must not be taken for the whole. */
const refuse: OnDamage = (error) => {
  throw error;
};

/**
 * Reads a stream from a record on until there is none, by exact reads; each record goes to `visit` in order, its link checked against
 * the one before. `hint` is the last number expected: up to it records are read several at once, and one that is missing before another is a gap.
 * @param onDamage hears of damage, also of what `visit` cannot read, and reading goes on behind it. What a person has passed over is not told.
 * Default: it is thrown
 * @throws JournalError `BrokenChain`, `MalformedRecord`, `NewerRecord`
 * @throws StoreError also where the store gives something under every key
 */
export function* readFrom(
  stream: string,
  from: number,
  hint: number,
  visit: (entry: StreamEntry) => void,
  onDamage: OnDamage = refuse,
): Storing<StreamEnd> {
  let end = emptyStream;
  /** The link that the next record carries; undefined where the one before it was not read. */
  let prev: string | null | undefined = from === 0 ? null : undefined;
  let before: readonly [key: string, bytes: Uint8Array] | undefined;
  const missing: number[] = [];
  const misfits = new Misfits(stream);
  for (let next = from; ; ) {
    const count = Math.min(Math.max(1, Math.min(readAhead, hint - next + 1)), maxSequence + 1 - next);
    const keys = Array.from({ length: count }, (_, index) => streamKey(stream, next + index));
    for (const [index, bytes] of (yield* storeReadAll(keys)).entries()) {
      const key = keys[index] as string;
      const sequence = next++;
      if (bytes === undefined) {
        missing.push(sequence);
        continue;
      }
      let fits = false;
      for (const gone of missing.splice(0)) {
        const lost = streamKey(stream, gone);
        if (!(yield* isSkipped(lost, undefined))) onDamage(gap(lost), gone);
        prev = undefined;
      }
      try {
        const record = parseRecord(key, bytes);
        const isBroken = prev !== undefined && record.prev !== prev;
        // Of two that do not fit either may have been skipped.
        if (isBroken && !(yield* isSkipped(key, bytes)) && !(before && (yield* isSkipped(...before)))) onDamage(brokenLink(key), sequence);
        visit({ sequence, record });
        fits = !isBroken;
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        if (!(yield* isSkipped(key, bytes))) onDamage(error, sequence);
      }
      misfits.note(fits || sequence <= hint);
      before = [key, bytes];
      const link = linkOf(bytes);
      prev = link;
      end = { next: sequence + 1, prev: link };
    }
    if (count === 0 || (missing.length > 0 && next > hint)) break;
  }
  if (end === emptyStream && from > 0) onDamage(gap(streamKey(stream, from)), from);
  return end;
}

/** What became of an append; `stopped` when another's record made the caller give up. `end` is where the stream goes on. */
export interface Appended {
  readonly outcome: 'appended' | 'stopped';
  readonly sequence: number;
  readonly end: StreamEnd;
}

/** A record of another writer that stands where one was to be appended, or why it cannot be read. */
export interface OtherEntry {
  readonly sequence: number;
  readonly record: JournalRecord | JournalError;
}

/**
 * Appends a record: the next number is the compare-and-set. Where another's record stands there already, `onOther` sees it and says
 * whether to go on behind it. A lost answer is settled by creating again: the very same bytes there mean that we won. What stands there need not be
 * readable: damage keeps nobody from writing behind it.
 * @throws JournalError `StreamFull` where no number is left
 * @throws StoreError
 */
export function* append(
  stream: string,
  end: StreamEnd,
  draft: Omit<JournalRecord, 'prev'>,
  onOther: (entry: OtherEntry) => 'go-on' | 'stop' = () => 'go-on',
): Storing<Appended> {
  let { next, prev } = end;
  const misfits = new Misfits(stream);
  for (;;) {
    if (next > maxSequence) throw new JournalError('StreamFull', `${stream} has no number left: see 'streamwarden journal verify'.`);
    const key = streamKey(stream, next);
    const bytes = encodeRecord({ ...draft, prev });
    const there = (yield* createOrRead(key, bytes)) ?? bytes;
    const after = { next: next + 1, prev: linkOf(there) };
    if (there === bytes || equalBytes(there, bytes)) return { outcome: 'appended', sequence: next, end: after };
    const record = readable(key, there);
    if (onOther({ sequence: next, record }) === 'stop') return { outcome: 'stopped', sequence: next, end: after };
    misfits.note(!(record instanceof JournalError) && record.prev === prev);
    ({ next, prev } = after);
  }
}

/** A record, or why it cannot be read. */
export function readable(key: string, bytes: Uint8Array): JournalRecord | JournalError {
  try {
    return parseRecord(key, bytes);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
}

/** A record that does not continue the one before it; `so` is what follows from that, with a comma in front. Default: nothing is said of it. */
export function brokenLink(key: string, so = ''): JournalError {
  return notWhole(key, `does not continue the one before it: one of the two was changed or replaced${so}`);
}

/** A record that is missing; `so` is what follows from that, with a comma in front. Default: nothing is said of it. */
export function gap(key: string, so = ''): JournalError {
  return notWhole(key, `is missing though later ones are there${so}`);
}

/** A record that is not what those around it say. */
export function notWhole(key: string, how: string): JournalError {
  return new JournalError('BrokenChain', `The journal record ${key} ${how}. ${wayOut(key)}`, { key });
}

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
