import { ApiError, CredentialsError, InputError } from '../client/errors.ts';
import { JournalError, StoreError } from '../journal/store/store.ts';
import { NotToldError } from './telling/critical.ts';

/** A class of errors with a stable `code` and a message for people. */
export type ErrorClass = abstract new (...args: never) => Error & { readonly code: string };

/** What the parts under a run throw when the world, not the program, is at fault. */
const expected: readonly ErrorClass[] = [ApiError, InputError, CredentialsError, StoreError, JournalError, NotToldError];

/**
 * True for errors that were foreseen and written for people; all others are defects and keep their stack. Goes by our own classes: errors of
 * Node and of libraries have a `code` too. `more`: classes of the caller's own layer. Default: none.
 */
export function isExpected(error: unknown, more: readonly ErrorClass[] = []): error is Error & { readonly code: string } {
  return [...expected, ...more].some((each) => error instanceof each);
}
