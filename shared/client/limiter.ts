import { onAbort } from './abort.ts';
import type { Clock, EpochMs } from './clock.ts';
import { AdaptiveRate } from './rate.ts';

/** When a call was let through; handed back with its outcome. */
export type Permit = EpochMs;

/** How a call ended, as far as the rate is concerned. */
type PermitOutcome = 'passed' | 'throttled' | 'failed';

/** Holds calls back so that an endpoint's rate limit is met rarely and concurrency stays bounded. */
export interface Limiter {
  /** A permit at once, or undefined where the call has to wait. */
  tryAcquire(): Permit | undefined;
  /** A permit as soon as there is one, first come, first served. Rejects with the signal's reason when aborted. */
  acquire(signal?: AbortSignal): Promise<Permit>;
  /** Gives a permit back. @param retryAfterMs how long the service asked everybody to wait */
  release(permit: Permit, outcome: PermitOutcome, retryAfterMs?: number): void;
}

/** Settings of a limiter. */
export interface LimiterOptions {
  readonly clock: Clock;
  /** Calls under way at once. Default: 50. */
  readonly maxConcurrent?: number;
  /** Calls per second to begin with. Default: no limit until the service first throttles. */
  readonly initialRate?: number;
}

interface Waiter {
  readonly grant: (permit: Permit) => void;
  gone: boolean;
}

const defaultConcurrency = 50;

/** A limiter that learns the service's rate from its throttling: see `AdaptiveRate`. */
export function createLimiter(options: LimiterOptions): Limiter {
  return new AdaptiveLimiter(options.clock, options.maxConcurrent ?? defaultConcurrency, options.initialRate);
}

class AdaptiveLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #maxConcurrent: number;
  readonly #rate: AdaptiveRate;
  #underWay = 0;
  #queue: Waiter[] = [];
  #first = 0;
  #gone = 0;
  #sleeping: AbortController | undefined;

  constructor(clock: Clock, maxConcurrent: number, initialRate: number | undefined) {
    this.#clock = clock;
    this.#maxConcurrent = maxConcurrent;
    this.#rate = new AdaptiveRate(clock.now(), initialRate);
  }

  tryAcquire(): Permit | undefined {
    if (this.#waiting > 0 || this.#underWay >= this.#maxConcurrent) return undefined;
    const now = this.#clock.now();
    if (this.#rate.waitMs(now) > 0) return undefined;
    return this.#take(now);
  }

  acquire(signal?: AbortSignal): Promise<Permit> {
    const permit = this.tryAcquire();
    if (permit !== undefined) return Promise.resolve(permit);
    return new Promise<Permit>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      let forget: (() => void) | undefined;
      const waiter: Waiter = {
        gone: false,
        grant: (granted) => {
          forget?.();
          resolve(granted);
        },
      };
      if (signal) {
        forget = onAbort(signal, () => {
          waiter.gone = true;
          this.#gone += 1;
          reject(signal.reason as Error);
          // Nobody left to wake up for: the sleep would only keep the process alive.
          if (this.#waiting === 0) this.#sleeping?.abort();
        });
      }
      this.#queue.push(waiter);
      this.#pump();
    });
  }

  release(permit: Permit, outcome: PermitOutcome, retryAfterMs?: number): void {
    this.#underWay -= 1;
    if (outcome === 'throttled') {
      this.#rate.throttled(this.#clock.now(), permit, retryAfterMs);
      // The sleep under way was for the old rate; a longer one begins from here.
      this.#sleeping?.abort();
    } else if (outcome === 'passed') this.#rate.passed();
    if (this.#waiting > 0) this.#pump();
  }

  get #waiting(): number {
    return this.#queue.length - this.#first - this.#gone;
  }

  #take(now: EpochMs): Permit {
    this.#underWay += 1;
    this.#rate.take(now);
    return now;
  }

  #pump(): void {
    while (this.#waiting > 0 && this.#underWay < this.#maxConcurrent) {
      const now = this.#clock.now();
      this.#rate.grow(now);
      const waitMs = this.#rate.waitMs(now);
      if (waitMs > 0) {
        this.#sleep(waitMs);
        return;
      }
      const waiter = this.#next();
      waiter?.grant(this.#take(now));
    }
  }

  /** The first waiter that is still there; the caller made sure that there is one. */
  #next(): Waiter | undefined {
    for (;;) {
      const waiter = this.#queue[this.#first];
      this.#first += 1;
      if (this.#first > 1000 && this.#first * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#first);
        this.#first = 0;
      }
      if (!waiter?.gone) return waiter;
      this.#gone -= 1;
    }
  }

  #sleep(ms: number): void {
    if (this.#sleeping && !this.#sleeping.signal.aborted) return;
    const sleeping = new AbortController();
    this.#sleeping = sleeping;
    const wake = (): void => {
      if (this.#sleeping === sleeping) this.#sleeping = undefined;
      this.#pump();
    };
    this.#clock.sleep(ms, sleeping.signal).then(wake, wake);
  }
}

const shared = new WeakMap<Clock, Map<string, Limiter>>();

/** The limiter that everything in the process shares for an endpoint. @param host the endpoint's Host header */
export function sharedLimiter(host: string, clock: Clock): Limiter {
  let byHost = shared.get(clock);
  if (byHost === undefined) {
    byHost = new Map();
    shared.set(clock, byHost);
  }
  let limiter = byHost.get(host);
  if (limiter === undefined) {
    limiter = createLimiter({ clock });
    byHost.set(host, limiter);
  }
  return limiter;
}
