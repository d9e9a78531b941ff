import type { EpochMs } from '../client/clock.ts';
import { JournalError } from './journal-error.ts';
import { keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, emptyStream, lastListed, readFrom, type StreamEnd } from './stream.ts';

/** Every record whose number is a multiple of this begins a snapshot, so that reading goes back no further than two of them. */
const snapshotEvery = 100;

/** What a record names takes so many bytes at most, so that it stays well below 256 KB. */
const namedBytes = 160_000;

/** What is known of the last move of an expiry that went back. */
export interface TakenBack {
  /** Number of our renewal that was the last to have taken effect then; -1 where none of ours had. */
  readonly n: number;
}

/** The expiries of an account's subscriptions as they were last seen: `expiries/<account>`. */
export interface SeenExpiries {
  readonly stream: string;
  /** In whole seconds since 1970, by resource id. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Of those whose last move went back. What took effect before that explains no later move. */
  readonly back: ReadonlyMap<string, TakenBack>;
  readonly end: StreamEnd;
  /** Parts of the newest snapshot that are there, and how many it has; undefined where none was begun. */
  readonly snapshot: { readonly parts: number; readonly of: number } | undefined;
}

/** An expiry as it is seen now. */
export interface SeenExpiry {
  readonly seconds: number;
  readonly back?: TakenBack | undefined;
}

/** What is to be written down by resource id; null for one that is gone. */
export type SeenChanges = ReadonlyMap<string, SeenExpiry | null>;

/**
 * Reads the expiries of an account as last seen: one list, and the records since the snapshot before the newest.
 * @throws JournalError @throws StoreError
 */
export function* readExpiries(account: string): Storing<SeenExpiries> {
  const stream = keyOf('expiries', account);
  const last = yield* lastListed(stream);
  const seconds = new Map<string, number>();
  const back = new Map<string, TakenBack>();
  let snapshot: SeenExpiries['snapshot'];
  const from = Math.max(0, (Math.floor(last / snapshotEvery) - 1) * snapshotEvery);
  const end =
    last < 0
      ? emptyStream
      : yield* readFrom(stream, from, last, ({ sequence, record }) => {
          const { seen, back: backs, part, of } = bodyOf(streamKey(stream, sequence), record.body);
          if (sequence % snapshotEvery === 0) snapshot = undefined;
          if (part !== undefined && of !== undefined) snapshot = { parts: part + 1, of };
          for (const [id, value] of Object.entries(seen)) {
            back.delete(id);
            if (value === null) seconds.delete(id);
            else seconds.set(id, value);
          }
          for (const [id, n] of Object.entries(backs)) back.set(id, { n });
        });
  return { stream, seconds, back, end, snapshot };
}

interface Body {
  readonly seen: Readonly<Record<string, number | null>>;
  readonly back: Readonly<Record<string, number>>;
  readonly part: number | undefined;
  readonly of: number | undefined;
}

function bodyOf(key: string, { seen, back = {}, part, of }: Readonly<Record<string, unknown>>): Body {
  const whole = (value: unknown): value is number => Number.isSafeInteger(value);
  const given = (value: unknown): value is number | undefined => value === undefined || whole(value);
  if (isTable(seen, (value) => value === null || whole(value)) && isTable(back, whole) && given(part) && given(of)) {
    return { seen: seen as Body['seen'], back: back as Body['back'], part, of };
  }
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} cannot be read as expiries. Run 'streamwarden journal verify' and restore it from a backup.`,
  );
}

function isTable(value: unknown, fits: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(fits);
}

/**
 * Writes down what has changed since it was last seen, and a whole snapshot where one is due. False where another run has written meanwhile: what
 * is to be written is to be compared with that first.
 * @throws JournalError @throws StoreError
 */
export function* recordExpiries(
  seen: SeenExpiries,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  changes: SeenChanges,
): Storing<boolean> {
  if (changes.size === 0) return true;
  let { end } = seen;
  for (const body of isSnapshotDue(seen) ? snapshotOf(seen, changes) : partsOf([...changes])) {
    const appended = yield* append(seen.stream, end, { kind: 'expiries', ...signed, body }, () => 'stop');
    if (appended.outcome === 'stopped') return false;
    end = appended.end;
  }
  return true;
}

/** Also where the last one was begun and not finished. */
function isSnapshotDue({ snapshot, end: { next } }: SeenExpiries): boolean {
  if (next > 0 && next % snapshotEvery === 0) return true;
  return next > snapshotEvery && (snapshot === undefined || snapshot.parts < snapshot.of);
}

type Part = Readonly<Record<string, unknown>>;

function snapshotOf({ seconds, back }: SeenExpiries, changes: SeenChanges): readonly Part[] {
  // What is gone is named once more, so that a snapshot that was not finished does not bring it back.
  const all = new Map<string, SeenExpiry | null>([...seconds].map(([id, value]) => [id, { seconds: value, back: back.get(id) }]));
  for (const [id, change] of changes) all.set(id, change);
  const parts = partsOf([...all]);
  return parts.map((part, index) => ({ ...part, part: index, of: parts.length }));
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
