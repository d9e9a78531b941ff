import type { EpochMs } from '../../client/clock.ts';
import { append, Misfits, type OtherEntry, type StreamEnd } from '../log/stream.ts';
import { streamKey } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';
import { fold, foldUnread } from './intent-fold.ts';
import { IntentReader, type LoadedStream, placeOf, readWrittenStream, snapshotEvery } from './intent-reader.ts';
import { type IntentRecord, type PartBody, readWritten } from './intent-record.ts';
import { partBody, pendingParts, snapshotOf } from './intent-snapshot.ts';
import { copyState, type IntentState, readParts } from './intent-state.ts';

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
type Addition = Exclude<IntentRecord, { kind: 'snapshot' | 'part' }>;

/**
 * The `written` stream of one function and account. Planners see it as it was when loaded; what this run or others add later is kept
 * aside, so that a run's own intents never look like history to its own decisions.
 */
export class IntentLog extends IntentReader {
  readonly stream: string;
  /** With all that was added since loading; made when the first record is. */
  #live: IntentState | undefined;
  /** Owners of intents added since loading, by target. */
  readonly #writers = new Map<string, Set<string>>();
  #end: StreamEnd;

  private constructor(loaded: LoadedStream) {
    super(loaded);
    this.stream = loaded.stream;
    this.#end = loaded.end;
  }

  /** Reads the stream, as `readWrittenStream`. @throws StoreError */
  static *load(functionName: string, scope: string): Storing<IntentLog> {
    return new IntentLog(yield* readWrittenStream(functionName, scope));
  }

  /**
   * Adds one record; a snapshot first where the next number asks for one. Intents give up when another run has written intents for the
   * same target since loading: what the limits allow was counted without them.
   * @throws StoreError
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
  *#write(signed: Signed, draft: () => IntentRecord | undefined): Storing<number | undefined> {
    const misfits = new Misfits(this.stream);
    for (;;) {
      if (this.#live === undefined) {
        this.#live = copyState(this.loaded.state);
        for (const sequence of this.loaded.undated) foldUnread(this.#live, sequence, signed.atMs);
      }
      const due = this.#end.next > 0 && this.#end.next % snapshotEvery === 0;
      const record: IntentRecord | undefined = due ? { kind: 'snapshot', body: snapshotOf(this.#live, signed.atMs) } : draft();
      if (record === undefined) return undefined;
      let other: OtherEntry | undefined;
      const appended = yield* append(this.stream, this.#end, { ...signed, ...record }, (entry) => {
        other = entry;
        return 'stop';
      });
      this.#end = appended.end;
      if (other) misfits.note(this.#foldOther(other, appended.end.prev, signed.atMs));
      else {
        this.#fold({ sequence: appended.sequence, record: signed }, appended.end.prev, record);
        if (!due) return appended.sequence;
      }
    }
  }

  /** True where it can be read. */
  #foldOther({ sequence, record }: OtherEntry, link: string | null, nowMs: EpochMs): boolean {
    try {
      if (record instanceof JournalError) throw record;
      const written = readWritten(streamKey(this.stream, sequence), record);
      if (written) this.#fold({ sequence, record }, link, written);
      return true;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      foldUnread(this.#live as IntentState, sequence, nowMs);
      return false;
    }
  }

  #fold(entry: { readonly sequence: number; readonly record: Signed }, link: string | null, record: IntentRecord): void {
    this.#live ??= copyState(this.loaded.state);
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
        const take = (body: PartBody): void => {
          before = body;
        };
        yield* readParts(this.stream, place ? [place] : [], take, () => {});
        const isSame = () => live.parts.get(part) === place;
        yield* this.#write(signed, () => (isSame() ? { kind: 'part', body: partBody(live, part, before, signed.atMs) } : undefined));
      }
    }
  }
}

/** What a `written` stream is about, beside its function: an account, or one of its regions where runs are made for each region apart. */
interface ScopeOwner {
  readonly account: string;
  /** The only region that is looked at. Default: all. */
  readonly shard?: string | undefined;
}

/**
 * Name of the stream of a target: `<account>`, or `<account>.<region>`, so that runs of several regions at once never write into one stream,
 * where each would find the other in its way. Accounts are digits.
 */
export function writtenScope({ account, shard }: ScopeOwner): string {
  return shard === undefined ? account : `${account}.${shard}`;
}

/** True for the streams of an account: its own and those of its regions. */
export function isScopeOf(scope: string, account: string): boolean {
  return scope === account || scope.startsWith(`${account}.`);
}
