import type { EpochMs } from '../../shared/client/clock.ts';

/** An answer of a read and when the world was so. */
interface Remembered {
  readonly atMs: EpochMs;
  readonly answer: Readonly<Record<string, unknown>>;
}

const answersPerRead = 16;
const readsKept = 2_000;

/** Former answers of reads, for faults that answer from the past. */
export class History {
  readonly #answers = new Map<string, Remembered[]>();

  /** Names a read by everything that its answer depends on besides the time. */
  static key(accountId: string, action: string, input: Readonly<Record<string, unknown>>): string {
    return `${accountId} ${action} ${JSON.stringify(input)}`;
  }

  /** Keeps an answer; only the latest few of each read stay. */
  keep(key: string, atMs: EpochMs, answer: Readonly<Record<string, unknown>>): void {
    const answers = this.#answers.get(key) ?? [];
    this.#answers.delete(key);
    this.#answers.set(key, [...answers.slice(1 - answersPerRead), { atMs, answer }]);
    if (this.#answers.size > readsKept) {
      const oldest = this.#answers.keys().next().value;
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
  }

  /** The latest answer that is of `untilMs` or earlier; undefined where none is remembered. */
  find(key: string, untilMs: EpochMs): Readonly<Record<string, unknown>> | undefined {
    return this.#answers.get(key)?.findLast(({ atMs }) => atMs <= untilMs)?.answer;
  }
}
