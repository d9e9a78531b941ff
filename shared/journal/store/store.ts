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

/**
 * Why a store did not do what it was asked:
 * `Full` no space or quota; `Denied` no permission, or keys that are not accepted; `ReadOnly` mounted so; `NotDirectory` something else
 * stands in the way; `NoBucket` there is no such bucket; `NoPublicAccess` this account may not use the bucket's public address; `InvalidKey` the
 * key is not made of encoded segments, or too long;
 * `Unsupported` the place cannot keep the promise of one winner; `Busy` it answers, but cannot serve now; `Unreachable` anything
 * else, the network included.
 */
export type StoreErrorCode =
  | 'Full'
  | 'Denied'
  | 'ReadOnly'
  | 'NotDirectory'
  | 'NoPublicAccess'
  | 'NoBucket'
  | 'InvalidKey'
  | 'Unsupported'
  | 'Busy'
  | 'Unreachable';

/** A store could not be read or written. The message says what to do next. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** True when the record may exist in spite of the failure: create it again with the same bytes and compare. */
  readonly maybeWritten: boolean;
  constructor(code: StoreErrorCode, message: string, options: { readonly cause?: unknown; readonly maybeWritten?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.maybeWritten = options.maybeWritten ?? false;
  }
}

/**
 * What is wrong with a record: `MalformedRecord` cannot be read; `NewerRecord` was written by a later version of the format;
 * `BrokenChain` does not continue the record before it; `InvalidSegment` a name that no key can hold; `StreamFull` a stream that has as many
 * records as are read of it.
 */
export type JournalErrorCode = 'MalformedRecord' | 'NewerRecord' | 'BrokenChain' | 'InvalidSegment' | 'StreamFull';

/** The journal holds something that cannot be trusted, or was asked to. The message names the key and says what to do next. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;
  /** Key of the record that is damaged, where it is one. */
  readonly key: string | undefined;
  constructor(code: JournalErrorCode, message: string, options: { readonly cause?: unknown; readonly key?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'JournalError';
    this.code = code;
    this.key = options.key;
  }
}

/** What can be done about a damaged record. */
export function wayOut(key: string): string {
  return `Look at it with 'streamwarden journal verify'; restore it from a backup, or let everything go on without it by 'streamwarden journal skip ${key}'.`;
}

/** Why a record cannot be read, with what can be done about it. */
export function malformed(key: string, what: string, cause?: unknown): JournalError {
  return new JournalError('MalformedRecord', `The journal record ${key} cannot be read (${what}). ${wayOut(key)}`, { cause, key });
}
