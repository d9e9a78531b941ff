import type { EpochMs } from '../../shared/client/clock.ts';

/** What happens at an instant of the world's time. */
export type WorldEvent = (nowMs: EpochMs) => void;

/** An event that waits in the queue; `cancel` keeps it from running. */
export interface ScheduledEvent {
  readonly atMs: EpochMs;
  /** Takes the event out of the world's future. Harmless when it has already run. */
  cancel(): void;
}

class Entry implements ScheduledEvent {
  readonly atMs: EpochMs;
  readonly order: number;
  event: WorldEvent | undefined;

  constructor(atMs: EpochMs, order: number, event: WorldEvent) {
    this.atMs = atMs;
    this.order = order;
    this.event = event;
  }

  cancel(): void {
    this.event = undefined;
  }
}

/** Ties keep the order in which they were scheduled, so that a world is reproducible. */
function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap of events, earliest first. Canceled events stay until they surface and are dropped then. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Events that wait, canceled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Adds an event; events of the same instant run in the order in which they were added. */
  push(atMs: EpochMs, event: WorldEvent): ScheduledEvent {
    const entry = new Entry(atMs, this.#order++, event);
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!before(entry, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
    return entry;
  }

  /** The instant of the earliest event that is due at or before `untilMs`; undefined when there is none. */
  nextAt(untilMs: EpochMs): EpochMs | undefined {
    this.#dropCanceled();
    const first = this.#heap[0];
    return first && first.atMs <= untilMs ? first.atMs : undefined;
  }

  /** Takes out the earliest event. Call after `nextAt` has said that there is one. */
  take(): WorldEvent {
    const entry = this.#remove() as Entry;
    const event = entry.event as WorldEvent;
    entry.event = undefined;
    return event;
  }

  #dropCanceled(): void {
    while (this.#heap[0] && this.#heap[0].event === undefined) this.#remove();
  }

  #remove(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || last === top) return top;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right && before(right, heap[child] as Entry)) child += 1;
      const below = heap[child] as Entry;
      if (!before(below, last)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = last;
    return top;
  }
}
