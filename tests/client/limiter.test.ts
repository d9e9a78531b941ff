import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter, type Limiter, sharedLimiter } from '../../shared/client/limiter.ts';
import { AdaptiveRate } from '../../shared/client/rate.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A service that lets `rate` calls through per second, and `burst` at once: the usual token bucket. */
class Gate {
  #tokens: number;
  #atMs: number;
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: VirtualClock;
  refused = 0;

  constructor(clock: VirtualClock, rate: number, burst: number) {
    this.#clock = clock;
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = clock.now();
  }

  pass(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#atMs) * this.#rate) / 1000);
    this.#atMs = now;
    if (this.#tokens < 1) {
      this.refused += 1;
      return false;
    }
    this.#tokens -= 1;
    return true;
  }
}

interface Load {
  readonly calls: number;
  readonly workers: number;
  readonly latencyMs: number;
  readonly retryAfterMs?: number;
}

/** Works off the calls, each until it passes; gives the seconds that it took. */
async function work(clock: VirtualClock, limiter: Limiter, gate: Gate, load: Load): Promise<number> {
  const startMs = clock.now();
  let left = load.calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      for (let passed = false; !passed; ) {
        const permit = limiter.tryAcquire() ?? (await limiter.acquire());
        await clock.sleep(load.latencyMs / 2);
        passed = gate.pass();
        await clock.sleep(load.latencyMs / 2);
        limiter.release(permit, passed ? 'passed' : 'throttled', passed ? undefined : load.retryAfterMs);
      }
    }
  };
  await Promise.all(Array.from({ length: load.workers }, worker));
  return (clock.now() - startMs) / 1000;
}

describe('throughput under a rate limit, in virtual time', () => {
  it.each([
    { rate: 10, burst: 10, latencyMs: 40, workers: 16, seconds: 300, retryAfterMs: undefined },
    { rate: 10, burst: 1, latencyMs: 100, workers: 4, seconds: 300, retryAfterMs: undefined },
    { rate: 50, burst: 50, latencyMs: 40, workers: 32, seconds: 120, retryAfterMs: undefined },
    { rate: 50, burst: 5, latencyMs: 40, workers: 32, seconds: 120, retryAfterMs: 100 },
    { rate: 100, burst: 100, latencyMs: 30, workers: 50, seconds: 100, retryAfterMs: undefined },
    { rate: 20, burst: 20, latencyMs: 60, workers: 8, seconds: 300, retryAfterMs: 1000 },
  ])('$rate calls/s, burst $burst, $workers workers: within 5 % of the minimum, few refusals', async (row) => {
    const clock = new VirtualClock();
    const gate = new Gate(clock, row.rate, row.burst);
    const calls = row.rate * row.seconds;
    const { latencyMs, workers, retryAfterMs } = row;
    const load = { calls, latencyMs, workers, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    const seconds = await work(clock, createLimiter({ clock }), gate, load);
    const least = (calls - row.burst) / row.rate;
    expect(seconds / least).toBeLessThanOrEqual(1.05);
    expect(gate.refused / calls).toBeLessThan(0.05);
  });

  it('never storms: refusals stay few for any limit, burst, latency and number of workers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        async (rate, burst, latencyMs, workers) => {
          const clock = new VirtualClock();
          const gate = new Gate(clock, rate, burst);
          const calls = rate * 40;
          await work(clock, createLimiter({ clock }), gate, { calls, workers, latencyMs });
          // The first meeting can refuse whatever is under way; after that a handful per time the limit is touched.
          return gate.refused <= workers + calls * 0.05 + 20;
        },
      ),
      { numRuns: 15 },
    );
  });

  it('finds a raised limit again', async () => {
    const clock = new VirtualClock();
    const limiter = createLimiter({ clock });
    await work(clock, limiter, new Gate(clock, 10, 10), { calls: 600, workers: 8, latencyMs: 40 });
    const raised = new Gate(clock, 40, 10);
    await work(clock, limiter, raised, { calls: 6000, workers: 8, latencyMs: 40 });
    const seconds = await work(clock, limiter, raised, { calls: 2000, workers: 8, latencyMs: 40 });
    expect(2000 / seconds).toBeGreaterThan(35);
  });
});

