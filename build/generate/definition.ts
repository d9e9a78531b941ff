/**
 * The definition of an API as the project keeps it: facts without prose. `reduced` makes it of a published definition and documents what stays; whatever
 * is not named here, such as descriptions, examples and lists of error codes, is dropped.
 */

/** A parameter, a field of one, or a field of an answer. */
export interface Field {
  readonly name?: string;
  readonly type: string;
  readonly required?: boolean;
  /** Where a parameter travels; fields of a parameter have none. */
  readonly in?: 'query' | 'body';
  readonly encoding?: 'plain' | 'flat' | 'json';
  readonly items?: Field;
  readonly fields?: readonly Field[];
  readonly enum?: readonly (string | number)[];
  /** True where other values than those of `enum` are possible. */
  readonly open?: boolean;
  /** True where the service keeps a parameter for its own callers. */
  readonly internal?: boolean;
  readonly deprecated?: boolean;
  readonly secret?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Values outside of `min` and `max` that have a meaning of their own. */
  readonly also?: readonly number[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly unit?: string;
  readonly default?: string | number | boolean;
}

/** Fields whose values are legal only together. */
export interface LegalTogether {
  readonly fields: readonly string[];
  readonly values: readonly (readonly (string | number | boolean)[])[];
}

/** One operation of a definition. */
export interface OperationFacts {
  readonly name: string;
  readonly group?: string;
  readonly access?: 'read' | 'write';
  readonly ram?: { readonly action: string; readonly level?: string; readonly contested?: boolean; readonly also?: readonly string[] };
  readonly paging?: Readonly<Record<string, string | number>>;
  readonly combinations?: LegalTogether;
  readonly params: readonly Field[];
  readonly response: Field;
}

/** The definition of an API. */
export interface Definition {
  readonly product: string;
  readonly version: string;
  /** What the definition was taken from. */
  readonly source?: unknown;
  /** Limits of weekly schedules. */
  readonly scheduleRules?: Readonly<Record<string, number>>;
  readonly operations: readonly OperationFacts[];
}

const keptOfField: readonly (keyof Field)[] = [
  ...(['name', 'type', 'required', 'in', 'encoding', 'enum', 'open', 'internal', 'deprecated', 'secret', 'min', 'max', 'also'] as const),
  ...(['minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'format', 'unit', 'default'] as const),
];
const keptOfRam = ['action', 'level', 'contested', 'also'] as const;

/** What the project keeps of a published definition. */
export function reduced({ product, version, source, scheduleRules, operations }: Definition): Definition {
  return dropUndefined({ product, version, source, scheduleRules, operations: operations.map(reducedOperation) });
}

function reducedOperation({ name, group, access, ram, paging, combinations, params, response }: OperationFacts): OperationFacts {
  return dropUndefined({
    ...{ name, group, access, ram: ram && pick(ram, keptOfRam), paging, combinations },
    params: params.map(reducedField),
    response: reducedField(response),
  });
}

function reducedField(field: Field): Field {
  const { items, fields } = field;
  return dropUndefined({ ...pick(field, keptOfField), items: items && reducedField(items), fields: fields?.map(reducedField) });
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]])) as Pick<T, K>;
}

function dropUndefined<T extends object>(from: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as never;
}

/** JSON in which whatever fits in a line is on one, so that a new version of a definition shows as a small difference. */
export function readableJson(value: unknown, indent = ''): string {
  const short = spaced(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length <= 140) return short;
  const inner = `${indent} `;
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map((entry) => `${inner}${readableJson(entry, inner)}`)
    : Object.entries(value).map(([name, entry]) => `${inner}${JSON.stringify(name)}: ${readableJson(entry, inner)}`);
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, entry]) => `${JSON.stringify(name)}: ${spaced(entry)}`)
    .join(', ')}}`;
}

/**
 * The field that a path leads to, such as `ListImage.TagList[].Key`: the operation, a parameter or a field of the answer, then its fields; `[]` is an
 * entry of a list.
 */
export function fieldAt(definition: Definition, side: 'request' | 'answer', path: string): Field | undefined {
  const [action, ...steps] = path.split('.');
  const operation = definition.operations.find(({ name }) => name === action);
  let field: Field | undefined = operation && {
    type: 'object',
    fields: side === 'request' ? operation.params : (operation.response.fields ?? []),
  };
  for (const step of steps) {
    const name = step.replace('[]', '');
    field = field?.fields?.find((inner) => inner.name === name);
    if (step.endsWith('[]')) field = field?.items;
  }
  return field;
}
