import { type Store, StoreError } from './store.ts';

/** What journal code asks of a store. It is written as generators, so that tests can stop it between any two steps. */
export type StoreEffect =
  | { readonly type: 'store-create'; readonly key: string; readonly bytes: Uint8Array }
  /** Reads several keys at once; the result has the same order, undefined where there is nothing. */
  | { readonly type: 'store-read'; readonly keys: readonly string[] }
  /** The last `last` keys with the prefix, in code-unit order. A hint, as the store's list is. */
  | { readonly type: 'store-list'; readonly prefix: string; readonly last: number }
  /** The folders directly in a folder, as the store's `folders`. */
  | { readonly type: 'store-folders'; readonly prefix: string };

/** Journal code: yields effects, gets their results, returns `T`. Failures of the store are thrown into it as StoreError. */
export type Storing<T> = Generator<StoreEffect, T, unknown>;

/** Creates a record. @throws StoreError */
export function* storeCreate(key: string, bytes: Uint8Array): Storing<'created' | 'exists'> {
  return (yield { type: 'store-create', key, bytes }) as 'created' | 'exists';
}

/** Creates a record, and once more where the answer was lost: our own bytes may stand there then. @throws StoreError */
export function* createSurely(key: string, bytes: Uint8Array): Storing<'created' | 'exists'> {
  try {
    return yield* storeCreate(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreError && error.maybeWritten)) throw error;
    return yield* storeCreate(key, bytes);
  }
}

/** Creates a record surely. Gives the bytes that stand there when something stood there before. @throws StoreError */
export function* createOrRead(key: string, bytes: Uint8Array): Storing<Uint8Array | undefined> {
  if ((yield* createSurely(key, bytes)) === 'created') return undefined;
  const there = yield* storeRead(key);
  if (there !== undefined) return there;
  throw new StoreError(
    'Unreachable',
    `The store says that ${key} exists but cannot read it. Check that nothing deletes from the journal and that reads are allowed, then run again.`,
  );
}

/** True where two records have the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Reads one record. @throws StoreError */
export function* storeRead(key: string): Storing<Uint8Array | undefined> {
  return ((yield { type: 'store-read', keys: [key] }) as readonly (Uint8Array | undefined)[])[0];
}

/** Reads several records at once. @throws StoreError */
export function* storeReadAll(keys: readonly string[]): Storing<readonly (Uint8Array | undefined)[]> {
  return (yield { type: 'store-read', keys }) as readonly (Uint8Array | undefined)[];
}

/** The last keys with a prefix, as far as the list knows, in code-unit order. @throws StoreError */
export function* storeList(prefix: string, last: number): Storing<readonly string[]> {
  return (yield { type: 'store-list', prefix, last }) as readonly string[];
}

/** Names of the folders directly in the folder `prefix`, encoded; empty where it has none. One call. @throws StoreError */
export function* storeFolders(prefix: string): Storing<readonly string[]> {
  return (yield { type: 'store-folders', prefix }) as readonly string[];
}

/** Performs one effect. @throws StoreError */
export async function performStoreEffect(store: Store, effect: StoreEffect): Promise<unknown> {
  switch (effect.type) {
    case 'store-create':
      return store.create(effect.key, effect.bytes);
    case 'store-read':
      return Promise.all(effect.keys.map((key) => store.read(key)));
    case 'store-folders':
      return store.folders(effect.prefix);
    case 'store-list': {
      const keys: string[] = [];
      for await (const key of store.list(effect.prefix)) {
        keys.push(key);
        if (keys.length > effect.last * 2) keys.splice(0, keys.length - effect.last);
      }
      return keys.slice(-effect.last);
    }
  }
}

/** Runs code that yields effects until it returns. What fails to be performed is thrown into the code. @throws what the code throws */
export async function driveEffects<E, T>(code: Generator<E, T, unknown>, perform: (effect: E) => Promise<unknown>): Promise<T> {
  let step = code.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = await perform(step.value);
    } catch (error) {
      step = code.throw(error);
      continue;
    }
    step = code.next(result);
  }
  return step.value;
}

/** Runs journal code against a store. @throws what the code throws */
export function runStoring<T>(store: Store, code: Storing<T>): Promise<T> {
  return driveEffects(code, (effect) => performStoreEffect(store, effect));
}
