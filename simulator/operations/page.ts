import { defaultPageSizes } from '../../shared/client/shapes/page-sizes.ts';

/** Page parameters as most list operations take them. */
export interface PageInput {
  readonly PageNumber?: number | undefined;
  readonly PageSize?: number | undefined;
}

/** The rows of the wanted page and where they lie; past the end there are none. `size` is the page size where none is named; most lists have the same. */
export function pageOf<Row>(
  rows: readonly Row[],
  input: PageInput,
  size: number = defaultPageSizes.ListAppInstanceGroup,
): { rows: readonly Row[]; number: number; size: number; total: number } {
  const number = input.PageNumber ?? 1;
  const pageSize = input.PageSize ?? size;
  return { rows: rows.slice((number - 1) * pageSize, number * pageSize), number, size: pageSize, total: rows.length };
}

/** A page in the dialect of most list operations: `PageNumber`, `PageSize`, `TotalCount`. */
export function numberedPage<Row, Model>(
  rows: readonly Row[],
  input: PageInput,
  list: string,
  model: (row: Row) => Model,
): Record<string, unknown> {
  const page = pageOf(rows, input);
  return { PageNumber: page.number, PageSize: page.size, TotalCount: page.total, [list]: page.rows.map(model) };
}
