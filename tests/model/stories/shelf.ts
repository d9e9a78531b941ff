/** What the journal of a story holds. Records are never changed; a shelf is copied where a story branches. */
export class Shelf {
  /** In the order in which they were created. */
  readonly #records: Map<string, Uint8Array>;
  /** Records whose create is still on its way though its caller gave up. */
  readonly late: Map<string, Uint8Array>;
  #hash: number;

  constructor(records: Iterable<readonly [string, Uint8Array]> = [], late: Iterable<readonly [string, Uint8Array]> = [], hash = 0) {
    this.#records = new Map(records);
    this.late = new Map(late);
    this.#hash = hash;
  }

  copy(): Shelf {
    return new Shelf(this.#records, this.late, this.#hash);
  }

  /** The same for the same records, whatever the order in which they came. Heartbeats are left out: no run of renewals reads them. */
  get hash(): number {
    return this.#hash;
  }

  get size(): number {
    return this.#records.size;
  }

  read(key: string): Uint8Array | undefined {
    return this.#records.get(key);
  }

  create(key: string, bytes: Uint8Array): 'created' | 'exists' {
    if (this.#records.has(key)) return 'exists';
    this.#records.set(key, bytes);
    if (!key.startsWith('heartbeats/')) this.#hash = (this.#hash + hashOf(key, bytes)) | 0;
    return 'created';
  }

  /** The last keys with a prefix, in code-unit order; without the `behind` that were created last. */
  last(prefix: string, count: number, behind = 0): readonly string[] {
    const keys = this.keys(prefix);
    return (behind > 0 ? keys.slice(0, Math.max(0, keys.length - behind)) : keys).sort().slice(-count);
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
  keys(prefix: string): string[] {
    const keys: string[] = [];
    for (const key of this.#records.keys()) if (key.startsWith(prefix)) keys.push(key);
    return keys;
  }
}

/** A hash of a record, 32 bits. */
function hashOf(key: string, bytes: Uint8Array): number {
  let hash = textHash(key);
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return mixed(hash);
}

/** A hash of a text, 32 bits. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
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
