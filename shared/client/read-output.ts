import type { LeafReader, ObjectReader, Reader, ReadOf } from './answer.ts';

type Mutable = Record<string, unknown>;

/**
 * Reads a value that was parsed from JSON; undefined where it cannot be read as a whole. Never throws. What is inside an object or a list and cannot
 * be read stays as it came, so that nobody takes it for absent. Objects and lists are read in place, since nobody else holds them and answers are
 * large.
 */
export function readValue<R extends Reader>(reader: R, value: unknown): ReadOf<R> | undefined {
  return read(reader, value) as ReadOf<R> | undefined;
}

/** Names of the fields that an answer lacks although they are needed. */
export function missingFields({ needs }: ObjectReader, body: Readonly<Record<string, unknown>>): readonly string[] {
  return needs.filter((name) => body[name] === undefined || body[name] === null);
}

function read(reader: Reader, value: unknown): unknown {
  if (reader.kind === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return readFields(reader, value as Mutable) ? value : undefined;
  }
  if (reader.kind === 'list') {
    if (!Array.isArray(value)) return undefined;
    for (let index = 0; index < value.length; index += 1) {
      const entry = read(reader.item, value[index]);
      if (entry !== undefined && entry !== value[index]) value[index] = entry;
    }
    return value;
  }
  return readLeaf(reader.kind, value);
}

/** Whether all that the object needs could be read. */
function readFields({ fields, needs }: ObjectReader, object: Mutable): boolean {
  let whole = true;
  for (const name in fields) {
    const value = object[name];
    const good = value === undefined ? undefined : read(fields[name] as Reader, value);
    if (good === undefined) whole &&= !needs.includes(name);
    else if (good !== value) object[name] = good;
  }
  return whole;
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
