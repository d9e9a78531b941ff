import type { Operation } from './operation.ts';
import { percentEncode } from './percent.ts';

/** A parameter as it travels: name and value, both not yet percent-encoded. */
export type Pair = readonly [name: string, value: string];

/** Media type of form bodies. */
export const formType = 'application/x-www-form-urlencoded';

/** The parameters of a call, apart by place. `form` is undefined where the operation has no body parameters at all. */
export interface EncodedRequest {
  readonly query: readonly Pair[];
  readonly form: readonly Pair[] | undefined;
}

/**
 * Adds a value in flat style (signing facts, flattening): lists as `Name.1`, `Name.2` …, objects as `Name.Key`, to any
 * depth. null and undefined are left out and keep their place in a list; empty lists and objects add nothing.
 */
export function flatten(name: string, value: unknown, into: Pair[]): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    into.push([name, typeof value === 'string' ? value : String(value)]);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) flatten(`${name}.${index + 1}`, value[index], into);
  } else {
    for (const key of Object.keys(value)) flatten(`${name}.${key}`, (value as Record<string, unknown>)[key], into);
  }
}

/** Adds a value as one compact JSON text; null and undefined are left out. */
export function addJson(name: string, value: unknown, into: Pair[]): void {
  if (value === undefined || value === null) return;
  into.push([name, JSON.stringify(value)]);
}

/** Whether an operation has body parameters; asked on every call, so remembered. */
const hasForm = new WeakMap<object, boolean>();

function needsForm(operation: Pick<Operation, 'params'>): boolean {
  let answer = hasForm.get(operation.params);
  if (answer === undefined) {
    answer = Object.values(operation.params).some((param) => param.place === 'body');
    hasForm.set(operation.params, answer);
  }
  return answer;
}

/**
 * Places and encodes an input by the operation's row. The input must have passed the row's schema.
 * Names that the row does not know are ignored.
 */
export function encodeInput(operation: Pick<Operation, 'params'>, input: Readonly<Record<string, unknown>>): EncodedRequest {
  const query: Pair[] = [];
  const form: Pair[] | undefined = needsForm(operation) ? [] : undefined;
  for (const name of Object.keys(input)) {
    const param = operation.params[name];
    if (param === undefined) continue;
    const into = param.place === 'query' ? query : (form as Pair[]);
    if (param.encoding === 'json') addJson(name, input[name], into);
    else flatten(name, input[name], into);
  }
  return { query, form };
}

const byName = (a: Pair, b: Pair): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

/** Pairs sorted by raw name in code-unit order, as signatures want them; pairs of one name keep their order. */
export function sortPairs(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.length < 2 ? pairs : [...pairs].sort(byName);
}

/** `name=value&name=value`, names and values percent-encoded, in the order given. */
export function joinPairs(pairs: readonly Pair[]): string {
  let joined = '';
  for (const [name, value] of pairs) {
    joined += `${joined === '' ? '' : '&'}${percentEncode(name)}=${percentEncode(value)}`;
  }
  return joined;
}

/** The canonical query: sorted, strictly encoded. It is also what travels in the URL: exactly what was signed is sent. */
export function canonicalQuery(pairs: readonly Pair[]): string {
  return joinPairs(sortPairs(pairs));
}
