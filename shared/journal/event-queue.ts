import type { EpochMs } from '../client/clock.ts';
import { keyOf } from './key.ts';
import { encodeRecord, parseRecord } from './record.ts';
import { type Storing, storeCreate, storeList, storeRead, storeReadAll } from './store-effect.ts';
import { StoreError } from './store-error.ts';

/** Where events of one function wait: those of one target, or of one of its regions, that came within the same few seconds. */
export interface QueuePlace {
  readonly functionName: string;
  /** See `writtenScope`. */
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

const turn = 'turn';

/** The stretch of time that an instant lies in. */
export function slotAt(ms: EpochMs): number {
  return Math.floor(ms / slotMs);
}

function folder({ functionName, scope, slot }: QueuePlace): string {
  // Nine digits of four seconds: in the order of time for a century.
  return keyOf('events', functionName, scope, String(slot).padStart(9, '0'));
}

/** Puts what an invocation heard into a slot, as one record. @throws StoreError */
export function* enqueue<T>(place: QueuePlace, { owner, atMs }: Signed, heard: readonly T[]): Storing<void> {
  const key = `${folder(place)}/${keyOf(`heard-${owner}`)}`;
  yield* createSurely(key, encodeRecord({ kind: 'heard', atMs, owner, prev: null, body: { heard: [...heard] } }));
}

/** True for the one invocation of a slot that is to see to all that lies in it. @throws StoreError */
export function* takeTurn(place: QueuePlace, { owner, atMs }: Signed): Storing<boolean> {
  const key = `${folder(place)}/${turn}`;
  if ((yield* createSurely(key, encodeRecord({ kind: 'turn', atMs, owner, prev: null, body: {} }))) === 'created') return true;
  const there = yield* storeRead(key);
  return there !== undefined && parseRecord(key, there).owner === owner;
}

/** A lost answer leaves it open whether the record is there: the same bytes again settle that. */
function* createSurely(key: string, bytes: Uint8Array): Storing<'created' | 'exists'> {
  try {
    return yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    return yield* storeCreate(key, bytes);
  }
}

/** What lies in a slot, as it was put there; records that cannot be read are left out, and counted. @throws StoreError */
export function* readQueue(place: QueuePlace): Storing<{ readonly heard: readonly unknown[]; readonly unreadable: number }> {
  const prefix = `${folder(place)}/heard-`;
  const keys = yield* storeList(prefix, mostRecords);
  const heard: unknown[] = [];
  let unreadable = 0;
  for (const [index, bytes] of (yield* storeReadAll(keys)).entries()) {
    const found = bytes && heardIn(keys[index] as string, bytes);
    if (found) heard.push(...found);
    else unreadable += 1;
  }
  return { heard, unreadable };
}

function heardIn(key: string, bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const { heard } = parseRecord(key, bytes).body;
    return Array.isArray(heard) ? heard : undefined;
  } catch {
    return undefined;
  }
}
