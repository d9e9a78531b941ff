import type { RandomStream } from '../../../simulator/world/random.ts';
import type { Dimension } from './dimensions.ts';

/** One way in which a story can go on. The first of several is the ordinary one. */
export interface Way {
  readonly what: string;
  /** The dimension that it takes from; undefined where it costs nothing. */
  readonly costs?: Dimension;
  readonly go: () => void;
}

/** Decides how a story goes on. */
export interface Chooser {
  /** Index of one of several ways. */
  pick(ways: readonly Way[]): number;
}

/** Picks each way in turn: `next` moves on to the next story, until there is none left. */
export class EachWay implements Chooser {
  readonly #picked: number[] = [];
  readonly #counts: number[] = [];
  #at = 0;

  pick(ways: readonly Way[]): number {
    const at = this.#at++;
    if (at === this.#picked.length) {
      this.#picked.push(0);
      this.#counts.push(ways.length);
    }
    return this.#picked[at] as number;
  }

  /** False where every story was told. */
  next(): boolean {
    this.#at = 0;
    while (this.#picked.length > 0) {
      const last = this.#picked.length - 1;
      if ((this.#picked[last] as number) + 1 < (this.#counts[last] as number)) {
        this.#picked[last] = (this.#picked[last] as number) + 1;
        return true;
      }
      this.#picked.pop();
      this.#counts.pop();
    }
    return false;
  }
}

/** Picks the ordinary way mostly, and now and then any other. */
export class ByChance implements Chooser {
  readonly #random: RandomStream;
  readonly #rate: number;

  /** `rate` is the share of points at which something out of the ordinary happens. */
  constructor(random: RandomStream, rate: number) {
    this.#random = random;
    this.#rate = rate;
  }

  pick(ways: readonly Way[]): number {
    const [first] = ways;
    // Where nothing is out of the ordinary, each way is as good as another.
    if (first?.costs === undefined && ways[1]?.costs === undefined) return this.#random.integer(0, ways.length - 1);
    return this.#random.chance(this.#rate) ? this.#random.integer(1, ways.length - 1) : 0;
  }
}
