import type { FailedItem, PartialResult } from './client.ts';
import type { Partial } from './operation.ts';

/**
 * Splits an answer with a list of partial failures (service notes, Failures). Where rows carry a success flag, a row without a plain
 * `true` counts as failed: what is not known to have worked must not look as if it had.
 */
export function withPartial<O>(partial: Partial, output: O): PartialResult<O> {
  const list = (output as Readonly<Record<string, unknown>>)[partial.list];
  const rows = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const failed = rows
    .map((row) => (typeof row === 'object' && row !== null ? (row as Readonly<Record<string, unknown>>) : {}))
    .filter((row) => partial.success === undefined || row[partial.success] !== true)
    .map((row): FailedItem => ({ id: text(row[partial.id]), code: text(row['Code']), message: text(row['Message']) }));
  return failed.length === 0 ? { complete: true, output } : { complete: false, failed, output };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
