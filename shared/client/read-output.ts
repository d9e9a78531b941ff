import type { LeafReader, ObjectReader, Reader, Readers, ReadOf } from './answer.ts';

type Mutable = Record<string, unknown>;

/**
 * Reads a value that was parsed from JSON; undefined where it cannot be read. Never throws. Objects and lists are cleaned in place, since
 * nobody else holds them and answers are large.
 */
export function readValue<R extends Reader>(reader: R, value: unknown): ReadOf<R> | undefined {
  return read(reader, value) as ReadOf<R> | undefined;
}

/** Names of the fields that an answer lacks although they are needed. */
export function missingFields({ needs }: ObjectReader, body: Readonly<Record<string, unknown>>): readonly string[] {
  return needs.filter((name) => body[name] === undefined);
}

function read(reader: Reader, value: unknown): unknown {
  if (reader.kind === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    cleanFields(reader.fields, value as Mutable);
    return reader.needs.some((name) => (value as Mutable)[name] === undefined) ? undefined : value;
  }
  if (reader.kind === 'list') {
    if (!Array.isArray(value)) return undefined;
    cleanEntries(reader.item, value);
    return value;
  }
  return readLeaf(reader.kind, value);
}

function cleanFields(fields: Readers, object: Mutable): void {
  for (const name in fields) {
    const value = object[name];
    if (value === undefined) continue;
    const good = read(fields[name] as Reader, value);
    // Set, not deleted: a deletion makes the whole object slow.
    if (good !== value) object[name] = good;
  }
}

function cleanEntries(item: Reader, list: unknown[]): void {
  let kept = 0;
  for (let index = 0; index < list.length; index += 1) {
    const entry = read(item, list[index]);
    if (entry === undefined) continue;
    list[kept] = entry;
    kept += 1;
  }
  list.length = kept;
}

function readLeaf(kind: LeafReader['kind'], value: unknown): unknown {
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return value;
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case 'int': {
      const number = numberOf(value);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case 'decimal':
      return numberOf(value);
    case 'flag':
      if (typeof value === 'boolean') return value;
      return value === 'true' ? true : value === 'false' ? false : undefined;
  }
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
