import type { EpochMs } from '../../shared/client/clock.ts';

/** Something that is due at an instant. */
interface Work {
  readonly atMs: EpochMs;
  /** The order in which it was added, which decides between those of one instant. */
  readonly order: number;
  readonly work: () => void | Promise<void>;
}

/** What is due, earliest first. Short queues: it is searched, not sorted. */
export class WorkQueue {
  readonly #waiting = new Set<Work>();
  #order = 0;

  /** How much waits. */
  get size(): number {
    return this.#waiting.size;
  }

  /** When the earliest is due; undefined where nothing waits. */
  get nextMs(): EpochMs | undefined {
    return this.#first()?.atMs;
  }

  /** Adds work. */
  push(atMs: EpochMs, work: Work['work']): void {
    this.#waiting.add({ atMs, order: this.#order++, work });
  }

  /** Takes out the earliest work that is due at or before `untilMs`; undefined when there is none. */
  take(untilMs: EpochMs): Work | undefined {
    const first = this.#first();
    if (!first || first.atMs > untilMs) return undefined;
    this.#waiting.delete(first);
    return first;
  }

  #first(): Work | undefined {
    let first: Work | undefined;
    for (const each of this.#waiting) {
      if (!first || each.atMs < first.atMs || (each.atMs === first.atMs && each.order < first.order)) first = each;
    }
    return first;
  }
}
