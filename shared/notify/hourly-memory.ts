import type { EpochMs } from '../client/clock.ts';

const hourMs = 3_600_000;

/** Remembers what was told in which hour while the store cannot: in one process an alarm goes out once an hour then, not on every run. */
export class HourlyMemory {
  readonly #told = new Map<string, number>();

  /** True the first time in an hour that something is asked about. */
  isFirst(what: string, nowMs: EpochMs): boolean {
    const hour = hourOf(nowMs);
    if (this.#told.get(what) === hour) return false;
    for (const [key, known] of this.#told) if (known < hour - 1) this.#told.delete(key);
    this.#told.set(what, hour);
    return true;
  }
}

/** The hour that an instant lies in, counted from 1970. */
export function hourOf(nowMs: EpochMs): number {
  return Math.floor(nowMs / hourMs);
}
