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
