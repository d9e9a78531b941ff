import type { Records, Written } from './records.ts';

/** What the journal of a story holds. Records are never changed; a shelf is copied where a story branches. */
export class Shelf {
  readonly #all: Records;
  /** In the order in which they were created. */
  readonly #records: Map<string, Written>;
  /** Records whose create is still on its way though its caller gave up. */
  readonly late: Map<string, Uint8Array>;
  #hash: Hash;
  /** What was worked out from these records; shared with copies until a record is added. */
  #worked = new Map<string, unknown>();

  constructor(
    all: Records,
    records: Iterable<readonly [string, Written]> = [],
    late: Iterable<readonly [string, Uint8Array]> = [],
    hash: Hash = [0, 0],
  ) {
    this.#all = all;
    this.#records = new Map(records);
    this.late = new Map(late);
    this.#hash = hash;
  }

  copy(): Shelf {
    const copy = new Shelf(this.#all, this.#records, this.late, this.#hash);
    copy.#worked = this.#worked;
    return copy;
  }

  /** The same for the same records, whatever the order in which they came. Heartbeats are left out: no run of renewals reads them. */
  get hash(): Hash {
    return this.#hash;
  }

  get size(): number {
    return this.#records.size;
  }

  read(key: string): Uint8Array | undefined {
    return this.#records.get(key)?.bytes;
  }

  create(key: string, bytes: Uint8Array): 'created' | 'exists' {
    if (this.#records.has(key)) return 'exists';
    const record = this.#all.of(key, bytes);
    this.#records.set(key, record);
    this.#worked = new Map();
    if (!key.startsWith('heartbeats/')) this.#hash = [(this.#hash[0] + record.hash[0]) | 0, (this.#hash[1] + record.hash[1]) | 0];
    return 'created';
  }

  /** The last keys with a prefix, in code-unit order; without the `behind` that were created last. */
  last(prefix: string, count: number, behind = 0): readonly string[] {
    const keys = this.keys(prefix);
    return keys
      .slice(0, Math.max(0, keys.length - behind))
      .sort()
      .slice(-count);
  }

  /** Names of the folders directly in a folder, in code-unit order; without those of the `behind` records that were created last. */
  folders(prefix: string, behind = 0): readonly string[] {
    const keys = this.keys(prefix);
    const names = keys.slice(0, Math.max(0, keys.length - behind)).flatMap((key) => {
      const [name = '', ...below] = key.slice(prefix.length).split('/');
      return below.length > 0 ? [name] : [];
    });
    return [...new Set(names)].sort();
  }

  /** All keys with a prefix, in the order in which they were created. */
  keys(prefix: string): readonly string[] {
    return this.once(`keys ${prefix}`, () => {
      const keys: string[] = [];
      for (const key of this.#records.keys()) if (key.startsWith(prefix)) keys.push(key);
      return keys;
    });
  }

  /** What `work` gives, which must depend on these records and the key only: done once for each key and contents. */
  once<T>(key: string, work: () => T): T {
    if (this.#worked.has(key)) return this.#worked.get(key) as T;
    const value = work();
    this.#worked.set(key, value);
    return value;
  }
}

/** A hash of 64 bits: with fewer, two of the many worlds of a search would be taken for one. */
export type Hash = readonly [number, number];

/** A hash of a text, 32 bits; another one for each seed. */
export function textHash(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mixed(hash);
}

function mixed(word: number): number {
  let hash = word ^ (word >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
