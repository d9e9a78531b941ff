import type {
  ListSchema,
  Literal,
  Mismatch,
  MismatchKind,
  NumberSchema,
  ObjectSchema,
  Path,
  Schema,
  TextSchema,
  TypeOf,
} from './schema.ts';

/** Where a value differs from its schema; empty where it fits. Paths count lists from 0. */
export function mismatches(schema: Schema, value: unknown): readonly Mismatch[] {
  const found: Mismatch[] = [];
  compare(schema, value, [], found);
  return found;
}

/** Adds to `found` where a value differs from its schema. `path` leads to the value. */
export function compare(schema: Schema, value: unknown, path: Path, found: Mismatch[]): void {
  switch (schema.kind) {
    case 'optional':
      if (value !== undefined) compare(schema.inner, value, path, found);
      break;
    case 'text':
      compareText(schema, value, path, found);
      break;
    case 'number':
      compareNumber(schema, value, path, found);
      break;
    case 'flag':
      if (typeof value !== 'boolean') report('type', 'give true or false', path, found);
      break;
    case 'one-of':
      if (!schema.values.includes(value as string)) report('value', choice(schema.values), path, found);
      break;
    case 'list':
      compareList(schema, value, path, found);
      break;
    case 'object':
      compareObject(schema, value, path, found);
      break;
    default:
      schema.compare(value, path, found);
  }
}

function compareText(schema: TextSchema, value: unknown, path: Path, found: Mismatch[]): void {
  const { advice, pattern } = schema;
  if (typeof value !== 'string') report('type', advice ?? 'give text', path, found);
  else {
    compareSize(schema, value.length, path, found);
    if (pattern && !pattern.test(value)) report('form', advice ?? `must match ${pattern}`, path, found);
  }
}

function compareNumber(schema: NumberSchema, value: unknown, path: Path, found: Mismatch[]): void {
  const { advice, also, whole } = schema;
  if (whole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
    report('type', advice ?? (whole ? 'give a whole number' : 'give a number'), path, found);
  } else if (value !== also) compareSize(schema, value as number, path, found);
}

function compareList(schema: ListSchema, value: unknown, path: Path, found: Mismatch[]): void {
  if (!Array.isArray(value)) {
    report('type', 'give a list', path, found);
    return;
  }
  for (let index = 0; index < value.length; index += 1) {
    path.push(index);
    compare(schema.item, value[index], path, found);
    path.pop();
  }
  compareSize(schema, value.length, path, found);
}

/** What has a size: a number is one, texts and lists have one. */
type Sized = Pick<TextSchema | NumberSchema | ListSchema, 'kind' | 'min' | 'max'> & { readonly advice?: string };

function compareSize({ kind, min, max, advice }: Sized, size: number, path: Path, found: Mismatch[]): void {
  if (min !== undefined && size < min) report('size', advice ?? boundText(kind, 'least', min), path, found);
  if (max !== undefined && size > max) report('size', advice ?? boundText(kind, 'most', max), path, found);
}

function boundText(kind: Sized['kind'], end: 'least' | 'most', bound: number): string {
  if (kind === 'number') return `must be at ${end} ${bound}`;
  const [one, many] = kind === 'text' ? ['character', 'characters'] : ['entry', 'entries'];
  return `must have at ${end} ${bound} ${bound === 1 ? one : many}`;
}

function compareObject({ fields, open }: ObjectSchema, value: unknown, path: Path, found: Mismatch[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report('type', 'give an object', path, found);
    return;
  }
  for (const name in fields) {
    path.push(name);
    compare(fields[name] as Schema, (value as Readonly<Record<string, unknown>>)[name], path, found);
    path.pop();
  }
  if (open) return;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) {
      report('unknown', 'no such parameter: remove it or correct its name', [...path, name], found);
    }
  }
}

/** Adds a fault at a path. */
export function report(kind: MismatchKind, text: string, path: Path, found: Mismatch[]): void {
  found.push({ kind, path: [...path], text });
}

function choice(values: readonly Literal[]): string {
  return values.length === 1 ? `must be ${values[0]}` : `choose one of ${values.join(', ')}`;
}

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
