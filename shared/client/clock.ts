/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** Time as every part receives it; nothing below the entry points reads a clock of its own. */
export interface Clock {
  /** The present instant. */
  now(): EpochMs;
  /** Resolves after `ms` milliseconds of this clock; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
