import { printable } from '../../client/printable.ts';
import type { PastRun } from './run-records.ts';

/** A change as plans say it: `nodes: fixed at 8 → fixed at 4`; `otherwise` where the action names none. */
export function changeText(action: PastRun['decisions'][number]['action'], otherwise: string): string {
  return printable(action?.change.map(({ field, from, to }) => `${field}: ${plain(from)} → ${plain(to)}`).join('; ') || otherwise);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? 'none' : JSON.stringify(value);
}
