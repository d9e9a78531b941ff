import type { Field } from './definition.ts';
import { commented, literal } from './typescript.ts';

/** A set of fields with a name of its own, which objects can begin with. */
export interface FieldSet {
  readonly name: string;
  /** The source of each field, by name. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What writing a schema has to know besides the field. */
export interface Writing {
  /** Names of shared values, by their source. */
  readonly named: ReadonlyMap<string, string>;
  readonly fieldSets: readonly FieldSet[];
  /** How to write text of a pattern, by format. */
  readonly advice: Readonly<Record<string, string>>;
  /** Told of what cannot be written. */
  readonly problem: (text: string) => void;
}

/** Where a field of a request stands, as far as its schema depends on it. */
interface Place {
  readonly path: string;
  /** Inside one JSON text: empty lists are values of their own. */
  readonly json: boolean;
  /** A list of its own parameters, `Name.1` and so on: an empty one would travel as none at all. */
  readonly flat: boolean;
  /** Text inside JSON may be empty. */
  readonly emptyText: boolean;
}

/** The schema of a parameter, in the words of `shared/schema/schema.ts`. */
export function parameterText(field: Field, path: string, emptyText: boolean, writing: Writing): string {
  const json = field.encoding === 'json';
  return inputText(field, { path, json, flat: field.encoding === 'flat', emptyText: emptyText && json }, writing);
}

function inputText(field: Field, at: Place, writing: Writing): string {
  const source = plainInputText(field, at, writing);
  return writing.named.get(source) ?? source;
}

function plainInputText(field: Field, at: Place, writing: Writing): string {
  switch (field.type) {
    case 'string':
      return textText(field, at, writing);
    case 'integer':
    case 'long':
      return integerText(field, at, writing);
    case 'float':
      return 'decimal';
    case 'boolean':
      return 'flag';
    case 'array':
      return listText(field, at, writing);
    case 'object':
      return `object(${inputFieldsText(field, at, writing)})`;
    default:
      writing.problem(`${at.path} has the type ${field.type}, which no schema stands for; correct the definition`);
      return 'text';
  }
}

function textText(field: Field, { path, emptyText }: Place, { advice, problem }: Writing): string {
  if (field.enum) return `${field.open ? 'open' : 'oneOf'}(${field.enum.map(literal).join(', ')})`;
  if (field.format === 'iso8601') return 'instant';
  if (field.pattern !== undefined) {
    const known = advice[field.format ?? ''];
    if (known === undefined) problem(`${path} has the format ${field.format}; say in the overlay's advice how to write it`);
    return `matching(/${field.pattern}/, ${literal(known ?? '')})`;
  }
  if (field.min !== undefined || field.max !== undefined) {
    if (field.unit !== 'percent' || field.min !== 0 || field.max !== 100) problem(`${path} is text with bounds, and no percentage`);
    return 'percentage';
  }
  if (field.minLength !== undefined || field.maxLength !== undefined)
    return `sized(${field.minLength ?? 1}, ${field.maxLength ?? 'Infinity'})`;
  return emptyText ? 'anyText' : 'text';
}

function integerText(field: Field, { path }: Place, { problem }: Writing): string {
  const { also, min, max } = field;
  if (field.enum && field.open) problem(`${path} is an open set of numbers, which the schema language does not have`);
  if (field.enum) return `oneOf(${field.enum.map(literal).join(', ')})`;
  if (!also) return `int(${max === undefined ? (min ?? '') : `${min}, ${max}`})`;
  if (also.length !== 1 || min === undefined || max === undefined) problem(`${path} needs both bounds and one value beside them`);
  return `intOr(${also[0]}, ${min}, ${max})`;
}

function listText(field: Field, at: Place, writing: Writing): string {
  const { path, json, flat, emptyText } = at;
  if (!json && !flat) writing.problem(`${path} is a list, and its encoding is not flat`);
  const item = inputText(field.items ?? { type: 'none' }, { path: `${path}[]`, json, flat: !json, emptyText }, writing);
  const least = flat ? Math.max(1, field.minItems ?? 1) : (field.minItems ?? 0);
  const most = field.maxItems === undefined ? '' : `, ${field.maxItems}`;
  if (least === 0) return `jsonList(${item}${most})`;
  return least === 1 ? `list(${item}${most})` : `list(${item}, ${field.maxItems}, ${least})`;
}

/** The fields of an object of a request, as the argument of `object`. */
export function inputFieldsText(field: Field, at: Place, writing: Writing, notes: Readonly<Record<string, string>> = {}): string {
  const inner = (field.fields ?? []).map((entry) => {
    const schema = inputText(entry, { ...at, path: `${at.path}.${entry.name}` }, writing);
    return [entry.name as string, entry.required ? schema : `optional(${schema})`, noteOf(entry, notes[entry.name as string])] as const;
  });
  return fieldsText(inner, writing);
}

/** The reader of a field of an answer, in the words of `shared/client/answer.ts`. */
export function readerText(field: Field, path: string, writing: Writing): string {
  const source = plainReaderText(field, path, writing);
  return writing.named.get(source) ?? source;
}

function plainReaderText(field: Field, path: string, writing: Writing): string {
  switch (field.type) {
    case 'string':
      // The values are a type only: nothing refuses others, and a bundle need not carry them.
      return field.enum ? `readOneOf<${field.enum.map(literal).join(' | ')}>()` : 'readText';
    case 'integer':
    case 'long':
      return 'readInt';
    case 'float':
      return 'readDecimal';
    case 'amount':
      return 'readAmount';
    case 'boolean':
      return 'readFlag';
    case 'array':
      return `readList(${readerText(field.items ?? { type: 'none' }, `${path}[]`, writing)})`;
    case 'object':
      return `readObject(${readerFieldsText(field, path, writing)})`;
    default:
      writing.problem(`${path} of the answer has the type ${field.type}, which no reader stands for; correct the definition`);
      return 'readText';
  }
}

/** The fields of an object of an answer, as the argument of `readObject`. */
export function readerFieldsText({ fields = [] }: Field, path: string, writing: Writing): string {
  const inner = fields.map((entry) => [entry.name as string, readerText(entry, `${path}.${entry.name}`, writing), ''] as const);
  return fieldsText(inner, writing);
}

/** The source of each field of an object, by name, without notes. */
export function fieldSources(
  side: 'request' | 'answer',
  { fields = [] }: Field,
  path: string,
  json: boolean,
  writing: Writing,
): Map<string, string> {
  return new Map(
    fields.map((entry) => {
      const name = entry.name as string;
      if (side === 'answer') return [name, readerText(entry, `${path}.${name}`, writing)];
      const schema = inputText(entry, { path: `${path}.${name}`, json, flat: false, emptyText: false }, writing);
      return [name, entry.required ? schema : `optional(${schema})`];
    }),
  );
}

function fieldsText(inner: readonly (readonly [name: string, source: string, note: string])[], { fieldSets }: Writing): string {
  const set = fieldSets.find(({ fields }) =>
    [...fields].every(([name, source]) => inner.some((field) => field[0] === name && field[1] === source)),
  );
  const own = set ? inner.filter(([name]) => !set.fields.has(name)) : inner;
  if (set && own.length === 0) return set.name;
  const lines = own.map(([name, source, note]) => `${note === '' ? '' : `${commented([note])}\n`}${name}: ${source},`);
  return `{ ${[...(set ? [`...${set.name},`] : []), ...lines].join('\n')} }`;
}

/** What a comment says of a parameter: what the overlay notes, and what the definition knows besides its type. */
export function noteOf(field: Field, note?: string, insisted?: string): string {
  return [
    ...(field.deprecated ? ['@deprecated'] : []),
    ...(note === undefined ? [] : [note]),
    ...(insisted === undefined ? [] : [`Demanded here: ${insisted}.`]),
    ...(field.internal ? ['The service keeps it for its own callers.'] : []),
    ...(field.unit === undefined ? [] : [`In ${unitNames[field.unit] ?? field.unit}.`]),
    ...(field.default === undefined ? [] : [`Default of the service: ${field.default}.`]),
  ].join(' ');
}

const unitNames: Readonly<Record<string, string>> = { minute: 'minutes', second: 'seconds' };
