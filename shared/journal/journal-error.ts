/**
 * What is wrong with a record: `MalformedRecord` cannot be read; `NewerRecord` was written by a later version of the format;
 * `BrokenChain` does not continue the record before it; `InvalidSegment` a name that no key can hold; `StreamFull` a stream that has as many
 * records as are read of it.
 */
export type JournalErrorCode = 'MalformedRecord' | 'NewerRecord' | 'BrokenChain' | 'InvalidSegment' | 'StreamFull';

/** The journal holds something that cannot be trusted, or was asked to. The message names the key and says what to do next. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'JournalError';
    this.code = code;
  }
}
