import { isRecordKey } from '../../shared/journal/log/record-key.ts';
import { skipRecord } from '../../shared/journal/log/skipped.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';

/** A store in memory, with hooks to make it misbehave. */
export interface MemoryStore extends Store {
  readonly records: Map<string, Uint8Array>;
  /** Runs before each create; may throw. */
  beforeCreate: (key: string) => void;
  /** Runs after each create; may throw: the answer is lost then. */
  afterCreate: (key: string) => void;
  /** Keys that `list` does not show yet. */
  readonly unlisted: Set<string>;
}

/** An empty store in memory. Its lists cost by what lies under the prefix, as those of a bucket do. */
export function memoryStore(): MemoryStore {
  const records = new SortedRecords();
  const store: MemoryStore = {
    name: 'memory',
    shared: false,
    records,
    unlisted: new Set(),
    beforeCreate: () => {},
    afterCreate: () => {},
    async create(key, bytes) {
      store.beforeCreate(key);
      if (records.has(key)) return 'exists';
      records.set(key, bytes.slice());
      store.afterCreate(key);
      return 'created';
    },
    async read(key) {
      return records.get(key)?.slice();
    },
    async *list(prefix, onForeign) {
      for (const key of records.under(prefix)) {
        if (store.unlisted.has(key)) continue;
        if (isRecordKey(key)) yield key;
        else onForeign?.(key);
      }
    },
    async folders(prefix) {
      const names = records
        .under(prefix)
        .filter((key) => !store.unlisted.has(key))
        .map((key) => key.slice(prefix.length).split('/'))
        .flatMap(([name = '', ...below]) => (below.length > 0 ? [name] : []));
      return [...new Set(names)].sort();
    },
  };
  return store;
}

/** Says as a person that everything goes on without what stands under a key now. */
export async function skip(store: Store, key: string): Promise<string> {
  const who = { account: '1234567890123456', userId: '27' };
  return runStoring(store, skipRecord(key, await store.read(key), { by: 'li.wei', who, because: 'test' }, { owner: 'person', atMs: 0 }));
}

/** Records by key that know their keys in order, so that those under a prefix are found without looking at all others. */
class SortedRecords extends Map<string, Uint8Array> {
  #keys: string[] = [];

  override set(key: string, bytes: Uint8Array): this {
    if (!this.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
    return super.set(key, bytes);
  }

  override delete(key: string): boolean {
    if (this.has(key)) this.#keys.splice(this.#placeOf(key), 1);
    return super.delete(key);
  }

  override clear(): void {
    this.#keys = [];
    super.clear();
  }

  /** The keys that begin with a prefix, in the order of their code units. */
  under(prefix: string): readonly string[] {
    const from = this.#placeOf(prefix);
    let until = from;
    while (this.#keys[until]?.startsWith(prefix)) until += 1;
    return this.#keys.slice(from, until);
  }

  /** Where a key is, or would be. */
  #placeOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
