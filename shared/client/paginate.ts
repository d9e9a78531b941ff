import type { Page } from './client.ts';
import { ApiError, InputError } from './errors.ts';
import type { AnyOperation, Paging } from './operation.ts';

/** Size of a page where the row names no maximum (service notes, Lists). */
const usualPageSize = 100;

/** Pages after which reading fails, whatever the service says: ten million rows at the usual size. */
const mostPages = 100_000;

/** Empty pages in a row that a list by token may have, as one with filters does. */
const mostEmptyPages = 20;

type Row = unknown;
type Output = Readonly<Record<string, unknown>>;

/**
 * Reads a list to its end. Rows that an earlier page carried are left out, since a list that changes while it is read can repeat
 * them; for that the ids of all rows are kept, about 100 bytes each. Ends at the announced total, at a short page where none is
 * announced, at an empty page (by number) or the last token, at a page of which every row is known, and at a token seen before: never
 * in a loop. A full page that meets the total is followed by one more read, since a total that is too low would cut the list off there.
 *
 * `total` is the largest that was announced so far: where a list shrinks while it is read, what was read stays below it.
 * @param read makes one call with the given input
 * @throws InputError when the operation is no list; ApiError `MalformedList` for an answer without its list that does not say either that there is
 * nothing, `TooManyPages` when there is no end after 100 000 pages
 */
export async function* readPages(
  operation: AnyOperation,
  input: Readonly<Record<string, unknown>>,
  read: (input: Record<string, unknown>) => Promise<unknown>,
): AsyncGenerator<Page<Row>> {
  const paging = operation.paging as Paging | undefined;
  if (paging === undefined) throw new InputError(operation.action, [{ path: '', text: 'this is not a list; use call instead of pages' }]);
  const seen = new Set<string>();
  const size = typeof input[paging.sizeParam] === 'number' ? (input[paging.sizeParam] as number) : (paging.maxSize ?? usualPageSize);
  const position = paging.style === 'page' ? byNumber(paging.pageParam, size) : byToken(paging.tokenParam, paging.nextToken);
  let total: number | undefined;
  let received = 0;
  for (let page = 1; page <= mostPages; page += 1) {
    const output = (await read({ ...input, [paging.sizeParam]: size, ...position.input(page) })) as Output;
    const announced = totalOf(output, paging.total);
    if (announced !== undefined) total = Math.max(total ?? 0, announced);
    const rows = rowsOf(output, paging.items, announced !== undefined && received >= announced);
    if (rows === undefined) {
      const text = `the answer carries no list ${paging.items}${announced === undefined ? '' : `, and announces ${announced}`}`;
      throw failed(operation, 'MalformedList', `${text}. Read it again; if it stays so, ask the support of the service.`, page);
    }
    received += rows.length;
    const fresh = rows.filter((row) => isNew(rowId(row, paging.id), seen));
    const last = position.isLast(rows.length, output, total === undefined || received >= total);
    // A page of known rows only: the service repeats itself. The page still tells its total.
    yield { rows: fresh, total };
    if (last || (rows.length > 0 && fresh.length === 0)) return;
  }
  throw failed(operation, 'TooManyPages', `no end after ${mostPages} pages. Add a filter.`, mostPages);
}

function failed({ action }: AnyOperation, code: string, text: string, attempts: number): ApiError {
  const nothing = { httpStatus: undefined, requestId: undefined };
  return new ApiError({ code, message: `${action}: ${text}`, operation: action, executed: 'no', attempts, ...nothing });
}

/** Where in the list the next call reads, and when the list is over. */
interface Position {
  input(page: number): Record<string, unknown>;
  /** `allTold`: as many rows came as were announced, or nothing is. */
  isLast(rows: number, output: Output, allTold: boolean): boolean;
}

function byNumber(param: string, size: number): Position {
  return {
    input: (page) => ({ [param]: page }),
    // Where a total is known it decides, so that a service that serves smaller pages than asked for is read to its end.
    isLast: (rows, _output, allTold) => rows === 0 || (rows < size && allTold),
  };
}

function byToken(param: string, field: string): Position {
  const tokens = new Set<string>();
  let token: string | undefined;
  let empty = 0;
  return {
    input: () => (token === undefined ? {} : { [param]: token }),
    isLast: (rows, output) => {
      empty = rows === 0 ? empty + 1 : 0;
      if (empty > mostEmptyPages) return true;
      const next = output[field];
      token = typeof next === 'string' && next !== '' ? next : undefined;
      if (token === undefined || tokens.has(token)) return true;
      tokens.add(token);
      return false;
    },
  };
}

/** The rows of a page. Some services leave an empty list out, so a page without one is empty where no more is announced; else undefined. */
function rowsOf(output: Output, field: string, allTold: boolean): readonly Row[] | undefined {
  const rows = output[field];
  if (Array.isArray(rows)) return rows;
  return allTold ? [] : undefined;
}

function totalOf(output: Output, field: string | undefined): number | undefined {
  if (field === undefined) return undefined;
  const value = output[field];
  const total = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}

function isNew(id: string, seen: Set<string>): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
}

/** What tells a row from others: its id fields, or the whole row where one of them is missing. */
export function rowId(row: Row, fields: readonly string[]): string {
  if (typeof row !== 'object' || row === null) return String(row);
  if (fields.length === 1) {
    const only = (row as Output)[fields[0] as string];
    if (typeof only === 'string') return only;
  }
  const values = fields.map((field) => (row as Output)[field]);
  const complete = values.length > 0 && values.every((value) => value !== undefined && value !== null);
  return JSON.stringify(complete ? values : row);
}
