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

/** A row under a number of its own: the rows of a list by token have no id, so two that say the same are two, and a sum needs both. */
interface Numbered {
  readonly row: unknown;
  readonly number: number;
}

/**
 * All pages of a list of billing. Its answers nest rows and totals, each list at another place, so they are laid side by side for the paginator.
 *
 * A sum of money must not rest on a list with holes, so what an ordinary list lets pass is an error here: a token that came before, a page that is
 * the one before it again, a list that ends before its tokens do, and one that ends with fewer or more rows than it announced.
 * @throws ApiError `MalformedList` for these, and as `Client.call`
 */
export async function* billingPages<T extends AnyOperation>(
  client: Client,
  operation: T,
  input: BillingInput<T>,
  options?: CallOptions,
): AsyncGenerator<Page<BillingRow<T>>> {
  const paging = operation.paging as Paging;
  const byToken = paging.style === 'token';
  const check = new WholeList(paging, (text) => malformed(operation, text));
  let number = 0;
  const read = async (full: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const output = await client.call<AnyOperation>(operation, full, options);
    const rows = valueAt(output, paging.items);
    const total = paging.total === undefined ? undefined : valueAt(output, paging.total);
    const token = byToken ? valueAt(output, paging.nextToken) : undefined;
    check.page(rows, total, token);
    return {
      [paging.items]: byToken && Array.isArray(rows) ? rows.map((row): Numbered => ({ row, number: number++ })) : rows,
      ...(paging.total === undefined ? {} : { [paging.total]: total }),
      ...(byToken ? { [paging.nextToken]: token } : {}),
    };
  };

  let received = 0;
  const rowed = byToken ? { ...operation, paging: { ...paging, id: ['number'] } } : operation;
  for await (const page of readPages(rowed, input as Record<string, unknown>, read)) {
    const rows = byToken ? (page.rows as readonly Numbered[]).map(({ row }) => row) : page.rows;
    received += rows.length;
    yield { rows: rows as readonly BillingRow<T>[], total: page.total };
  }
  check.end(received);
}

/** Watches the pages of a list, as they come, for signs that it is not whole. */
class WholeList {
  readonly #paging: Paging;
  readonly #fail: (text: string) => ApiError;
  readonly #tokens = new Set<string>();
  readonly #totals = new Set<number>();
  /** True while each page announces as many rows as it has: then a total may be that of a page. */
  #totalsMayBeOfPages = true;
  #before = '';
  #isOpen = false;

  constructor(paging: Paging, fail: (text: string) => ApiError) {
    this.#paging = paging;
    this.#fail = fail;
  }

  page(rows: unknown, total: unknown, token: unknown): void {
    const count = Array.isArray(rows) ? rows.length : 0;
    const now = count > 1 ? JSON.stringify(rows) : '';
    if (now !== '' && now === this.#before) throw this.#fail('a page is the one before it again');
    this.#before = now;
    this.#isOpen = typeof token === 'string' && token !== '';
    if (this.#isOpen && this.#tokens.has(token as string)) throw this.#fail('a token came twice');
    if (this.#isOpen) this.#tokens.add(token as string);
    const announced = typeof total === 'string' && /^\d+$/.test(total) ? Number(total) : total;
    if (typeof announced !== 'number') return;
    this.#totals.add(announced);
    if (announced !== count) this.#totalsMayBeOfPages = false;
  }

  end(received: number): void {
    if (this.#isOpen) throw this.#fail('there are more pages than were read');
    if (this.#paging.style === 'token' && this.#totalsMayBeOfPages) return;
    for (const total of this.#totals) if (total !== received) throw this.#fail(`${total} rows were announced, and ${received} came`);
  }
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
