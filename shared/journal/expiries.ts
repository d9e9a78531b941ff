import type { EpochMs } from '../client/clock.ts';
import { JournalError } from './journal-error.ts';
import { keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, emptyStream, lastListed, readFrom, type StreamEnd } from './stream.ts';

/** Every record whose number is a multiple of this begins a snapshot, so that reading goes back no further than two of them. */
const snapshotEvery = 100;

/** Resources in one record at most: a record stays well below 256 KB. */
const perRecord = 4_000;

/** The expiries of an account's subscriptions as they were last seen: `expiries/<account>`. */
export interface SeenExpiries {
  readonly stream: string;
  /** In whole seconds since 1970, by resource id. */
  readonly seconds: ReadonlyMap<string, number>;
  /** False where nothing was ever written down: what is seen now is where watching begins. */
  readonly known: boolean;
  readonly end: StreamEnd;
  /** Parts of the newest snapshot that are there, and how many it has; undefined where none was begun. */
  readonly snapshot: { readonly parts: number; readonly of: number } | undefined;
}

/** What is to be written down: the new expiry of a resource in whole seconds, or null for one that is gone. */
export type SeenChanges = ReadonlyMap<string, number | null>;

/**
 * Reads the expiries of an account as last seen. One list, and the records since the snapshot before the newest.
 * @throws JournalError @throws StoreError
 */
export function* readExpiries(account: string): Storing<SeenExpiries> {
  const stream = keyOf('expiries', account);
  const last = yield* lastListed(stream);
  const seconds = new Map<string, number>();
  let snapshot: SeenExpiries['snapshot'];
  const from = Math.max(0, (Math.floor(last / snapshotEvery) - 1) * snapshotEvery);
  const end =
    last < 0
      ? emptyStream
      : yield* readFrom(stream, from, last, ({ sequence, record }) => {
          const { seen, part, of } = bodyOf(streamKey(stream, sequence), record.body);
          if (sequence % snapshotEvery === 0) snapshot = undefined;
          if (part !== undefined && of !== undefined) snapshot = { parts: part + 1, of };
          for (const [id, value] of Object.entries(seen)) {
            if (value === null) seconds.delete(id);
            else seconds.set(id, value);
          }
        });
  return { stream, seconds, known: last >= 0, end, snapshot };
}

interface Body {
  readonly seen: Readonly<Record<string, number | null>>;
  readonly part: number | undefined;
  readonly of: number | undefined;
}

function bodyOf(key: string, body: Readonly<Record<string, unknown>>): Body {
  const { seen, part, of } = body;
  const values = typeof seen === 'object' && seen !== null && !Array.isArray(seen) ? Object.values(seen) : undefined;
  const whole = (value: unknown): value is number | undefined => value === undefined || Number.isSafeInteger(value);
  if (values?.every((value) => value === null || Number.isSafeInteger(value)) && whole(part) && whole(of)) {
    return { seen: seen as Body['seen'], part, of };
  }
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} cannot be read as expiries. Run 'streamwarden journal verify' and restore it from a backup; until then renewals by others are not noticed.`,
  );
}

/**
 * Writes down what has changed since it was last seen, and a whole snapshot where one is due. False where another run came first: it has seen
 * the same, and the next run looks again.
 * @throws JournalError @throws StoreError
 */
export function* recordExpiries(
  seen: SeenExpiries,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  changes: SeenChanges,
): Storing<boolean> {
  if (changes.size === 0) return true;
  const { next } = seen.end;
  const due = next % snapshotEvery === 0 || (next > snapshotEvery && !isWhole(seen, next));
  const bodies = due ? snapshotOf(seen, changes) : chunked([...changes]).map((part) => ({ seen: Object.fromEntries(part) }));
  let end = seen.end;
  for (const body of bodies) {
    const appended = yield* append(seen.stream, end, { kind: 'expiries', ...signed, body }, () => 'stop');
    if (appended.outcome === 'stopped') return false;
    end = appended.end;
  }
  return true;
}

/** True where the snapshot that began last is there in full. */
function isWhole({ snapshot }: SeenExpiries, next: number): boolean {
  return next < snapshotEvery || (snapshot !== undefined && snapshot.parts === snapshot.of);
}

function snapshotOf({ seconds }: SeenExpiries, changes: SeenChanges): readonly Readonly<Record<string, unknown>>[] {
  const all = new Map<string, number | null>([...seconds, ...changes]);
  // What is gone is named once, so that a snapshot before this one does not bring it back.
  const parts = chunked([...all]);
  return parts.map((part, index) => ({ seen: Object.fromEntries(part), part: index, of: parts.length }));
}

function chunked<T>(entries: readonly T[]): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let at = 0; at < entries.length; at += perRecord) chunks.push(entries.slice(at, at + perRecord));
  return chunks;
}
