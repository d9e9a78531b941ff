import type { Paging } from '../../shared/client/operation.ts';

type Input = Readonly<Record<string, unknown>>;
type Output = Readonly<Record<string, unknown>>;

/**
 * The page that a caller sees when the list has moved by `rows` since the page before: rows that went missing ahead pull later ones
 * into pages already read (`rows` > 0), new ones push read ones into this page again (`rows` < 0). Page 1 and lists read by token
 * are left as they are.
 */
export function shiftedPage(paging: Paging | undefined, input: Input, rows: number, run: (input: Input) => Output): Output {
  const page = run(input);
  if (paging?.style !== 'page') return page;
  const number = input[paging.pageParam];
  if (typeof number !== 'number' || number < 2 || rows === 0) return page;
  const here = rowsOf(page, paging.items);
  const neighbor = rowsOf(run({ ...input, [paging.pageParam]: number + Math.sign(rows) }), paging.items);
  const amount = Math.abs(rows);
  // The page before is full, so its length is the size of a page.
  const moved =
    rows > 0 ? [...here.slice(amount), ...neighbor.slice(0, amount)] : [...neighbor.slice(-amount), ...here].slice(0, neighbor.length);
  return withRows(page, paging.items.split('.'), moved);
}

/** Rows can be nested: `Data.Items.Item`. */
function rowsOf(output: Output, items: string): readonly unknown[] {
  const rows = items.split('.').reduce<unknown>((value, name) => (value as Output | undefined)?.[name], output);
  return Array.isArray(rows) ? rows : [];
}

function withRows(output: Output, [name = '', ...rest]: readonly string[], rows: readonly unknown[]): Output {
  return { ...output, [name]: rest.length === 0 ? rows : withRows((output[name] ?? {}) as Output, rest, rows) };
}
