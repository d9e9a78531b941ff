import { ServiceFault } from '../handler.ts';

const mark = 'next:';

/** A page of a list by continuation token; `next` is undefined on the last one. @throws ServiceFault when the token is not one of ours */
export function tokenPageOf<Row>(
  rows: readonly Row[],
  token: string | undefined,
  size: number,
): { rows: readonly Row[]; next: string | undefined } {
  const start = token === undefined ? 0 : startOf(token);
  const end = start + size;
  const next = end < rows.length ? Buffer.from(`${mark}${end}`).toString('base64') : undefined;
  return { rows: rows.slice(start, end), next };
}

function startOf(token: string): number {
  const text = Buffer.from(token, 'base64').toString('utf8');
  const start = text.startsWith(mark) ? Number(text.slice(mark.length)) : Number.NaN;
  if (!Number.isInteger(start)) throw new ServiceFault('InvalidParameter.NextToken', 'The specified NextToken is invalid.');
  return start;
}
