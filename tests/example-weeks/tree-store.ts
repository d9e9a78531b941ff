import { isRecordKey } from '../../shared/journal/record-key.ts';
import type { Store } from '../../shared/journal/store.ts';

interface Folder {
  readonly folders: Map<string, Folder>;
  /** Whole keys of the records that lie directly in it. */
  readonly keys: string[];
}

/**
 * A store in memory whose lists cost by what lies under the prefix, as those of a bucket do. The journal of a month has a hundred thousand
 * records, and each run lists some folders.
 */
export function treeStore(): Store & { readonly size: number } {
  const records = new Map<string, Uint8Array>();
  const root: Folder = { folders: new Map(), keys: [] };

  /** The folder that a prefix ends in; undefined where there is none. */
  function folderOf(prefix: string): Folder | undefined {
    let folder: Folder | undefined = root;
    for (const name of prefix.split('/').slice(0, -1)) folder = folder?.folders.get(name);
    return folder;
  }

  return {
    name: 'memory',
    shared: false,
    get size() {
      return records.size;
    },
    async create(key, bytes) {
      if (records.has(key)) return 'exists';
      records.set(key, bytes.slice());
      let folder = root;
      for (const name of key.split('/').slice(0, -1)) {
        const next = folder.folders.get(name) ?? { folders: new Map(), keys: [] };
        folder.folders.set(name, next);
        folder = next;
      }
      folder.keys.push(key);
      return 'created';
    },
    async read(key) {
      return records.get(key)?.slice();
    },
    async *list(prefix, onForeign) {
      const folder = folderOf(prefix);
      const keys = folder ? [...keysBelow(folder)].filter((key) => key.startsWith(prefix)) : [];
      for (const key of keys.sort()) {
        if (isRecordKey(key)) yield key;
        else onForeign?.(key);
      }
    },
    async folders(prefix) {
      return [...(folderOf(prefix)?.folders.keys() ?? [])].sort();
    },
  };
}

function* keysBelow(folder: Folder): Generator<string> {
  yield* folder.keys;
  for (const below of folder.folders.values()) yield* keysBelow(below);
}
