import type { Definition, Field, OperationFacts } from './definition.ts';
import { exportName, fileName } from './typescript.ts';

/**
 * Tells of each fact that would be lost, or would become code that means something else. Whoever looks after the definition then corrects it, or teaches
 * the generator.
 */
export function unsoundFacts({ operations }: Definition, problem: (text: string) => void): void {
  // The file of the table itself.
  const files = new Map([['index', 'the table of operations']]);
  for (const operation of operations) {
    const { name, params, response } = operation;
    if (!isName(name)) problem(`${JSON.stringify(name)} cannot name an operation`);
    const file = fileName(name);
    const other = files.get(file);
    if (other !== undefined) problem(`${name} would be written to ${file}.ts, which ${other} has`);
    files.set(file, name);
    for (const param of params) unsoundParameter(operation, param, problem);
    unsoundFields(params, name, problem);
    unsoundAnswer(response, `${name}: the answer`, problem);
  }
}

/** Words that TypeScript lets no constant be named. */
const reserved = new Set(['break', 'continue', 'delete', 'export', 'import', 'new', 'operation', 'return', 'switch', 'void']);

const isName = (name: string): boolean => /^[A-Z][A-Za-z\d]*$/.test(name) && !reserved.has(exportName(name));

function unsoundParameter({ name: operation }: OperationFacts, param: Field, problem: (text: string) => void): void {
  const path = `${operation}.${param.name}`;
  const { type, encoding = 'plain' } = param;
  if (param.in !== 'query' && param.in !== 'body') problem(`${path} travels in ${param.in ?? 'no place'}; the client knows query and body`);
  const isNested = type === 'array' || type === 'object';
  if (!['plain', 'flat', 'json'].includes(encoding)) problem(`${path} has the encoding ${encoding}; the client knows plain, flat and json`);
  else if (type === 'object' && encoding !== 'json') problem(`${path} is an object, and its encoding is not json`);
  else if (!isNested && encoding !== 'plain') problem(`${path} is no list and no object, and its encoding is ${encoding}`);
  unsoundValue(param, path, encoding === 'json', problem);
}

/** A value of a request: what its type, or where it stands, leaves no room for. */
function unsoundValue(field: Field, path: string, json: boolean, problem: (text: string) => void): void {
  const { type, format, pattern, unit } = field;
  const isText = type === 'string';
  const isWhole = type === 'integer' || type === 'long';
  const isSized = field.minLength !== undefined || field.maxLength !== undefined;
  const isBounded = field.min !== undefined || field.max !== undefined || field.also !== undefined;
  if (field.enum) {
    const fits = (value: string | number): boolean => (isText ? typeof value === 'string' : isWhole && Number.isSafeInteger(value));
    if (field.enum.length === 0 || !field.enum.every(fits)) problem(`${path} has values that its type ${type} cannot have`);
    if (field.enum.some((value) => /[\n\r]/.test(String(value)))) problem(`${path} has a value with a line break`);
  }
  if (isBounded && !isWhole && unit !== 'percent') problem(`${path} has bounds, which the schema language has for whole numbers only`);
  if (isSized && (!isText || pattern !== undefined))
    problem(`${path} has a length, which the schema language has for text without a pattern`);
  if (field.minLength === 0 && !json) problem(`${path} may be empty, and would then travel as an absent parameter`);
  if (pattern?.includes('/')) problem(`${path} has a pattern with a slash in it`);
  if (format !== undefined && format !== 'iso8601' && pattern === undefined) problem(`${path} has the format ${format} and no pattern`);
  if (type === 'object' && !field.fields?.length) problem(`${path} is an object of which no field is known`);
  if (field.items) unsoundInside(field.items, `${path}[]`, json, problem);
  unsoundFields(field.fields ?? [], path, problem);
  for (const inner of field.fields ?? []) unsoundInside(inner, `${path}.${inner.name}`, json, problem);
}

/** A value inside another one, which the client cannot hide in a log. */
function unsoundInside(field: Field, path: string, json: boolean, problem: (text: string) => void): void {
  if (field.secret) problem(`${path} is a secret inside another parameter, which the client would not hide`);
  unsoundValue(field, path, json, problem);
}

/** Fields side by side, of requests and answers. */
function unsoundFields(fields: readonly Field[], path: string, problem: (text: string) => void): void {
  const names = fields.map(({ name }) => name ?? '');
  for (const [index, name] of names.entries()) {
    if (!/^[A-Za-z]\w*$/.test(name)) problem(`${path} has a field named ${JSON.stringify(name)}, which is no name`);
    if (names.indexOf(name) < index) problem(`${path}.${name} is there twice`);
  }
}

function unsoundAnswer({ items, fields = [] }: Field, path: string, problem: (text: string) => void): void {
  unsoundFields(fields, path, problem);
  for (const field of fields) unsoundAnswer(field, `${path}.${field.name}`, problem);
  if (items) unsoundAnswer(items, `${path}[]`, problem);
}
