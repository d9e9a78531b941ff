import type { EpochMs } from '../../shared/client/clock.ts';
import type { Assumptions } from '../assumptions.ts';

type Answer = Readonly<Record<string, unknown>>;

/** A read that was made before: whose account it looks at, and how it is made again. */
interface KnownRead {
  readonly accountId: string;
  /** Undefined where it is refused now. */
  readonly again: () => Answer | undefined;
}

/** What a read answered right before a write. */
interface Former {
  readonly writtenMs: EpochMs;
  readonly answer: Answer | undefined;
}

const secondMs = 1_000;
/** For how long former answers can be asked for. */
const keptMs = 3_600 * secondMs;
const readsKept = 2_000;

/** How long a write takes to show, in milliseconds, in lists and in reads of one resource. */
const lags: Readonly<Record<Assumptions['lateReads'], { readonly list: number; readonly single: number }>> = {
  none: { list: 0, single: 0 },
  '20s': { list: 20 * secondMs, single: 20 * secondMs },
  '7m': { list: 420 * secondMs, single: 420 * secondMs },
  'lists 7m': { list: 420 * secondMs, single: 0 },
  'singles 7m': { list: 0, single: 420 * secondMs },
};

/** How long after a write a read shows it, in milliseconds, under a setting of `lateReads`. */
export function lagOf(setting: Assumptions['lateReads'], action: string): number {
  return lags[setting][/^(Page)?List/.test(action) ? 'list' : 'single'];
}

/**
 * Reads that lag behind writes, as those of a copy of the service's data do: for a while after a write, a read of the same account shows what
 * it showed before. A read that was never made before the write shows the write at once.
 */
export class LateReads {
  readonly #reads = new Map<string, KnownRead>();
  readonly #formers = new Map<string, Former[]>();

  /** Remembers how a read is made again. The oldest ones are forgotten. */
  note(key: string, read: KnownRead): void {
    this.#reads.delete(key);
    this.#reads.set(key, read);
    const oldest = this.#reads.size > readsKept ? this.#reads.keys().next().value : undefined;
    if (oldest === undefined) return;
    this.#reads.delete(oldest);
    this.#formers.delete(oldest);
  }

  /** A write is about to run: keeps what the known reads of the account answer without it. */
  beforeWrite(accountId: string, nowMs: EpochMs): void {
    for (const [key, { accountId: of, again }] of this.#reads) {
      if (of !== accountId) continue;
      const former = (this.#formers.get(key) ?? []).filter(({ writtenMs }) => writtenMs > nowMs - keptMs);
      this.#formers.set(key, [...former, { writtenMs: nowMs, answer: again() }]);
    }
  }

  /** What a read answers that shows no write of the last `lagMs`; undefined where there was none, or where what it showed is not known. */
  find(key: string, nowMs: EpochMs, lagMs: number): Answer | undefined {
    return this.#formers.get(key)?.find(({ writtenMs }) => writtenMs > nowMs - lagMs)?.answer;
  }
}
