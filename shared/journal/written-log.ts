import type { EpochMs } from '../client/clock.ts';
import { keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, lastListed, readFrom, type StreamEnd, type StreamEntry } from './stream.ts';
import { countsOf, type RollingCounts } from './written-counts.ts';
import { fold, type RecordPlace } from './written-fold.ts';
import { openIntent } from './written-history.ts';
import { WrittenMemory } from './written-memory.ts';
import { readParts } from './written-part.ts';
import { type PartBody, readWritten, type ToldHolds, type WrittenRecord } from './written-record.ts';
import { partBody, pendingParts, snapshotOf } from './written-snapshot.ts';
import { copyState, emptyState, splitSettingKey, type WrittenState } from './written-state.ts';

/** Each record whose number is a multiple of this, the first excepted, is a snapshot: reading a stream starts at the last of them. */
export const snapshotEvery = 100;

/** So many settings are kept in snapshots at most; beyond, they go to the parts. Open intents come on top. */
const settingsAtHand = 4096;

/** Who writes: the run's random token, and the time of the record. */
export interface Signed {
  readonly owner: string;
  readonly atMs: EpochMs;
}

/** What became of adding to the log: `overtaken` means that another run of the same target has acted since we looked; nothing was added. */
export type Added = { readonly outcome: 'added'; readonly sequence: number } | { readonly outcome: 'overtaken'; readonly by: string };

/** Records that a run adds; those that keep the stream short are written by the log itself. */
type Addition = Exclude<WrittenRecord, { kind: 'snapshot' | 'part' }>;

/**
 * The `written` stream of one function and account. Planners see it as it was when loaded; what this run or others add later is kept
 * aside, so that a run's own intents never look like history to its own decisions.
 *
 * Loading reads the last snapshot and what follows it. Values that were settled long ago lie in parts, of which only those are read that
 * somebody asks for: `view.takeMissing` names what was asked for in vain, `recall` reads it.
 */
export class WrittenLog {
  readonly stream: string;
  /** What planners may ask, as of loading. */
  readonly view: WrittenMemory;
  readonly #loaded: WrittenState;
  /** With all that was added since loading; made when the first record is. */
  #live: WrittenState | undefined;
  /** Owners of intents added since loading, by target. */
  readonly #writers = new Map<string, Set<string>>();
  #end: StreamEnd;

  private constructor(stream: string, state: WrittenState, end: StreamEnd) {
    this.stream = stream;
    this.view = new WrittenMemory(state);
    this.#loaded = state;
    this.#end = end;
  }

  /** Reads the stream. `scope` is an account, or see `writtenScope`. @throws JournalError when its records cannot be trusted @throws StoreError */
  static *load(functionName: string, scope: string): Storing<WrittenLog> {
    const stream = keyOf('written', functionName, scope);
    const hint = yield* lastListed(stream);
    const from = hint < snapshotEvery ? 0 : hint - (hint % snapshotEvery);
    for (const start of new Set([from, 0])) {
      const state = emptyState();
      let whole = start === 0;
      // A record is folded once its link is known: the next one carries it.
      let last: { readonly entry: StreamEntry; readonly written: WrittenRecord } | undefined;
      const foldLast = (link: string | null): void => {
        if (last) fold(state, placeOf(last.entry, link), last.written);
        last = undefined;
      };
      const end = yield* readFrom(stream, start, hint, (entry) => {
        foldLast(entry.record.prev);
        const written = readWritten(streamKey(stream, entry.sequence), entry.record);
        // Without its snapshot a stream can only be read from the beginning.
        if (entry.sequence === start && written?.kind === 'snapshot') whole = true;
        if (written) last = { entry, written };
      });
      foldLast(end.prev);
      if (whole) return new WrittenLog(stream, state, end);
    }
    throw new RangeError(`No start found in ${stream}.`);
  }

  /** Reads the histories of resources, so that `view` knows them. Each part that holds some is read once. @throws JournalError @throws StoreError */
  *recall(resources: Iterable<string>): Storing<void> {
    yield* this.view.recall(this.stream, resources);
  }

  /** Asks anew until everything that was asked of `view` was at hand; reads what is not. @throws JournalError @throws StoreError */
  *withHistory<T>(ask: () => T): Storing<T> {
    for (;;) {
      const answer = ask();
      const missing = this.view.takeMissing();
      if (missing.length === 0) return answer;
      yield* this.recall(missing);
    }
  }

