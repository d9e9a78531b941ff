/**
 * The states that were visited, by 64 bits of hash each: eight bytes a state, where a set of texts takes over a hundred. Two of ten million
 * states have equal hashes with a probability of three in a million, and then one of the two is not looked at.
 */
export class Visited {
  #high: Uint32Array<ArrayBuffer>;
  #low: Uint32Array<ArrayBuffer>;
  #size = 0;

  constructor(capacity = 1 << 14) {
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a state, given as the first `length` numbers of a list. False when it was there. */
  add(words: Int32Array, length: number): boolean {
    let high = 0x9e3779b9;
    let low = 0x85ebca6b;
    for (let index = 0; index < length; index++) {
      const word = words[index] as number;
      high = Math.imul(high ^ word, 0xcc9e2d51);
      high = ((high << 15) | (high >>> 17)) ^ low;
      low = Math.imul(low ^ word, 0x1b873593);
      low = ((low << 13) | (low >>> 19)) + high;
    }
    // Zero marks an empty place.
    const a = mix(high ^ length) >>> 0 || 1;
    const b = mix(low ^ Math.imul(high, 5)) >>> 0;
    if (this.#has(a, b)) return false;
    if (this.#size * 2 > this.#high.length) this.#grow();
    this.#put(a, b);
    this.#size += 1;
    return true;
  }

  #has(a: number, b: number): boolean {
    const mask = this.#high.length - 1;
    for (let at = (a ^ b) & mask; this.#high[at] !== 0; at = (at + 1) & mask) {
      if (this.#high[at] === a && this.#low[at] === b) return true;
    }
    return false;
  }

  #put(a: number, b: number): void {
    const mask = this.#high.length - 1;
    let at = (a ^ b) & mask;
    while (this.#high[at] !== 0) at = (at + 1) & mask;
    this.#high[at] = a;
    this.#low[at] = b;
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    for (const [at, a] of high.entries()) if (a !== 0) this.#put(a, low[at] as number);
  }
}

function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A list of numbers that grows, four bytes each. */
export class Numbers {
  #words = new Int32Array(1 << 12);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) {
      const more = new Int32Array(this.#length * 2);
      more.set(this.#words);
      this.#words = more;
    }
    this.#words[this.#length++] = word;
  }

  at(index: number): number {
    return this.#words[index] as number;
  }
}
