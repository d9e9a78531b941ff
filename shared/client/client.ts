import type { AnyOperation, InputOf, OutputOf } from './operation.ts';

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Total time for all attempts, in milliseconds. Default: the client's `totalTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** A resource for which a call failed although the call as a whole succeeded. */
export interface FailedItem {
  readonly id: string | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/**
 * What an operation with a list of partial failures gives: the answer is reachable only after looking at `complete`.
 */
export type PartialResult<O> =
  | { readonly complete: true; readonly output: O }
  | { readonly complete: false; readonly failed: readonly FailedItem[]; readonly output: O };

/** What `call` resolves to: the answer, or a `PartialResult` where the row declares `partial`. */
export type ResultOf<T extends AnyOperation> = T['partial'] extends object ? PartialResult<OutputOf<T>> : OutputOf<T>;

/** One page of a list operation. Rows that an earlier page already carried are left out. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The total that the service announced with this page. */
  readonly total: number | undefined;
}

type Items<T extends AnyOperation> = T['paging'] extends { items: infer K }
  ? K extends keyof OutputOf<T>
    ? NonNullable<OutputOf<T>[K]> extends readonly (infer Row)[]
      ? Row
      : never
    : never
  : never;

/** The type of a list operation's rows. */
export type RowOf<T extends AnyOperation> = Items<T>;

/** What `pages` takes: the operation's input without the position, which it keeps itself; a size is optional. */
export type PagesInput<T extends AnyOperation> = Omit<InputOf<T>, 'PageNumber' | 'NextToken' | 'PageSize' | 'MaxResults'> & {
  readonly PageSize?: number;
  readonly MaxResults?: number;
};

/** The signing client as the rest of the program sees it. */
export interface Client {
  /**
   * Names the keys that would sign a call now, and the host that it would go to: the same text means the same identity. Not for logs. A client
   * without it gives no word on whose keys sign.
   * @throws CredentialsError when there are no usable credentials
   */
  signer?(): Promise<string>;
  /**
   * How far a server's clock is ahead of this client's, in milliseconds, where two answers of the last ten minutes agree that it is more than two
   * minutes off; else 0. A client without it has nothing to say about clocks.
   */
  clockOffsetMs?(): number;
  /**
   * Validates the input, signs, sends, retries by the row's class and returns the parsed answer.
   * @throws ApiError when the service refused, did not answer or answered something unreadable
   * @throws InputError when the input is wrong; nothing was sent then
   * @throws CredentialsError when there are no usable credentials
   */
  call<T extends AnyOperation>(operation: T, input: InputOf<T>, options?: CallOptions): Promise<ResultOf<T>>;
  /** All pages of a list operation, one after another, through every paging dialect. @throws as `call` */
  pages<T extends AnyOperation>(operation: T, input: PagesInput<T>, options?: CallOptions): AsyncIterable<Page<RowOf<T>>>;
}