  /** What was done for a target in the 24 hours before `nowMs`, as of loading. */
  counts(target: string, nowMs: EpochMs): RollingCounts {
    return countsOf(this.#loaded.acts.values(), target, nowMs);
  }

  /** Settings of a resource on which a value that is not ours was seen and still stands, as of loading. */
  foreignSettings(resourceId: string): readonly string[] {
    return [...(this.#loaded.foreign.get(resourceId)?.keys() ?? [])];
  }

  /**
   * The last intents of a setting whose outcome is not written down, as of loading: a crash cut them off, or what became of them is not
   * known yet. `of` is the number of their record.
   */
  openIntents(setting: string): readonly { readonly resource: string; readonly of: number; readonly atMs: EpochMs }[] {
    return [...this.#loaded.histories].flatMap(([key, history]) => {
      const [resource, name] = splitSettingKey(key);
      const open = name === setting ? openIntent(history) : undefined;
      return open ? [{ resource, of: open.of, atMs: open.atMs }] : [];
    });
  }

  /** The set of holds that was told last for a target: its digest, the key of the run record that lists them, and what nobody has of it yet. */
  toldHolds(target: string): ToldHolds | undefined {
    return this.#loaded.holds.get(target);
  }

  /**
   * Adds one record; a snapshot first where the next number asks for one. Intents give up when another run has written intents for the
   * same target since loading: what the limits allow was counted without them.
   * @throws JournalError @throws StoreError
   */
  *add(signed: Signed, record: Addition): Storing<Added> {
    const rival = () => (record.kind === 'intents' ? this.#rival(record.body.target, signed.owner) : undefined);
    const sequence = yield* this.#write(signed, () => (rival() === undefined ? record : undefined));
    if (sequence === undefined) return { outcome: 'overtaken', by: rival() ?? '' };
    // Not after intents: somebody waits to act.
    if (record.kind !== 'intents') yield* this.#moveToParts(signed);
    return { outcome: 'added', sequence };
  }

  /**
   * Adds the record that `draft` gives, a snapshot before it where one is due. Where others' records come first, all is asked and made
   * anew behind them, since a snapshot or a part must contain them. Undefined where `draft` gives none.
   */
  *#write(signed: Signed, draft: () => WrittenRecord | undefined): Storing<number | undefined> {
    for (;;) {
      this.#live ??= copyState(this.#loaded);
      const due = this.#end.next > 0 && this.#end.next % snapshotEvery === 0;
      const record: WrittenRecord | undefined = due ? { kind: 'snapshot', body: snapshotOf(this.#live, signed.atMs) } : draft();
      if (record === undefined) return undefined;
      let other: StreamEntry | undefined;
      const appended = yield* append(this.stream, this.#end, { ...signed, ...record }, (entry) => {
        other = entry;
        return 'stop';
      });
      this.#end = appended.end;
      if (other) {
        const written = readWritten(streamKey(this.stream, other.sequence), other.record);
        if (written) this.#fold(other, appended.end.prev, written);
      } else {
        this.#fold({ sequence: appended.sequence, record: signed }, appended.end.prev, record);
        if (!due) return appended.sequence;
      }
    }
  }

  #fold(entry: { readonly sequence: number; readonly record: Signed }, link: string | null, record: WrittenRecord): void {
    this.#live ??= copyState(this.#loaded);
    fold(this.#live, placeOf(entry, link), record);
    if (record.kind !== 'intents') return;
    const owners = this.#writers.get(record.body.target) ?? new Set();
    this.#writers.set(record.body.target, owners.add(entry.record.owner));
  }

  /** Owner of intents that another run has added for the same target since loading. */
  #rival(target: string, owner: string): string | undefined {
    return [...(this.#writers.get(target) ?? [])].find((other) => other !== owner);
  }

  /** Writes settled values to the parts once there are too many for snapshots. Cut off at any point, it has lost nothing. */
  *#moveToParts(signed: Signed): Storing<void> {
    const live = this.#live;
    if (!live || live.histories.size <= settingsAtHand) return;
    const pending = pendingParts(live);
    if ([...pending.values()].reduce((sum, count) => sum + count, 0) <= settingsAtHand) return;
    for (const part of pending.keys()) {
      // Another run may write the part before us: then this begins again with what stands there.
      while (pendingParts(live).has(part)) {
        const place = live.parts.get(part);
        let before: PartBody | undefined;
        yield* readParts(this.stream, place ? [place] : [], (body) => {
          before = body;
        });
        const isSame = () => live.parts.get(part) === place;
        yield* this.#write(signed, () => (isSame() ? { kind: 'part', body: partBody(live, part, before, signed.atMs) } : undefined));
      }
    }
  }
}

function placeOf({ sequence, record }: { readonly sequence: number; readonly record: Signed }, link: string | null): RecordPlace {
  return { sequence, atMs: record.atMs, owner: record.owner, link: link ?? '' };
}
