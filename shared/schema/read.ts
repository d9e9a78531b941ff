import { mismatches } from './compare.ts';
import type { Schema, TypeOf } from './schema.ts';

/** How many places a text names at most. */
const named = 12;

/** What came of reading a value: the value itself, with its type, or where it differs. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly where: string };

/**
 * Reads a value that was parsed from JSON. It is looked at where it lies and not copied: members that an open object does not name stay on
 * it. `where`: the paths that differ, as `body.price, v`, lists counted from 0; `the whole` for the value itself.
 */
export function read<S extends Schema>(schema: S, value: unknown): Read<TypeOf<S>> {
  const found = mismatches(schema, value);
  if (found.length === 0) return { ok: true, value: value as TypeOf<S> };
  const paths = [...new Set(found.map(({ path }) => path.join('.') || 'the whole'))];
  const more = paths.length > named ? ` and ${paths.length - named} more` : '';
  return { ok: false, where: `${paths.slice(0, named).join(', ')}${more}` };
}
