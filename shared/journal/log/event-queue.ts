import type { EpochMs } from '../../client/clock.ts';
import { keyOf } from '../store/key.ts';
import { createSurely, type Storing, storeList, storeRead, storeReadAll } from '../store/store-effect.ts';
import { encodeRecord, parseRecord } from './record.ts';

/** Where events of one function wait: those of one target, or of one of its regions, that came within the same few seconds. */
export interface QueuePlace {
  readonly functionName: string;
  /** Whose events: two targets of one account are two, since who sees to one looks at nothing of the other. */
  readonly scope: string;
  /** Number of the stretch of time; see `slotAt`. */
  readonly slot: number;
}

/** Who writes: the invocation's random token, and the time of the record. */
interface Signed {
  readonly owner: string;
  readonly atMs: EpochMs;
}

/** How long events are collected before one invocation sees to all of them, in milliseconds. */
export const slotMs = 4_000;

/** So many records of one slot are read; what comes beyond is left to the sweep. */
const mostRecords = 1_000;

/** So many more are listed, to be counted. */
const mostListed = 10 * mostRecords;

const turn = 'turn';
const closed = 'closed';

/** The stretch of time that an instant lies in. */
export function slotAt(ms: EpochMs): number {
  return Math.floor(ms / slotMs);
}

function folder({ functionName, scope, slot }: QueuePlace): string {
  // Nine digits of four seconds: in the order of time for a century.
  return keyOf('events', functionName, scope, String(slot).padStart(9, '0'));
}

/**
 * Puts what an invocation heard into a slot, as one record. False where the slot was closed by then, so that nobody may read it any more: the clocks
 * of two invocations can differ by more than a slot. @throws StoreError
 */
export function* enqueue<T>(place: QueuePlace, { owner, atMs }: Signed, heard: readonly T[]): Storing<boolean> {
  const key = `${folder(place)}/${keyOf(`heard-${owner}`)}`;
  yield* createSurely(key, encodeRecord({ kind: 'heard', atMs, owner, prev: null, body: { heard: [...heard] } }));
  return (yield* storeRead(`${folder(place)}/${closed}`)) === undefined;
}

/** True for the one invocation of a slot that is to see to all that lies in it. @throws StoreError @throws JournalError */
export function* takeTurn(place: QueuePlace, { owner, atMs }: Signed): Storing<boolean> {
  const key = `${folder(place)}/${turn}`;
  if ((yield* createSurely(key, encodeRecord({ kind: 'turn', atMs, owner, prev: null, body: {} }))) === 'created') return true;
  const there = yield* storeRead(key);
  return there !== undefined && parseRecord(key, there).owner === owner;
}

/**
 * Closes a slot and reads what lies in it, as it was put there. `unread`: keys of records that are damaged, or beyond those that are read.
 * @throws StoreError
 */
export function* closeQueue<T>(
  place: QueuePlace,
  { owner, atMs }: Signed,
  isOne: (value: unknown) => value is T,
): Storing<{ readonly heard: readonly T[]; readonly unread: readonly string[] }> {
  // Before the list: who writes later sees it and goes elsewhere.
  yield* createSurely(`${folder(place)}/${closed}`, encodeRecord({ kind: 'closed', atMs, owner, prev: null, body: {} }));
  const keys = yield* storeList(`${folder(place)}/heard-`, mostListed);
  const heard: T[] = [];
  const unread = keys.slice(mostRecords);
  for (const [index, bytes] of (yield* storeReadAll(keys.slice(0, mostRecords))).entries()) {
    const key = keys[index] as string;
    const found = bytes && heardIn(key, bytes);
    if (found?.every(isOne)) heard.push(...found);
    else unread.push(key);
  }
  return { heard, unread };
}

function heardIn(key: string, bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const { heard } = parseRecord(key, bytes).body;
    return Array.isArray(heard) ? heard : undefined;
  } catch {
    return undefined;
  }
}
