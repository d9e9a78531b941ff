import type { AnyOperation, Params } from '../../shared/client/operation.ts';
import { nearest } from '../../shared/policy/suggest.ts';
import type { Schema } from '../../shared/schema/schema.ts';
import { CommandFailure } from '../failure.ts';

/** How the text of a flag becomes a value. */
export type ValueKind = 'text' | 'number' | 'flag' | 'list' | 'object';

/** What kind of value a parameter takes, by its schema. */
export function kindOf(schema: Schema): ValueKind {
  switch (schema.kind) {
    case 'optional':
      return kindOf(schema.inner);
    case 'one-of':
      return typeof schema.values[0] === 'number' ? 'number' : 'text';
    case 'custom':
      return 'object';
    default:
      return schema.kind;
  }
}

/**
 * The input of an operation from flags: `--Name value`, `--Name=value`, a list by repeating its flag or as JSON, an object as JSON.
 * @throws CommandFailure when a flag is no parameter of the operation, or its value is of another kind
 */
export function inputOfFlags(operation: AnyOperation, flags: readonly string[]): Record<string, unknown> {
  const params = operation.params as Params;
  const texts = new Map<string, string[]>();
  for (let index = 0; index < flags.length; index += 1) {
    const flag = flags[index] ?? '';
    const match = /^--([A-Za-z]\w*)(?:=([\s\S]*))?$/.exec(flag);
    if (!match?.[1]) throw usage(`'${flag}' is no parameter; write --Name value, as in --ProductType CloudApp.`);
    const name = match[1];
    if (!Object.hasOwn(params, name)) throw usage(unknownText(operation.action, name, Object.keys(params)));
    const value = match[2] ?? flags[++index];
    if (value === undefined) throw usage(`--${name} needs a value.`);
    texts.set(name, [...(texts.get(name) ?? []), value]);
  }
  return Object.fromEntries([...texts].map(([name, values]) => [name, readValue(name, params[name]?.schema as Schema, values)]));
}

function readValue(name: string, schema: Schema, texts: readonly string[]): unknown {
  const kind = kindOf(schema);
  const [first = ''] = texts;
  if (kind === 'list') {
    if (texts.length === 1 && first.trimStart().startsWith('[')) return json(name, first);
    const inner = elementOf(schema);
    return texts.map((text) => (inner ? readValue(name, inner, [text]) : text));
  }
  if (texts.length > 1) throw usage(`--${name} is given ${texts.length} times; it takes one value.`);
  if (kind === 'object') return json(name, first);
  if (kind === 'number') {
    const number = Number(first);
    if (first.trim() === '' || !Number.isFinite(number)) throw usage(`--${name} takes a number, not '${first}'.`);
    return number;
  }
  if (kind === 'flag') {
    if (first === 'true' || first === 'false') return first === 'true';
    throw usage(`--${name} takes true or false, not '${first}'.`);
  }
  return first;
}

function elementOf(schema: Schema): Schema | undefined {
  if (schema.kind === 'optional') return elementOf(schema.inner);
  return schema.kind === 'list' ? schema.item : undefined;
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandFailure('Usage', `--${name} takes JSON, and this is none: ${(cause as Error).message}.`, { cause });
  }
}

function unknownText(action: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `${action} has no parameter ${name}${near === undefined ? '' : `; did you mean ${near}`}${near === undefined ? '.' : '?'} It takes ${known.join(', ') || 'none'}.`;
}

function usage(message: string): CommandFailure {
  return new CommandFailure('Usage', message);
}
