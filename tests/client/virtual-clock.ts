import { onAbort } from '../../shared/client/abort.ts';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';

interface Sleeper {
  readonly atMs: EpochMs;
  readonly order: number;
  readonly wake: () => void;
  gone: boolean;
}

/**
 * A clock on which nobody waits: when nothing else is left to do in this turn of the event loop, it jumps to the earliest sleeper.
 * Sleepers wake in the order of their times. `slept` lists all lengths asked for.
 */
export class VirtualClock implements Clock {
  #nowMs: EpochMs;
  #order = 0;
  #scheduled = false;
  #sleepers: Sleeper[] = [];
  readonly slept: number[] = [];

  constructor(startMs: EpochMs = Date.UTC(2026, 10, 24, 4, 0, 0)) {
    this.#nowMs = startMs;
  }

  now(): EpochMs {
    return this.#nowMs;
  }

  /** Moves on by hand. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      let forget: (() => void) | undefined;
      const sleeper: Sleeper = {
        atMs: this.#nowMs + ms,
        order: this.#order++,
        gone: false,
        wake: () => {
          forget?.();
          resolve();
        },
      };
      if (signal) {
        forget = onAbort(signal, () => {
          sleeper.gone = true;
          reject(signal.reason as Error);
        });
      }
      this.#insert(sleeper);
      this.#schedule();
    });
  }

  #insert(sleeper: Sleeper): void {
    let index = this.#sleepers.length;
    while (index > 0 && (this.#sleepers[index - 1] as Sleeper).atMs > sleeper.atMs) index -= 1;
    this.#sleepers.splice(index, 0, sleeper);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      if (!next.gone) {
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        next.wake();
      }
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
