import type { EpochMs } from './clock.ts';

/** After a halving, the rate is back near the one that was throttled within this time: it is likely right. */
const recoveryMs = 1000;
/** How near: the share of the throttled rate at which growth becomes slow. */
const plateau = 0.98;
/** Growth per second on the plateau, doubling every `boldAfterMs` without throttling, so that a raised quota is found in minutes. */
const slowGrowth = 0.0003;
const boldAfterMs = 30_000;
const fastGrowth = 0.1;
/** Doubling time while no limit is known: right after the very first throttling, whose rate is a guess. */
const searchDoublingMs = 700;
/** Throttled again within this time after the recovery: the rate that was taken for right is not. */
const settledMs = 5000;
/** Calls are counted over at most this long while no limit is known. */
const countingMs = 5000;
/** Never slower than one call in two seconds; below that, the waits of the single calls are what slows them. */
const slowest = 0.5;
/** The first guess is no lower than this, as a service that is busy with other callers may refuse the very first call. */
const lowestGuess = 2;
/** Tokens saved up while nobody calls: the calls of this long. */
const burstMs = 50;

/**
 * The rate of calls that an endpoint seems to bear. No limit until it throttles; then a token bucket whose rate halves on each
 * throttling, recovers within a second to just below the rate that was refused, and from there creeps up. So the limit is
 * touched about once a minute instead of constantly. All times are arguments.
 */
export class AdaptiveRate {
  /** Calls per second. */
  #rate: number;
  /** The rate at the last throttling; Infinity while none is known. */
  #ceiling = Number.POSITIVE_INFINITY;
  #tokens = 1;
  #refilledAtMs: EpochMs;
  #blockedUntilMs = Number.NEGATIVE_INFINITY;
  #decreasedAtMs = Number.NEGATIVE_INFINITY;
  #grownAtMs: EpochMs;
  /** Time spent growing on the plateau since the last throttling. */
  #onPlateauMs = 0;
  /** Calls that went through since the last throttling; before the first, since `#countedFromMs`, at most some seconds ago. */
  #passed = 0;
  #countedFromMs: EpochMs;

  constructor(nowMs: EpochMs, initialRate?: number) {
    this.#rate = initialRate ?? Number.POSITIVE_INFINITY;
    this.#countedFromMs = nowMs;
    this.#refilledAtMs = nowMs;
    this.#grownAtMs = nowMs;
  }

  /** Calls per second at present; Infinity before the first throttling. */
  get perSecond(): number {
    return this.#rate;
  }

  /** Milliseconds until the next call may go; 0 means now. */
  waitMs(nowMs: EpochMs): number {
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs;
    if (this.#rate === Number.POSITIVE_INFINITY) return 0;
    this.#refill(nowMs);
    return this.#tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - this.#tokens) / this.#rate) * 1000));
  }

  /** Uses one call. */
  take(nowMs: EpochMs): void {
    if (this.#rate !== Number.POSITIVE_INFINITY) this.#tokens -= 1;
    else if (nowMs - this.#countedFromMs > countingMs) {
      this.#countedFromMs = nowMs;
      this.#passed = 0;
    }
  }

  /** A call went through unthrottled. */
  passed(): void {
    this.#passed += 1;
  }

  /** Grows; called while calls wait, since a rate that nobody uses up proves nothing. */
  grow(nowMs: EpochMs): void {
    // A long pause in calling is no evidence either: growth counts at most the recovery time at once.
    const elapsedMs = Math.min(nowMs - this.#grownAtMs, recoveryMs);
    this.#grownAtMs = nowMs;
    if (this.#rate === Number.POSITIVE_INFINITY || elapsedMs <= 0 || nowMs < this.#blockedUntilMs) return;
    if (this.#ceiling === Number.POSITIVE_INFINITY) {
      this.#rate *= 2 ** (elapsedMs / searchDoublingMs);
      return;
    }
    const target = this.#ceiling * plateau;
    if (this.#rate < target) {
      this.#rate = Math.min(target, this.#rate + (this.#ceiling / 2) * (elapsedMs / recoveryMs));
      return;
    }
    this.#onPlateauMs += elapsedMs;
    const growth = Math.min(fastGrowth, slowGrowth * 2 ** (this.#onPlateauMs / boldAfterMs));
    this.#rate *= 1 + growth * (elapsedMs / 1000);
  }

  /**
   * A call was throttled: halves the rate, once for all calls that were under way together.
   * @param sentAtMs when the call was let through
   */
  throttled(nowMs: EpochMs, sentAtMs: EpochMs, retryAfterMs?: number): void {
    if (retryAfterMs !== undefined) this.#blockedUntilMs = Math.max(this.#blockedUntilMs, nowMs + retryAfterMs);
    if (sentAtMs <= this.#decreasedAtMs) return;
    if (this.#rate === Number.POSITIVE_INFINITY) {
      // The first guess: what went through lately, as if it had taken at least a second.
      const seconds = Math.max(1, (nowMs - this.#countedFromMs) / 1000);
      this.#rate = Math.max(lowestGuess, this.#passed / seconds) / 2;
    } else {
      this.#ceiling = this.#refusedRate(nowMs);
      this.#rate = Math.max(slowest, this.#rate / 2);
    }
    this.#onPlateauMs = 0;
    this.#passed = 0;
    this.#decreasedAtMs = nowMs;
    this.#grownAtMs = nowMs;
    this.#refilledAtMs = nowMs;
    this.#tokens = 0;
  }

  /**
   * What the refusal says about the limit. Normally it is just below the present rate. Refused again soon, it is between the rate
   * and what went through since the last refusal: the service had nothing to spare at either end.
   */
  #refusedRate(nowMs: EpochMs): number {
    if (this.#onPlateauMs > settledMs || this.#ceiling === Number.POSITIVE_INFINITY) return this.#rate;
    const highest = Math.max(this.#rate, this.#ceiling * plateau);
    const wentThrough = (this.#passed * 1000) / Math.max(1, nowMs - this.#decreasedAtMs);
    return (highest + Math.min(highest, Math.max(wentThrough, this.#rate / 2))) / 2;
  }

  #refill(nowMs: EpochMs): void {
    const most = Math.max(1, (this.#rate * burstMs) / 1000);
    const earned = (this.#rate * (nowMs - this.#refilledAtMs)) / 1000;
    if (earned > 0) {
      this.#tokens = Math.min(most, this.#tokens + earned);
      this.#refilledAtMs = nowMs;
    }
  }
}
