import type { EpochMs } from '../../shared/client/clock.ts';
import type { World } from '../world/world.ts';

/** How the two clocks of a simulator run. */
export interface TimelineOptions {
  /** Clock by which signatures, nonces and STS keys are judged. Default `wall`. */
  readonly gatewayClock?: 'wall' | 'virtual';
  /** Milliseconds by which the gateway's clock is off. Default 0. */
  readonly gatewayOffsetMs?: number;
  /** Milliseconds of the world per millisecond of real time; 0 stands still until told. Default 0. */
  readonly speed?: number;
  /** Real time. Default `Date.now`. */
  readonly wallNow?: () => EpochMs;
}

/**
 * The gateway's clock and the world's. The world moves only when a request or a command arrives, by as much as has passed meanwhile:
 * nothing ticks while nobody looks.
 */
export class Timeline {
  /** Milliseconds by which the gateway's clock is off. */
  gatewayOffsetMs: number;
  readonly #world: World;
  readonly #gatewayClock: 'wall' | 'virtual';
  readonly #wallNow: () => EpochMs;
  readonly #watchers = new Set<() => void>();
  #speed: number;
  #wallBaseMs: EpochMs;
  #worldBaseMs: EpochMs;

  constructor(world: World, options: TimelineOptions) {
    this.#world = world;
    this.#gatewayClock = options.gatewayClock ?? 'wall';
    this.#wallNow = options.wallNow ?? Date.now;
    this.#speed = options.speed ?? 0;
    this.gatewayOffsetMs = options.gatewayOffsetMs ?? 0;
    this.#wallBaseMs = this.#wallNow();
    this.#worldBaseMs = world.clock.nowMs;
  }

  /** Milliseconds of the world per millisecond of real time. */
  get speed(): number {
    return this.#speed;
  }

  /** Changes the speed from now on. @throws RangeError when it is negative or not a number */
  set speed(speed: number) {
    if (!(speed >= 0) || speed === Number.POSITIVE_INFINITY) throw new RangeError(`the speed is ${speed}; give 0 or a positive number`);
    this.catchUp();
    this.#speed = speed;
    this.#rebase();
  }

  /** Which clock the gateway reads. */
  get gatewayClock(): 'wall' | 'virtual' {
    return this.#gatewayClock;
  }

  /** The gateway's time. */
  gatewayNowMs(): EpochMs {
    return (this.#gatewayClock === 'wall' ? this.#wallNow() : this.#world.clock.nowMs) + this.gatewayOffsetMs;
  }

  /** Moves the world to where the real time since the last command has brought it, and gives its time. */
  catchUp(): EpochMs {
    if (this.#speed > 0) {
      const elapsedMs = Math.max(0, this.#wallNow() - this.#wallBaseMs);
      const targetMs = Math.floor(this.#worldBaseMs + elapsedMs * this.#speed);
      if (targetMs > this.#world.clock.nowMs) this.#move(targetMs);
    }
    return this.#world.clock.nowMs;
  }

  /** Moves the world to an instant. @throws RangeError when it lies in the past */
  advanceTo(toMs: EpochMs): void {
    this.#move(toMs);
    this.#rebase();
  }

  /** Calls back after each move of the world; the function it gives ends that. */
  onMove(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #move(toMs: EpochMs): void {
    this.#world.clock.advanceTo(toMs);
    for (const watcher of [...this.#watchers]) watcher();
  }

  #rebase(): void {
    this.#wallBaseMs = this.#wallNow();
    this.#worldBaseMs = this.#world.clock.nowMs;
  }
}
