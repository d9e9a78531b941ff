import { isRecordKey } from '../../shared/journal/record-key.ts';
import type { Store } from '../../shared/journal/store.ts';

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

export function memoryStore(): MemoryStore {
  const records = new Map<string, Uint8Array>();
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
      const keys = [...records.keys()].filter((key) => key.startsWith(prefix) && !store.unlisted.has(key));
      for (const key of keys.sort()) {
        if (isRecordKey(key)) yield key;
        else onForeign?.(key);
      }
    },
    async folders(prefix) {
      const names = [...records.keys()]
        .filter((key) => key.startsWith(prefix) && !store.unlisted.has(key))
        .map((key) => key.slice(prefix.length).split('/'))
        .flatMap(([name = '', ...below]) => (below.length > 0 ? [name] : []));
      return [...new Set(names)].sort();
    },
  };
  return store;
}
