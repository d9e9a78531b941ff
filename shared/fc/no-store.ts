import type { Store } from '../journal/store/store.ts';
import { StoreError } from '../journal/store/store.ts';

/** An empty store that takes nothing, for functions that only observe. */
export const noStore: Store = {
  name: 'no journal',
  shared: false,
  async create(key) {
    throw new StoreError(
      'Denied',
      `Cannot write ${key}: this function observes only and has no journal. Give it one by STREAMWARDEN_STORE.`,
    );
  },
  async read() {
    return undefined;
  },
  async *list() {},
  async folders() {
    return [];
  },
};
