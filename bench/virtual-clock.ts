import type { Clock, EpochMs } from '../shared/client/clock.ts';

interface Sleeper {
  readonly atMs: EpochMs;
  readonly wake: () => void;
}

/** A clock that jumps from one sleeper to the next. */
export class BenchClock implements Clock {
  #nowMs: EpochMs;
  readonly #sleepers: Sleeper[] = [];

  constructor(startMs: EpochMs) {
    this.#nowMs = startMs;
  }

  now(): EpochMs {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { atMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets everything that can run do so, then moves to the earliest sleeper and wakes it. */
  async step(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    let earliest = 0;
    for (let index = 1; index < this.#sleepers.length; index += 1) {
      if ((this.#sleepers[index] as Sleeper).atMs < (this.#sleepers[earliest] as Sleeper).atMs) earliest = index;
    }
    const [sleeper] = this.#sleepers.splice(earliest, 1);
    if (!sleeper) return;
    this.#nowMs = Math.max(this.#nowMs, sleeper.atMs);
    sleeper.wake();
  }
}
