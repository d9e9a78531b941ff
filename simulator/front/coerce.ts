import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];

/** Text or nested text, as flat parameters spell a value. */
export type Raw = string | readonly Raw[] | { readonly [key: string]: Raw };

/**
 * Gives a value the types that its schema wants, as the platform does with what comes in as text: digits become a number, `true`
 * and `false` become a flag, a number where text is wanted becomes its digits. What does not fit stays as it is, for validation to refuse.
 */
export function coerce(schema: Schema, value: unknown): unknown {
  const def = (schema as z.core.$ZodTypes)._zod.def as Def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
    case 'nonoptional':
      return coerce(def.innerType, value);
    case 'pipe':
      return coerce(def.in, value);
    case 'number':
      return typeof value === 'string' ? numberOf(value) : value;
    case 'boolean':
      return typeof value === 'string' ? flagOf(value) : value;
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'literal':
      if (typeof value === 'string' && def.values.every((known) => typeof known === 'number')) return numberOf(value);
      return def.values.find((known) => String(known) === String(value)) ?? value;
    case 'enum':
      return Object.values(def.entries).find((known) => String(known) === String(value)) ?? value;
    case 'union':
      return coerceUnion(def.options, value);
    case 'array':
      return Array.isArray(value) ? value.map((item) => coerce(def.element, item)) : value;
    case 'object':
      return isRecord(value) ? mapRecord(value, (item, key) => (def.shape[key] ? coerce(def.shape[key], item) : item)) : value;
    case 'record':
      return isRecord(value) ? mapRecord(value, (item) => coerce(def.valueType, item)) : value;
    default:
      return value;
  }
}

function coerceUnion(options: readonly Schema[], value: unknown): unknown {
  for (const option of options) {
    const candidate = coerce(option, value);
    const result = option._zod.run({ value: candidate, issues: [] }, { async: false });
    if (!(result instanceof Promise) && result.issues.length === 0) return candidate;
  }
  return options[0] ? coerce(options[0], value) : value;
}

function numberOf(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function flagOf(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapRecord(record: Readonly<Record<string, unknown>>, map: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
