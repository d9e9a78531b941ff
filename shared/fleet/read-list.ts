import type { CallOptions, Client, PagesInput, RowOf } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import type { AnyOperation, Paging } from '../client/operation.ts';
import { rowId } from '../client/paginate.ts';

/** The failure of a read whose answer does not show what was asked for, and does not say that there is none: that something is gone it proves not. */
export function unshown({ action }: Pick<AnyOperation, 'action'>, id: string): ApiError {
  const message = `${action}: the answer does not show ${id}, and does not say that there is none. Look whether it is still so in the next run.`;
  const nothing = { httpStatus: undefined, requestId: undefined };
  return new ApiError({ code: 'MalformedAnswer', message, operation: action, executed: 'no', attempts: 1, ...nothing });
}

/** Passes over a list that moves while it is read. */
const mostPasses = 3;

/**
 * All rows of a list; undefined where they cannot be had for certain: a row that is missing could be the one that matters, such as the session of
 * somebody who is protected. A list that comes in one answer is what it is, if as many rows came as are announced. One of several pages can skip a
 * row while it moves, and no total need show it: it is read until two passes in turn carry the same rows, three times at most.
 * @throws ApiError when the service does not answer
 */
export async function readList<T extends AnyOperation>(
  client: Client,
  operation: T,
  input: PagesInput<T>,
  options: CallOptions,
): Promise<readonly RowOf<T>[] | undefined> {
  const { id } = operation.paging as Paging;
  let before: string | undefined;
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    const rows: RowOf<T>[] = [];
    let announced: number | undefined;
    let pages = 0;
    for await (const page of client.pages(operation, input, options)) {
      pages += 1;
      announced = page.total ?? announced;
      rows.push(...page.rows);
    }
    const even = announced === undefined || rows.length === announced;
    if (even && pages === 1) return rows;
    const ids = even
      ? rows
          .map((row) => rowId(row, id))
          .sort()
          .join('\n')
      : undefined;
    if (ids !== undefined && ids === before) return rows;
    before = ids;
  }
  return undefined;
}
