import type { Schema } from '../../shared/schema/schema.ts';

/** Text or nested text, as flat parameters spell a value. */
export type Raw = string | readonly Raw[] | { readonly [key: string]: Raw };

/**
 * Gives a value the types that its schema wants, as the platform does with what comes in as text: digits become a number, `true`
 * and `false` become a flag, a number where text is wanted becomes its digits. What does not fit stays as it is, for validation to refuse.
 */
export function coerce(schema: Schema, value: unknown): unknown {
  switch (schema.kind) {
    case 'optional':
      return coerce(schema.inner, value);
    case 'number':
      return typeof value === 'string' ? numberOf(value) : value;
    case 'flag':
      return typeof value === 'string' ? flagOf(value) : value;
    case 'text':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'one-of':
      if (typeof value === 'string' && schema.values.every((known) => typeof known === 'number')) return numberOf(value);
      return schema.values.find((known) => String(known) === String(value)) ?? value;
    case 'list':
      return Array.isArray(value) ? value.map((item) => coerce(schema.item, item)) : value;
    case 'custom':
      return value;
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const { fields } = schema;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fields[key] ? coerce(fields[key], item) : item]));
    }
  }
}

function numberOf(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function flagOf(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}
