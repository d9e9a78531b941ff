import type { PoolSample, PriceQuote } from '../../billing/usage.ts';
import type { EpochMs } from '../../client/clock.ts';
import { slotOf } from '../log/runs.ts';
import { type QuoteRow, RowPacker, type UsageSample, usageVersion } from './sample-rows.ts';

/** A price that a run read, without its time. */
export type QuotedPrice = Omit<PriceQuote, 'atMs'>;

/** A sample that has prices only. */
export function quotesSample(quotes: readonly QuotedPrice[]): UsageSample | undefined {
  return quotes.length === 0 ? undefined : { v: usageVersion, quotes: quotes.map(quoteRow) };
}

function quoteRow({ region, instanceType, price: { currency, micros } }: QuotedPrice): QuoteRow {
  return [region, instanceType, currency, micros.toString()];
}

/** Numbers in a row that grows, eight bytes each. */
class Numbers {
  #values = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }
}

/** A mark of a text, 53 bits of it. Two texts share one by a rare accident. A cryptographic hash would leave more garbage behind than all pools weigh. */
function markOf(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

/** What is kept of a keyframe to tell later what has changed: a mark of each pool's name and one of its state, 20 to 30 bytes a pool. */
class Keyframe {
  readonly #names = new Numbers();
  readonly #states = new Numbers();
  #places = new Uint32Array(128);
  /** False once two pools share a mark, so that they cannot be told apart. */
  isDistinct = true;

  get rows(): number {
    return this.#names.length;
  }

  add(name: number, state: number): void {
    if (this.rowOf(name) !== undefined) this.isDistinct = false;
    this.#names.push(name);
    this.#states.push(state);
    if (this.rows * 2 > this.#places.length) {
      this.#places = new Uint32Array(this.#places.length * 2);
      for (let row = 0; row < this.rows; row += 1) this.#place(row);
    } else this.#place(this.rows - 1);
  }

  /** The row of a pool; undefined where it was not there. */
  rowOf(name: number): number | undefined {
    for (let at = name % this.#places.length; ; at = (at + 1) % this.#places.length) {
      const place = this.#places[at] as number;
      if (place === 0) return undefined;
      if (this.#names.at(place - 1) === name) return place - 1;
    }
  }

  hasState(row: number, state: number): boolean {
    return this.#states.at(row) === state;
  }

  #place(row: number): void {
    let at = this.#names.at(row) % this.#places.length;
    while (this.#places[at] !== 0) at = (at + 1) % this.#places.length;
    this.#places[at] = row + 1;
  }
}

/** A keyframe that was written, and the prices that were quoted last. */
interface Remembered {
  readonly slot: string;
  readonly keyframe: Keyframe;
  readonly quotes: ReadonlyMap<string, string>;
}

/**
 * The keyframes that a process wrote last, so that its next runs need to write only what has changed. A process that has none, or a run of another
 * day, writes a keyframe.
 */
export class UsageMemory {
  readonly #places = new Map<string, Remembered>();
  readonly #most: number;

  /** `most`: pools that are remembered at most, of all targets; those of the last runs. Default: 200,000, some 6 MB. */
  constructor(most = 200_000) {
    this.#most = most;
  }

  /** A draft of what a run sees; `place` is where its heartbeats are (`heartbeatsOf`). */
  draft(place: string, nowMs: EpochMs): UsageDraft {
    const known = this.#places.get(place);
    const slot = slotOf(nowMs);
    // A delta never goes by a keyframe of another day, or a day could not be read by itself, nor by one that a clock ahead has written.
    const fits = known !== undefined && known.slot.slice(0, 8) === slot.slice(0, 8) && known.slot < slot;
    return new UsageDraft(slot, fits ? known : undefined, (remembered) => this.#remember(place, remembered));
  }

  #remember(place: string, remembered: Remembered): void {
    this.#places.delete(place);
    this.#places.set(place, remembered);
    let rows = 0;
    for (const [each, { keyframe }] of [...this.#places].reverse()) {
      rows += keyframe.rows;
      if (rows > this.#most) this.#places.delete(each);
    }
  }
}

/** What of a sample can change, as a text: equal for what is equal. */
function stateText({ counts, setting }: PoolSample): string {
  const { region, instanceType, charge, nodes, scalingNodes, inUse } = counts ?? {};
  const parts = [counts === undefined, region, instanceType, charge, nodes, scalingNodes, inUse, setting?.found, setting?.set];
  return parts.map((part) => part ?? '').join('\n');
}

/** Takes what a run sees, pool by pool, and makes the smaller of keyframe and delta of it. */
export class UsageDraft {
  readonly #slot: string;
  readonly #base: Remembered | undefined;
  readonly #remember: (remembered: Remembered) => void;
  readonly #keyframe = new Keyframe();
  readonly #whole = new RowPacker();
  readonly #changed = new RowPacker();
  /** Which rows of the keyframe were seen. */
  readonly #met: Uint8Array;
  #written: Remembered | undefined;

  /** Made by `UsageMemory`. */
  constructor(slot: string, base: Remembered | undefined, remember: (remembered: Remembered) => void) {
    this.#slot = slot;
    this.#base = base;
    this.#remember = remember;
    this.#met = new Uint8Array(base?.keyframe.rows ?? 0);
  }

  /** Takes a pool; each is given once. */
  take(sample: PoolSample): void {
    const name = markOf(`${sample.group}\n${sample.pool}`);
    const state = markOf(stateText(sample));
    this.#keyframe.add(name, state);
    this.#whole.take(sample);
    const row = this.#base?.keyframe.rowOf(name);
    if (row !== undefined) this.#met[row] = 1;
    if (!this.#base || (row !== undefined && this.#base.keyframe.hasState(row, state))) return;
    const { counts, setting } = sample;
    this.#changed.take(row === undefined ? sample : { row, counts, setting });
  }

  /** What was seen, with the prices that the run read: of a delta those that differ from the last. Called once. */
  finish(prices: readonly QuotedPrice[]): UsageSample {
    const rows = prices.map(quoteRow);
    const quotes = new Map(this.#base?.quotes);
    for (const [region, type, currency, micros] of rows) quotes.set(`${region} ${type}`, `${micros} ${currency}`);
    const whole = this.#whole.finish();
    const keyframe = { v: usageVersion, chunks: whole, ...(rows.length > 0 ? { quotes: rows } : {}) };
    this.#written = this.#keyframe.isDistinct ? { slot: this.#slot, keyframe: this.#keyframe, quotes } : undefined;
    const base = this.#base;
    if (base === undefined || !this.#keyframe.isDistinct) return keyframe;
    for (const [row, met] of this.#met.entries()) if (met === 0) this.#changed.take({ row, gone: true });
    const changed = this.#changed.finish();
    if (this.#changed.size * 2 > this.#whole.size) return keyframe;
    this.#written = { ...base, quotes };
    const news = rows.filter(([region, type, currency, micros]) => base.quotes.get(`${region} ${type}`) !== `${micros} ${currency}`);
    return { v: usageVersion, of: base.slot, chunks: changed, ...(news.length > 0 ? { quotes: news } : {}) };
  }

  /** Says that the heartbeat stands with what `finish` gave: later runs go by it. */
  written(): void {
    if (this.#written) this.#remember(this.#written);
  }
}
