import type { Timers } from '../../shared/client/transport.ts';

/** Deadlines that pass when the test says so. */
export class ManualTimers implements Timers {
  readonly #pending = new Map<number, { run: () => void; ms: number }>();
  #next = 1;

  set(run: () => void, ms: number): number {
    const id = this.#next++;
    this.#pending.set(id, { run, ms });
    return id;
  }

  clear(timer: unknown): void {
    this.#pending.delete(timer as number);
  }

  /** Lengths of the deadlines that are running. */
  get running(): number[] {
    return [...this.#pending.values()].map(({ ms }) => ms);
  }

  /** Lets every running deadline of this length pass. */
  pass(ms: number): void {
    for (const [id, timer] of this.#pending) {
      if (timer.ms !== ms) continue;
      this.#pending.delete(id);
      timer.run();
    }
  }
}
