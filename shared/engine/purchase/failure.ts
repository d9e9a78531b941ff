import { JournalError, StoreError } from '../../journal/store/store.ts';

/** True for failures of the journal: its store, or what it holds. */
export function isJournalFailure(error: unknown): error is StoreError | JournalError {
  return error instanceof StoreError || error instanceof JournalError;
}
