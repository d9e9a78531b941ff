/** A 32-bit hash of text (FNV-1a with a final mix), the same on every machine. */
export function hash32(text: string, basis = 0x811c9dc5): number {
  let hash = basis >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A reproducible stream of numbers with one word of state (mulberry32). */
export class RandomStream {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A number around `center`, at most `spread` away, denser in the middle (sum of three uniform draws). */
  around(center: number, spread: number): number {
    return center + ((this.next() + this.next() + this.next()) / 1.5 - 1) * spread;
  }
}

/**
 * Random streams of a world. Each entity has one of its own, made from the world's seed and the entity's name, so that one more
 * entity leaves the fate of all others as it was.
 */
export class Random {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  /** The stream of an entity; equal names give equal streams. */
  stream(...name: readonly string[]): RandomStream {
    return new RandomStream(hash32(name.join('\u0000'), hash32(String(this.#seed))));
  }
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Text of `length` digits and lower-case letters that belongs to `name`, as the service's identifiers look. */
export function idText(name: string, length = 13): string {
  const stream = new RandomStream(hash32(name));
  const second = new RandomStream(hash32(name, 0x9e3779b9));
  let text = '';
  for (let i = 0; i < length; i += 1) text += alphabet[Math.floor((i % 2 ? stream : second).next() * 36)];
  return text;
}
