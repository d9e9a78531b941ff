import { redact } from '../../client/redact.ts';
import type { ResourceRef } from '../../fleet/resource.ts';

/** So many of a kind are named in a message at most; the others are counted. */
const named = 10;

/** Longest line about one of them, in characters. */
const longest = 300;

/** Lines as one text for people: the first ten, and how many more there are. What came from outside is without secrets, and short. */
export function listed(lines: readonly string[], between = '; '): string {
  // A sentence within another has no full stop; on a line of its own it keeps it.
  const part = (line: string) => (between === '\n' ? line : line.replace(/\.$/, ''));
  const shown = lines.slice(0, named).map((line) => redact(part(line), [], longest));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(between);
}

/** A resource as people know it. */
export function nameOf({ id, name }: Pick<ResourceRef, 'id' | 'name'>): string {
  return name === undefined ? id : `${name} (${id})`;
}
