import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { createLimiter } from '../../shared/client/limiter.ts';
import { atMost, type BenchRow } from '../row.ts';

const perSecond = 20;
const calls = 6000;
const answerMs = 30;

/**
 * Time that the limiter takes for many calls against a service that refuses what exceeds its rate, against calls ÷ rate. In virtual time,
 * so the figure is the same on every machine.
 */
export async function limiterRow(): Promise<BenchRow> {
  const clock = new BenchClock(Date.UTC(2026, 0, 1));
  const limiter = createLimiter({ clock });
  const startMs = clock.now();
  let served = 0;
  let tokens = perSecond;
  let refilledMs = startMs;
  const admits = (): boolean => {
    tokens = Math.min(perSecond, tokens + ((clock.now() - refilledMs) * perSecond) / 1000);
    refilledMs = clock.now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const worker = async (): Promise<void> => {
    while (served < calls) {
      const permit = await limiter.acquire();
      const admitted = admits();
      await clock.sleep(answerMs);
      limiter.release(permit, admitted ? 'passed' : 'throttled');
      if (admitted) served += 1;
    }
  };
  const work = Promise.all(Array.from({ length: 50 }, worker));
  let over = false;
  void work.then(() => {
    over = true;
  });
  while (!over) await clock.step();
  return atMost(
    `time for ${calls} calls at ${perSecond}/s, against calls ÷ rate`,
    's',
    (clock.now() - startMs) / 1000,
    calls / perSecond,
    1.05,
  );
}

interface Sleeper {
  readonly atMs: EpochMs;
  readonly wake: () => void;
}

/** A clock that jumps from one sleeper to the next. */
class BenchClock implements Clock {
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
