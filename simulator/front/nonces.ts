import type { EpochMs } from '../../shared/client/clock.ts';

/** How far a request's date may be off, and how long a nonce is remembered: 15 minutes (signing facts, 3.1 and 3.2). */
export const signatureWindowMs = 15 * 60_000;

/** Remembers the nonces of each key for the signature window. */
export class NonceMemory {
  /** Time of use by key and nonce; insertion order is the order of time, so the oldest come first. */
  readonly #uses = new Map<string, EpochMs>();

  /** Notes a nonce; false where the same key used it within the window. */
  use(accessKeyId: string, nonce: string, nowMs: EpochMs): boolean {
    for (const [entry, usedAtMs] of this.#uses) {
      if (nowMs - usedAtMs < signatureWindowMs) break;
      this.#uses.delete(entry);
    }
    const entry = `${accessKeyId}\n${nonce}`;
    if (this.#uses.has(entry)) return false;
    this.#uses.set(entry, nowMs);
    return true;
  }
}
