/**
 * The create-only store under the journal. Records are never changed or deleted through it.
 * Keys are slash-separated segments, each percent-encoded by the caller (`segment` in key.ts).
 */
export interface Store {
  /**
   * Writes `bytes` under `key` unless something is there already; atomic and durable when it resolves to `created`.
   * @throws StoreError when the store cannot be reached or refuses; the record may or may not exist then: read it back.
   */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** The exact bytes under `key`, or undefined. Never stale. @throws StoreError */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Keys of records that begin with `prefix`, in code-unit order. A hint: may lag behind `create`. Whatever else lies there (see
   * `isRecordKey`) is left out, and its name given to `onForeign`; of a foreign folder that is its own name, with a slash.
   * @throws StoreError
   */
  list(prefix: string, onForeign?: (name: string) => void): AsyncIterable<string>;
  /**
   * Names of the folders that lie directly in the folder `prefix`: the next segments, still encoded, of the keys that begin with it and have
   * a slash behind that segment, each once, in code-unit order. `prefix` is empty or ends with a slash. Costs by the folders, not by the
   * keys in them. A hint as `list` is; a folder without keys may be among them.
   * @throws StoreError
   */
  folders(prefix: string): Promise<readonly string[]>;
  /** What a person calls this store, without secrets. */
  readonly name: string;
  /**
   * True where every machine sees the same records, so that one winner of a `create` is one winner everywhere. A directory is per
   * machine and says false: what must not happen twice in all, such as an order, needs a shared store.
   */
  readonly shared: boolean;
}
