import type { EpochMs } from '../../shared/client/clock.ts';
import type { Timeline } from './timeline.ts';

/** Tells when the caller of a request has gone. */
export interface Connection {
  /** Calls back once, when the connection ends before its answer; the function it gives ends that. */
  onGone(callback: () => void): () => void;
}

/** Why a held request goes on. */
export type Release = 'due' | 'gone' | 'closing';

/** Requests that a fault holds back. */
export class Holds {
  readonly #timeline: Timeline;
  readonly #releases = new Set<(why: Release) => void>();
  #closing = false;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Requests held at this moment. */
  get size(): number {
    return this.#releases.size;
  }

  /**
   * Waits until the caller has gone, the world has reached `worldMs`, `realMs` of real time have passed, or the simulator
   * closes. The one real timer of the simulator is here, because a test asked for it.
   */
  wait(connection: Connection, until: { readonly worldMs?: EpochMs; readonly realMs?: number }, worldNow: () => EpochMs): Promise<Release> {
    if (this.#closing) return Promise.resolve('closing');
    return new Promise((resolve) => {
      const undo: (() => void)[] = [];
      const release = (why: Release) => {
        if (!this.#releases.delete(release)) return;
        for (const step of undo) step();
        resolve(why);
      };
      this.#releases.add(release);
      undo.push(connection.onGone(() => release('gone')));
      const { worldMs, realMs } = until;
      if (worldMs !== undefined) {
        undo.push(this.#timeline.onMove(() => worldNow() >= worldMs && release('due')));
        if (worldNow() >= worldMs) release('due');
      }
      if (realMs !== undefined) {
        const timer = setTimeout(() => release('due'), realMs);
        undo.push(() => clearTimeout(timer));
      }
    });
  }

  /** Lets every held request go without running it; later ones are not held. */
  close(): void {
    this.#closing = true;
    for (const release of [...this.#releases]) release('closing');
  }
}
