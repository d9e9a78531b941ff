import type { Money } from '../policy/money.ts';
import type { FactReader, Facts, Need } from './automation.ts';

/** The extra facts of one run: each key is read once, whatever becomes of the read. */
export class RunFacts implements Facts {
  readonly #values = new Map<string, Money | undefined>();
  readonly #reader: FactReader | undefined;
  readonly #onFailure: (need: Need, error: unknown) => void;

  /** Without a reader every fact is unknown. `onFailure` hears of each read that failed. */
  constructor(reader: FactReader | undefined, onFailure: (need: Need, error: unknown) => void) {
    this.#reader = reader;
    this.#onFailure = onFailure;
  }

  nodePricePerHour(key: string): Money | undefined {
    return this.#values.get(key);
  }

  /** Reads those of the needs that were not read before, one after another. Never throws: what fails stays unknown. */
  async gather(needs: Iterable<Need>, signal?: AbortSignal): Promise<void> {
    if (!this.#reader) return;
    for (const need of needs) {
      if (this.#values.has(need.key)) continue;
      this.#values.set(need.key, undefined);
      try {
        this.#values.set(need.key, await this.#reader.read(need, signal));
      } catch (error) {
        this.#onFailure(need, error);
      }
    }
  }
}
