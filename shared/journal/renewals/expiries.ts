import type { EpochMs } from '../../client/clock.ts';
import { parseRecord } from '../log/record.ts';
import { append, lastListed, readFrom, type StreamEnd, type StreamEntry } from '../log/stream.ts';
import { keyOf, streamKey } from '../store/key.ts';
import { JournalError, malformed } from '../store/store.ts';
import { type Storing, storeRead } from '../store/store-effect.ts';

/** A snapshot is written anew behind so many records, so that reading stays short. */
const snapshotEvery = 100;

/** What a record names takes so many bytes at most, so that it stays well below 256 KB. */
const namedBytes = 160_000;

/** What is known of the last move of an expiry that went back. */
export interface TakenBack {
  /** Number of our renewal that was the last to have taken effect then; -1 where none of ours had. */
  readonly n: number;
}

/** The newest whole snapshot of a stream, in records. Its last record names it, and so does every record behind that. */
interface Snapshot {
  /** Number of its first record: nothing before it has to be read. */
  readonly from: number;
  /** How many records it has. 0: there is none yet, and everything is read. */
  readonly parts: number;
}

/** The expiries of an account's subscriptions as they were last seen: `expiries/<account>`. */
export interface SeenExpiries {
  readonly stream: string;
  /** In whole seconds since 1970, by resource id. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Of those whose last move went back. What took effect before that explains no later move. */
  readonly back: ReadonlyMap<string, TakenBack>;
  readonly end: StreamEnd;
  readonly newest: Snapshot;
  /** Records that cannot be read and that nobody has skipped. */
  readonly damaged: readonly JournalError[];
}

/** An expiry as it is seen now. */
export interface SeenExpiry {
  readonly seconds: number;
  readonly back?: TakenBack | undefined;
}

/** What is to be written down by resource id; null for one that is gone. */
export type SeenChanges = ReadonlyMap<string, SeenExpiry | null>;

/** So many records before the last are tried where it cannot be read. */
const mostTriedBack = 16;

/**
 * Reads the expiries of an account as last seen: one list, and the records since the newest whole snapshot, which every record names. A record that
 * cannot be read is passed over: what it said was moved since then is told once more, or as seen for the first time.
 * @throws StoreError
 */
export function* readExpiries(account: string): Storing<SeenExpiries> {
  const stream = keyOf('expiries', account);
  const last = yield* lastListed(stream);
  const seconds = new Map<string, number>();
  const back = new Map<string, TakenBack>();
  const damaged: JournalError[] = [];
  let newest: Snapshot = { from: 0, parts: 0 };
  const visit = ({ sequence, record }: StreamEntry): void => {
    const body = expiriesIn(stream, sequence, record.body);
    newest = { from: body.from, parts: body.parts };
    for (const [id, value] of Object.entries(body.seen)) {
      back.delete(id);
      if (value === null) seconds.delete(id);
      else seconds.set(id, value);
    }
    for (const [id, n] of Object.entries(body.back)) back.set(id, { n });
  };
  const first = yield* snapshotNamedBy(stream, last);
  const end = yield* readFrom(stream, first, last, visit, (error) => damaged.push(error));
  return { stream, seconds, back, end, newest, damaged };
}

/** Where the newest whole snapshot begins, by the newest record that can be read. */
function* snapshotNamedBy(stream: string, last: number): Storing<number> {
  for (let sequence = last; sequence >= Math.max(0, last - mostTriedBack); sequence--) {
    const key = streamKey(stream, sequence);
    const bytes = yield* storeRead(key);
    try {
      if (bytes !== undefined) return expiriesIn(stream, sequence, parseRecord(key, bytes).body).from;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }
  return Math.max(0, last - mostTriedBack);
}

/** The last instant that has a date, in whole seconds. */
const latestSecond = 8_640_000_000_000;

interface Body extends Snapshot {
  readonly seen: Readonly<Record<string, number | null>>;
  readonly back: Readonly<Record<string, number>>;
}

/** What a record of expiries says. @throws JournalError `MalformedRecord` */
export function expiriesIn(stream: string, sequence: number, { seen, back = {}, from, parts }: Readonly<Record<string, unknown>>): Body {
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(value as number) <= latestSecond;
  const upTo = (value: unknown, most: number): value is number => whole(value) && value >= 0 && value <= most;
  if (isTable(seen, (value) => value === null || whole(value)) && isTable(back, whole)) {
    if (upTo(from, sequence) && upTo(parts, sequence + 1 - from))
      return { seen: seen as Body['seen'], back: back as Body['back'], from, parts };
  }
  throw malformed(streamKey(stream, sequence), 'it is no record of expiries');
}

function isTable(value: unknown, fits: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(fits);
}

/**
 * Writes down what has changed since it was last seen, and a whole snapshot where one is due. False where another run has written meanwhile: what
 * is to be written is to be compared with that first.
 * @throws StoreError
 */
export function* recordExpiries(
  seen: SeenExpiries,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  changes: SeenChanges,
): Storing<boolean> {
  if (changes.size === 0) return true;
  let { end } = seen;
  const { newest } = seen;
  const due = end.next - newest.from - newest.parts >= snapshotEvery;
  const parts = partsOf(due ? [...wholeOf(seen, changes)] : [...changes]);
  const written: Snapshot = { from: end.next, parts: parts.length };
  for (const [index, part] of parts.entries()) {
    // A snapshot that a crash cuts short is named by nobody, and written anew.
    const named = due && index === parts.length - 1 ? written : newest;
    const appended = yield* append(seen.stream, end, { kind: 'expiries', ...signed, body: { ...part, ...named } }, () => 'stop');
    if (appended.outcome === 'stopped') return false;
    end = appended.end;
  }
  return true;
}

type Part = Readonly<Record<string, unknown>>;

/** Everything with the changes. What is gone is named too: where the snapshot is not finished, the parts that were written still say so. */
function wholeOf({ seconds, back }: SeenExpiries, changes: SeenChanges): SeenChanges {
  const all = new Map<string, SeenExpiry | null>([...seconds].map(([id, value]) => [id, { seconds: value, back: back.get(id) }]));
  for (const [id, change] of changes) all.set(id, change);
  return all;
}

/** Bodies of records, none of them large. */
function partsOf(entries: readonly (readonly [id: string, SeenExpiry | null])[]): readonly Part[] {
  const parts: (readonly [string, SeenExpiry | null])[][] = [];
  let left = 0;
  for (const entry of entries) {
    // A number, its mark of a move back, quotes and commas; a character of an id takes six bytes where it is escaped.
    const bytes = 40 + 12 * Math.max(entry[0].length, new TextEncoder().encode(entry[0]).length);
    if (left < bytes) {
      parts.push([]);
      left = namedBytes;
    }
    parts.at(-1)?.push(entry);
    left -= bytes;
  }
  return parts.map((part) => {
    const back = part.flatMap(([id, value]) => (value?.back === undefined ? [] : [[id, value.back.n] as const]));
    const seen = Object.fromEntries(part.map(([id, value]) => [id, value === null ? null : value.seconds]));
    return back.length === 0 ? { seen } : { seen, back: Object.fromEntries(back) };
  });
}
