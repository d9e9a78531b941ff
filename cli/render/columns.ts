import Table from 'cli-table3';

/** One column of aligned text. Default: left. */
export interface Column {
  readonly align?: 'left' | 'right';
}

/** No rules and no borders: a plan is read from left to right, and its lines are searched and piped. */
const bare = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows of cells as lines with aligned columns, two blanks apart, wide characters and colors counted as a terminal shows them. */
export function alignColumns(rows: readonly (readonly string[])[], columns: readonly Column[]): string[] {
  if (rows.length === 0) return [];
  const table = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  table.push(...rows.map((row) => columns.map((_, index) => (row[index] ?? '').replace(/[\r\n\u2028\u2029]/g, '�'))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
