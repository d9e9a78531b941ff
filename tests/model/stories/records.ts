import { type Hash, textHash } from './shelf.ts';

/** A record of the journal. Equal keys and bytes are one object, as long as it is remembered. */
export interface Written {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** A number that no other contents have. */
  readonly id: number;
  /** A hash of key and bytes. */
  readonly hash: Hash;
}

/** So many records are remembered before all are forgotten. */
const most = 500_000;

/** Gives records numbers, so that comparing what was read is comparing numbers. */
export class Records {
  readonly #byText = new Map<string, Written>();
  readonly #byBytes = new WeakMap<Uint8Array, Written>();
  #count = 0;

  of(key: string, bytes: Uint8Array): Written {
    const known = this.#byBytes.get(bytes);
    if (known?.key === key) return known;
    const text = `${key}\n${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')}`;
    let record = this.#byText.get(text);
    if (!record) {
      if (this.#byText.size >= most) this.#byText.clear();
      record = { key, bytes, id: ++this.#count, hash: [textHash(text), textHash(text, 0x9e3779b9)] };
      this.#byText.set(text, record);
      this.#byBytes.set(bytes, record);
    }
    return record;
  }

  /** Number of a record by its bytes as the journal gave them; 0 for none. */
  idOf(bytes: Uint8Array | undefined): number {
    if (bytes === undefined) return 0;
    const known = this.#byBytes.get(bytes);
    if (!known) throw new Error('These bytes were read from no journal.');
    return known.id;
  }
}
