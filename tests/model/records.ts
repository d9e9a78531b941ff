/** A record of the model's store. */
export interface ModelRecord {
  readonly key: string;
  readonly keyId: number;
  readonly bytes: Uint8Array;
}

/** Gives keys, records and whole stores small numbers, so that comparing states is comparing numbers. Number 0 stands for nothing. */
export class Records {
  readonly #keys = new Map<string, number>();
  readonly #ids = new Map<string, number>();
  readonly #records: ModelRecord[] = [{ key: '', keyId: 0, bytes: new Uint8Array() }];
  readonly #shelves = new Map<string, Shelf>();

  keyId(key: string): number {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    this.#keys.set(key, this.#keys.size + 1);
    return this.#keys.size;
  }

  /** Number of a record; equal keys and bytes have equal numbers. */
  id(key: string, bytes: Uint8Array): number {
    const text = `${key}\n${Buffer.from(bytes).toString('latin1')}`;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#records.length;
    this.#records.push({ key, keyId: this.keyId(key), bytes });
    this.#ids.set(text, id);
    return id;
  }

  get(id: number): ModelRecord {
    return this.#records[id] as ModelRecord;
  }

  bytes(id: number): Uint8Array | undefined {
    return id === 0 ? undefined : this.get(id).bytes;
  }

  /** The store with exactly these records. */
  shelf(ids: readonly number[]): Shelf {
    const key = ids.join();
    const known = this.#shelves.get(key);
    if (known) return known;
    const shelf = new Shelf(this, this.#shelves.size, ids);
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

/** What a store holds at one moment; never changes. Equal stores are one object. */
export class Shelf {
  readonly id: number;
  /** Ids of the records, ascending. */
  readonly ids: readonly number[];
  readonly #records: Records;
  readonly #under = new Map<number, number>();
  readonly #with = new Map<number, Shelf>();

  constructor(records: Records, id: number, ids: readonly number[]) {
    this.#records = records;
    this.id = id;
    this.ids = ids;
    for (const record of ids) this.#under.set(records.get(record).keyId, record);
  }

  /** Number of the record under a key; 0 where there is none. */
  under(keyId: number): number {
    return this.#under.get(keyId) ?? 0;
  }

  /** The store with one more record. */
  with(record: number): Shelf {
    const known = this.#with.get(record);
    if (known) return known;
    const shelf = this.#records.shelf(withNumber(this.ids, record));
    this.#with.set(record, shelf);
    return shelf;
  }

  /** Keys with a prefix, in code-unit order. */
  keys(prefix: string): readonly string[] {
    const keys = this.ids.map((id) => this.#records.get(id).key).filter((key) => key.startsWith(prefix));
    return keys.sort();
  }
}

/** A sorted list of numbers with one more; the same list where it is there already. */
export function withNumber(list: readonly number[], number: number): readonly number[] {
  if (list.includes(number)) return list;
  return [...list, number].sort((a, b) => a - b);
}
