import type { CallOptions, Client, Page } from './client.ts';
import { ApiError } from './errors.ts';
import type { AnyOperation, InputOf, OutputOf, Paging } from './operation.ts';
import { readPages } from './paginate.ts';

/** The value at a path such as `Data.Items.Item`. */
type At<O, P extends string> = P extends `${infer K}.${infer R}`
  ? K extends keyof NonNullable<O>
    ? At<NonNullable<O>[K], R>
    : never
  : P extends keyof NonNullable<O>
    ? NonNullable<NonNullable<O>[P]>
    : never;

/** The type of the rows of a list of billing. */
export type BillingRow<T extends AnyOperation> = T['paging'] extends { items: infer P extends string }
  ? At<OutputOf<T>, P> extends readonly (infer Row)[]
    ? Row
    : never
  : never;

type Position = 'PageNum' | 'PageSize' | 'NextToken' | 'MaxResults';

/** The input of a list of billing without the position; a size is optional. */
type BillingInput<T extends AnyOperation> = Omit<InputOf<T>, Position> & { readonly PageSize?: number; readonly MaxResults?: number };

/** A row under a number of its own: where rows have no id, two that say the same are two, and a sum needs both. */
interface Numbered {
  readonly row: unknown;
  readonly number: number;
}

/**
 * All pages of a list of billing. Its answers nest rows and totals, each list at another place, so they are laid side by side for the paginator.
 *
 * A sum of money must not rest on a list with holes, so what an ordinary list lets pass is an error here: a token that came before, a page that is
 * the one before it again, and a list by page number that ends with fewer or more rows than it announced.
 * @throws ApiError `MalformedList` for these, and as `Client.call`
 */
export async function* billingPages<T extends AnyOperation>(
  client: Client,
  operation: T,
  input: BillingInput<T>,
  options?: CallOptions,
): AsyncGenerator<Page<BillingRow<T>>> {
  const paging = operation.paging as Paging;
  const hasIds = paging.id.length > 0;
  const tokens = new Set<string>();
  let number = 0;
  let before = '';
  const fail = (text: string): ApiError => malformed(operation, text);

  const read = async (full: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const output = await client.call<AnyOperation>(operation, full, options);
    const rows = valueAt(output, paging.items);
    const page: Record<string, unknown> = {
      [paging.items]: hasIds || !Array.isArray(rows) ? rows : rows.map((row): Numbered => ({ row, number: number++ })),
      ...(paging.total === undefined ? {} : { [paging.total]: valueAt(output, paging.total) }),
    };
    const now = Array.isArray(rows) && rows.length > 1 ? JSON.stringify(rows) : '';
    if (now !== '' && now === before) throw fail('a page is the one before it again');
    before = now;
    if (paging.style === 'token') {
      const token = valueAt(output, paging.nextToken);
      page[paging.nextToken] = token;
      if (typeof token === 'string' && token !== '') {
        if (tokens.has(token)) throw fail('a token came twice');
        tokens.add(token);
      }
    }
    return page;
  };

  let received = 0;
  let total: number | undefined;
  const rowed = hasIds ? operation : { ...operation, paging: { ...paging, id: ['number'] } };
  for await (const page of readPages(rowed, input as Record<string, unknown>, read)) {
    const rows = hasIds ? page.rows : (page.rows as readonly Numbered[]).map(({ row }) => row);
    received += rows.length;
    total = page.total;
    yield { rows: rows as readonly BillingRow<T>[], total };
  }
  // By token, what a total counts is not said; the chain of tokens tells that the list is whole.
  if (paging.style === 'page' && total !== undefined && received !== total)
    throw fail(`${total} rows were announced, and ${received} came`);
}

function malformed({ action }: AnyOperation, text: string): ApiError {
  const message = `${action}: ${text}, so the list is not whole, or changed while it was read. Read it again; if it stays so, ask the support of the service.`;
  return new ApiError({
    ...{ code: 'MalformedList', message, operation: action, executed: 'no', attempts: 1 },
    ...{ httpStatus: undefined, requestId: undefined },
  });
}

function valueAt(output: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], output);
}
