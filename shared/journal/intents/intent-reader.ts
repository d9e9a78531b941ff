import type { EpochMs } from '../../client/clock.ts';
import { listedEnd, readFrom, type StreamEnd, type StreamEntry } from '../log/stream.ts';
import { keyOf, streamKey } from '../store/key.ts';
import type { JournalError } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';
import { fold, foldUnread, type RecordPlace } from './intent-fold.ts';
import { WrittenMemory } from './intent-memory.ts';
import { type IntentRecord, readWritten, type ToldHolds } from './intent-record.ts';
import { countsOf, emptyState, type IntentState, openIntent, type RollingCounts, splitSettingKey } from './intent-state.ts';

/** Each record whose number is a multiple of this, the first excepted, is a snapshot: reading a stream starts at the last of them. */
export const snapshotEvery = 100;

/** So many snapshots before the last are tried where it cannot be read: reading stays bounded. */
const snapshotsBack = 3;

/** A `written` stream as it was read. */
export interface LoadedStream {
  readonly stream: string;
  readonly state: IntentState;
  readonly end: StreamEnd;
  /** Records that cannot be read and that nobody has skipped. */
  readonly damaged: readonly JournalError[];
  /** Numbers of damaged records behind which none can be read: when they were written shows with the next one. */
  readonly undated: readonly number[];
}

/**
 * Reads the stream of a function, from its last snapshot on. `scope` is an account, or see `writtenScope`. A record that cannot be read is passed over:
 * for 24 hours limits count it as more acts than they allow, since what it did is not known. @throws StoreError
 */
export function* readWrittenStream(functionName: string, scope: string): Storing<LoadedStream> {
  const stream = keyOf('written', functionName, scope);
  const { last: hint, strays } = yield* listedEnd(stream);
  const last = hint < snapshotEvery ? 0 : hint - (hint % snapshotEvery);
  const first = Math.max(0, last - snapshotsBack * snapshotEvery);
  for (let start = last; ; start -= snapshotEvery) {
    const state = emptyState();
    const damaged = strays.map(({ error }) => error);
    const undated: number[] = [];
    let whole = start === first;
    // A record is folded once its link is known: the next one carries it.
    let before: { readonly entry: StreamEntry; readonly written: IntentRecord } | undefined;
    const foldLast = (link: string | null): void => {
      if (before) fold(state, placeOf(before.entry, link), before.written);
      before = undefined;
    };
    const end = yield* readFrom(
      stream,
      start,
      hint,
      (entry) => {
        foldLast(entry.record.prev);
        const written = readWritten(streamKey(stream, entry.sequence), entry.record);
        for (const sequence of undated.splice(0)) foldUnread(state, sequence, entry.record.atMs);
        // Without its snapshot a stream can only be read from an earlier one.
        if (entry.sequence === start && written?.kind === 'snapshot') whole = true;
        if (written) before = { entry, written };
      },
      (error, sequence) => {
        damaged.push(error);
        undated.push(sequence);
      },
    );
    foldLast(end.prev);
    for (const sequence of undated) foldUnread(state, sequence, Number.POSITIVE_INFINITY);
    if (whole) return { stream, state, end, damaged, undated };
  }
}

/** Where a record stands; `link` is what the next one carries of it. */
export function placeOf(
  { sequence, record }: { readonly sequence: number; readonly record: { readonly owner: string; readonly atMs: EpochMs } },
  link: string | null,
): RecordPlace {
  return { sequence, atMs: record.atMs, owner: record.owner, link: link ?? '' };
}

/**
 * What a function meant to write and what became of it, as of loading. Loading reads the last snapshot and what follows it. Values that were settled
 * long ago lie in parts, of which only those are read that somebody asks for: `view.takeMissing` names what was asked for in vain, `recall` reads it.
 */
export class IntentReader {
  /** What planners may ask. */
  readonly view: WrittenMemory;
  protected readonly loaded: LoadedStream;

  constructor(loaded: LoadedStream) {
    this.loaded = loaded;
    this.view = new WrittenMemory(loaded.state);
  }

  /** Records that cannot be read and that nobody has skipped, as far as they were read. */
  get damaged(): readonly JournalError[] {
    return [...this.loaded.damaged, ...this.view.damaged];
  }

  /** Reads the histories of resources, so that `view` knows them. Each part that holds some is read once. @throws StoreError */
  *recall(resources: Iterable<string>): Storing<void> {
    yield* this.view.recall(this.loaded.stream, resources);
  }

  /** Asks anew until everything that was asked of `view` was at hand; reads what is not. @throws StoreError */
  *withHistory<T>(ask: () => T): Storing<T> {
    for (;;) {
      const answer = ask();
      const missing = this.view.takeMissing();
      if (missing.length === 0) return answer;
      yield* this.recall(missing);
    }
  }

  /**
   * What was done for a target in the 24 hours before `nowMs`, as of loading. `targets`: those of the policy by name; what was done for any other counts
   * too. Default: only what was done under the name of the target.
   */
  counts(target: string, nowMs: EpochMs, targets?: Readonly<Record<string, unknown>>): RollingCounts {
    return countsOf(this.loaded.state.acts.values(), target, nowMs, targets);
  }

  /** Settings of a resource on which a value that is not ours was seen and still stands, as of loading. */
  externalSettings(resourceId: string): readonly string[] {
    return (this.loaded.state.external.get(resourceId) ?? []).map(([setting]) => setting);
  }

  /** Resources whose ids begin alike and on which a value is not ours, as of loading. */
  externallyChanged(prefix: string): readonly string[] {
    return [...this.loaded.state.external.keys()].filter((id) => id.startsWith(prefix));
  }

  /** Resources on which a setting has a value that is not ours, and since when, as of loading. */
  externalOn(setting: string): readonly { readonly resource: string; readonly sinceMs: EpochMs }[] {
    return [...this.loaded.state.external].flatMap(([resource, settings]) => {
      return settings.flatMap(([name, { sinceMs }]) => (name === setting ? [{ resource, sinceMs }] : []));
    });
  }

  /**
   * The last intents of a setting whose outcome is not written down, as of loading: a crash cut them off, or what became of them is not
   * known yet. `of` is the number of their record.
   */
  openIntents(setting: string): readonly { readonly resource: string; readonly of: number; readonly atMs: EpochMs }[] {
    return [...this.loaded.state.histories].flatMap(([key, history]) => {
      const [resource, name] = splitSettingKey(key);
      const open = name === setting ? openIntent(history) : undefined;
      return open ? [{ resource, of: open.of, atMs: open.atMs }] : [];
    });
  }

  /** The set of holds that was told last for a target: its digest, the key of the run record that lists them, and what nobody has of it yet. */
  toldHolds(target: string): ToldHolds | undefined {
    return this.loaded.state.holds.get(target);
  }
}
