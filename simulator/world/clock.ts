import type { EpochMs } from '../../shared/client/clock.ts';
import { EventQueue, type ScheduledEvent, type WorldEvent } from './event-queue.ts';

/** The world's time. It moves only when told to, and runs what is due on the way; there is no timer behind it. */
export class WorldClock {
  readonly #queue = new EventQueue();
  #nowMs: EpochMs;
  #eventsRun = 0;

  constructor(startMs: EpochMs) {
    this.#nowMs = startMs;
  }

  /** The present instant of the world. */
  get nowMs(): EpochMs {
    return this.#nowMs;
  }

  /** Events that have run since the world began; a measure of the work done. */
  get eventsRun(): number {
    return this.#eventsRun;
  }

  /** Events that still wait. */
  get eventsWaiting(): number {
    return this.#queue.size;
  }

  /** Plans an event. One in the past runs at the present instant, before anything later. */
  schedule(atMs: EpochMs, event: WorldEvent): ScheduledEvent {
    return this.#queue.push(Math.max(atMs, this.#nowMs), event);
  }

  /** Plans an event `delayMs` milliseconds from now. */
  after(delayMs: number, event: WorldEvent): ScheduledEvent {
    return this.schedule(this.#nowMs + delayMs, event);
  }

  /**
   * Moves the world to `toMs` and runs, in order, all that is due at or before it, new events included.
   * @throws RangeError when `toMs` is not a number or lies in the past: the world never goes back
   */
  advanceTo(toMs: EpochMs): void {
    if (!(toMs >= this.#nowMs)) {
      throw new RangeError(`the world is at ${this.#nowMs} and cannot go back to ${toMs}; give a later instant or start a new world`);
    }
    for (let atMs = this.#queue.nextAt(toMs); atMs !== undefined; atMs = this.#queue.nextAt(toMs)) {
      this.#nowMs = atMs;
      this.#eventsRun += 1;
      this.#queue.take()(atMs);
    }
    this.#nowMs = toMs;
  }

  /** Moves the world `durationMs` milliseconds on. @throws RangeError when it is negative */
  advanceBy(durationMs: number): void {
    this.advanceTo(this.#nowMs + durationMs);
  }
}
