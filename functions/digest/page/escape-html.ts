import { printable } from '../../../shared/client/printable.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in an element or in a quoted attribute, on one line. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (found) => entities[found] ?? found);
}
