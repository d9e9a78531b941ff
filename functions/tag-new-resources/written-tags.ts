import type { WrittenView } from '../../shared/journal/written.ts';

/** The setting that tag-new-resources writes, as the journal names it. */
export const tagsSetting = 'tags';

/** A tag that we set: its value, how often, and whether it was set by the last write. */
interface WrittenTag {
  readonly value: string;
  readonly times: number;
  readonly last: boolean;
}

/** Tags that we set, by key. */
export type WrittenTags = ReadonlyMap<string, WrittenTag>;

/**
 * Every tag that we ever set on a group, as the journal keeps it. One that failed was not set; one whose outcome is unknown counts as not
 * set either, which at worst restores a tag once more than it should.
 */
export function writtenTags(written: WrittenView, groupId: string): WrittenTags {
  const last = written.values(groupId, tagsSetting).findLast(({ outcome }) => outcome === 'done');
  return last === undefined ? new Map() : parse(last.value);
}

/** What the journal is to keep once tags are added: what was set before and what is set now. */
export function journalText(before: WrittenTags, adds: Readonly<Record<string, string>>): string {
  const all = new Map([...before].map(([key, tag]) => [key, { ...tag, last: false }]));
  for (const [key, value] of Object.entries(adds)) all.set(key, { value, times: (before.get(key)?.times ?? 0) + 1, last: true });
  const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(rows.map(([key, { value, times, last }]) => [key, value, times, ...(last ? [1] : [])]));
}

function parse(text: string): WrittenTags {
  const tags = new Map<string, WrittenTag>();
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return tags;
  }
  for (const row of Array.isArray(rows) ? rows : []) {
    const [key, value, times, last] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof key === 'string' && typeof value === 'string' && typeof times === 'number')
      tags.set(key, { value, times, last: last === 1 });
  }
  return tags;
}
