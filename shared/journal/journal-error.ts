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
