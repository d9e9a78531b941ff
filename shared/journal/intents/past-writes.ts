import type { EpochMs } from '../../client/clock.ts';
import { parseRecord } from '../log/record.ts';
import { fromSegment, parseStreamKey, segment } from '../store/key.ts';
import type { Store } from '../store/store.ts';
import { isScopeOf } from './intent-log.ts';
import { readWritten } from './intent-record.ts';

/** One value that a run meant to write, and what became of it. */
export interface PastWrite {
  readonly atMs: EpochMs;
  /** What of the resource it was written to, such as the session of a user; absent where it is the resource itself. */
  readonly part?: string;
  readonly setting: string;
  readonly value: string;
  /** Undefined while no outcome is recorded: a run under way, or one that was cut off. */
  readonly outcome: string | undefined;
  /** Code of the reason where it is not plainly done. */
  readonly code?: string;
  /** Key of the record that carries the intent. */
  readonly record: string;
}

/** A readable record of a function's intents, with where it stands. */
interface PlacedRecord {
  readonly key: string;
  readonly stream: string;
  readonly sequence: number;
  readonly atMs: EpochMs;
  readonly owner: string;
  readonly written: ReturnType<typeof readWritten>;
}

/**
 * Every record of what a function meant and did in an account, in the order of its streams; reads all of them, so it is for people who ask, not for
 * runs. @throws StoreError when the store does not answer @throws JournalError when a record cannot be read
 */
export async function* intentRecords(store: Store, functionName: string, account: string): AsyncIterable<PlacedRecord> {
  for await (const key of store.list(`written/${segment(functionName)}/${segment(account)}`)) {
    const { stream, sequence } = parseStreamKey(key) ?? { stream: '', sequence: 0 };
    if (!isScopeOf(fromSegment(stream.slice(stream.lastIndexOf('/') + 1)), account)) continue;
    const bytes = await store.read(key);
    if (!bytes) continue;
    const record = parseRecord(key, bytes);
    yield { key, stream, sequence, atMs: record.atMs, owner: record.owner, written: readWritten(key, record) };
  }
}

/**
 * What a function meant to write to a resource and to its parts, newest last; reads the whole stream, so it is for people who ask, not for runs.
 * @throws StoreError when the store does not answer
 * @throws JournalError when a record cannot be read
 */
export async function pastWrites(store: Store, functionName: string, account: string, resource: string): Promise<readonly PastWrite[]> {
  const writes = new Map<string, PastWrite>();
  const isOfIt = (each: { readonly resource: string }): boolean => each.resource === resource || each.resource.startsWith(`${resource}/`);
  for await (const { key, stream, sequence, atMs, written } of intentRecords(store, functionName, account)) {
    if (written?.kind === 'intents') {
      for (const { resource: id, setting, value } of written.body.intents.filter(isOfIt)) {
        const part = id === resource ? {} : { part: id.slice(resource.length + 1) };
        const write = { atMs, ...part, setting, value, outcome: undefined, record: key };
        writes.set(JSON.stringify([stream, sequence, id, setting]), write);
      }
    } else if (written?.kind === 'outcomes') {
      for (const { resource: id, setting, outcome, code } of written.body.outcomes.filter(isOfIt)) {
        const place = JSON.stringify([stream, written.body.of, id, setting]);
        const write = writes.get(place);
        if (write) writes.set(place, { ...write, outcome, ...(code === undefined ? {} : { code }) });
      }
    }
  }
  return [...writes.values()].sort((a, b) => a.atMs - b.atMs);
}
