import type { EpochMs } from '../client/clock.ts';
import { keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, lastListed, readFrom, type StreamEnd, type StreamEntry } from './stream.ts';
import type { WrittenView } from './written.ts';
import { readWritten, type WrittenRecord } from './written-record.ts';
import { countsOf, emptyState, fold, type RollingCounts, snapshotOf, viewOf, type WrittenState } from './written-state.ts';

/** Each record whose number is a multiple of this, the first excepted, is a snapshot: reading a stream starts at the last of them. */
export const snapshotEvery = 100;

/** Who writes: the run's random token, and the time of the record. */
export interface Signed {
  readonly owner: string;
  readonly atMs: EpochMs;
}

/** What became of adding to the log: `overtaken` means that another run of the same target has acted since we looked; nothing was added. */
export type Added = { readonly outcome: 'added'; readonly sequence: number } | { readonly outcome: 'overtaken'; readonly by: string };

interface Tail {
  readonly sequence: number;
  readonly atMs: EpochMs;
  readonly owner: string;
  readonly record: WrittenRecord;
}

/**
 * The `written` stream of one function and account. Planners see it as it was when loaded; what this run or others add later is kept
 * aside, so that a run's own intents never look like history to its own decisions.
 */
export class WrittenLog {
  readonly stream: string;
  readonly #state: WrittenState;
  #tail: Tail[] = [];
  #end: StreamEnd;

  private constructor(stream: string, state: WrittenState, end: StreamEnd) {
    this.stream = stream;
    this.#state = state;
    this.#end = end;
  }

  /** Reads the stream. @throws JournalError when its records cannot be trusted @throws StoreError */
  static *load(functionName: string, account: string): Storing<WrittenLog> {
    const stream = keyOf('written', functionName, account);
    const hint = yield* lastListed(stream);
    const from = hint < snapshotEvery ? 0 : hint - (hint % snapshotEvery);
    for (const start of new Set([from, 0])) {
      const state = emptyState();
      let whole = start === 0;
      const end = yield* readFrom(stream, start, hint, ({ sequence, record }) => {
        const written = readWritten(streamKey(stream, sequence), record);
        // Without its snapshot a stream can only be read from the beginning.
        if (sequence === start && written?.kind === 'snapshot') whole = true;
        if (written) fold(state, sequence, record.atMs, written);
      });
      if (whole) return new WrittenLog(stream, state, end);
    }
    throw new RangeError(`No start found in ${stream}.`);
  }

  /** What planners may ask, as of loading. */
  get view(): WrittenView {
    return viewOf(this.#state);
  }

  /** What was done for a target in the 24 hours before `nowMs`, as of loading. */
  counts(target: string, nowMs: EpochMs): RollingCounts {
    return countsOf(this.#state, target, nowMs);
  }

  /** Settings of a resource on which a value that is not ours was seen and still stands, as of loading. */
  foreignSettings(resourceId: string): readonly string[] {
    return [...(this.#state.foreign.get(resourceId)?.keys() ?? [])];
  }

  /** The set of holds that was told last for a target: its digest, and the key of the run record that lists them. */
  toldHolds(target: string): { readonly digest: string; readonly run: string } | undefined {
    return this.#state.holds.get(target);
  }

  /**
   * Adds one record; a snapshot first where the next number asks for one. Intents give up when another run has written intents for the
   * same target since loading: what the limits allow was counted without them.
   * @throws JournalError @throws StoreError
   */
  *add(signed: Signed, record: Exclude<WrittenRecord, { kind: 'snapshot' }>): Storing<Added> {
    let rival = this.#rival(record, signed.owner);
    while (rival === undefined) {
      const snapshotDue = this.#end.next > 0 && this.#end.next % snapshotEvery === 0;
      const draft: WrittenRecord = snapshotDue ? { kind: 'snapshot', body: snapshotOf(this.#folded(), signed.atMs) } : record;
      // Stops at any record of others: the next number may ask for a snapshot, which must contain what has just been seen.
      const appended = yield* append(this.stream, this.#end, { ...signed, ...draft }, (entry) => {
        this.#keep(entry);
        return 'stop';
      });
      this.#end = appended.end;
      if (appended.outcome === 'appended') {
        this.#tail.push({ ...signed, sequence: appended.sequence, record: draft });
        if (!snapshotDue) return { outcome: 'added', sequence: appended.sequence };
      }
      rival = this.#rival(record, signed.owner);
    }
    return { outcome: 'overtaken', by: rival };
  }

  #keep({ sequence, record }: StreamEntry): void {
    const written = readWritten(streamKey(this.stream, sequence), record);
    if (written) this.#tail.push({ sequence, atMs: record.atMs, owner: record.owner, record: written });
  }

  /** Owner of intents that another run has added for the same target since loading. */
  #rival({ kind, body }: WrittenRecord, owner: string): string | undefined {
    if (kind !== 'intents') return undefined;
    return this.#tail.find(({ record, owner: other }) => record.kind === 'intents' && record.body.target === body.target && other !== owner)
      ?.owner;
  }

  /** The state with all that was added since loading. */
  #folded(): WrittenState {
    const state = emptyState();
    fold(state, 0, 0, { kind: 'snapshot', body: snapshotOf(this.#state, 0) });
    for (const { sequence, atMs, record } of this.#tail) fold(state, sequence, atMs, record);
    return state;
  }
}