describe('AdaptiveRate', () => {
  const throttledAt = (nowMs: number): AdaptiveRate => {
    const rate = new AdaptiveRate(0, 100);
    rate.throttled(nowMs, nowMs - 1);
    return rate;
  };

  it('has no limit until the service throttles', () => {
    const rate = new AdaptiveRate(0);
    for (let call = 0; call < 1000; call += 1) rate.take(0);
    expect(rate.perSecond).toBe(Number.POSITIVE_INFINITY);
    expect(rate.waitMs(0)).toBe(0);
  });

  it('halves once for all calls that were under way together', () => {
    const rate = throttledAt(1000);
    rate.throttled(1001, 990);
    rate.throttled(1002, 1000);
    expect(rate.perSecond).toBe(50);
    rate.throttled(1003, 1002);
    expect(rate.perSecond).toBe(25);
  });

  it('is back below the refused rate within a second, and then creeps', () => {
    const rate = throttledAt(0);
    rate.grow(1000);
    expect(rate.perSecond).toBeCloseTo(98, 5);
    for (let second = 2; second <= 11; second += 1) rate.grow(second * 1000);
    expect(rate.perSecond).toBeGreaterThan(98);
    expect(rate.perSecond).toBeLessThan(98.5);
  });

  it('never falls below one call in two seconds', () => {
    const rate = throttledAt(0);
    for (let at = 1; at < 50; at += 1) rate.throttled(at * 10, at * 10);
    expect(rate.perSecond).toBe(0.5);
  });

  it('waits as long as the service asks, whatever the rate', () => {
    const rate = new AdaptiveRate(0, 100);
    rate.throttled(0, -1, 7000);
    expect(rate.waitMs(0)).toBe(7000);
    expect(rate.waitMs(6999)).toBe(1);
    expect(rate.waitMs(7100)).toBe(0);
  });

  it('a pause in calling is no reason to grow', () => {
    const rate = throttledAt(0);
    rate.grow(1000);
    rate.grow(3_600_000);
    expect(rate.perSecond).toBeLessThan(98.1);
  });
});

describe('permits', () => {
  it('no more calls at once than allowed, first come, first served', async () => {
    const limiter = createLimiter({ clock: new VirtualClock(), maxConcurrent: 2 });
    const order: number[] = [];
    const first = limiter.tryAcquire() as number;
    const second = limiter.tryAcquire() as number;
    expect(limiter.tryAcquire()).toBeUndefined();
    const waiting = [1, 2, 3].map((name) => limiter.acquire().then((permit) => [order.push(name), limiter.release(permit, 'passed')]));
    limiter.release(first, 'passed');
    limiter.release(second, 'passed');
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  it('one that is aborted leaves the queue, and the next one gets the permit', async () => {
    const limiter = createLimiter({ clock: new VirtualClock(), maxConcurrent: 1 });
    const held = limiter.tryAcquire() as number;
    const stop = new AbortController();
    const gone = limiter.acquire(stop.signal).catch((reason: unknown) => reason);
    const next = limiter.acquire();
    stop.abort('enough');
    expect(await gone).toBe('enough');
    limiter.release(held, 'passed');
    expect(typeof (await next)).toBe('number');
    await expect(limiter.acquire(AbortSignal.abort('never'))).rejects.toBe('never');
  });

  it('works off a queue of thousands in order', async () => {
    const limiter = createLimiter({ clock: new VirtualClock(), maxConcurrent: 1 });
    const held = limiter.tryAcquire() as number;
    const order: number[] = [];
    const all = Array.from({ length: 5000 }, (_, name) =>
      limiter.acquire().then((permit) => {
        order.push(name);
        limiter.release(permit, 'passed');
      }),
    );
    limiter.release(held, 'passed');
    await Promise.all(all);
    expect(order).toEqual(Array.from({ length: 5000 }, (_, name) => name));
  });

  it('is one per endpoint for the whole process', () => {
    const clock = new VirtualClock();
    expect(sharedLimiter('a.example', clock)).toBe(sharedLimiter('a.example', clock));
    expect(sharedLimiter('a.example', clock)).not.toBe(sharedLimiter('b.example', clock));
    expect(sharedLimiter('a.example', clock)).not.toBe(sharedLimiter('a.example', systemClock));
  });
});
