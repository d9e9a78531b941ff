import type { Reader } from '../../shared/client/answer.ts';
import type { Schema } from '../../shared/schema/schema.ts';

/** A field of the definition, as far as both it and a schema can say it. */
export interface Described {
  type: string;
  enum?: (string | number)[];
  open?: true;
  min?: number;
  max?: number;
  also?: number[];
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  items?: Described;
  fields?: Record<string, Described & { required?: boolean }>;
}

/** True where the schema lets the field be left out. */
export const mayBeLeftOut = (schema: Schema): boolean => schema.kind === 'optional';

/** The given facts under the names of the definition; what is undefined is left out. */
const said = (facts: { [K in keyof Described]: Described[K] | undefined }): Described =>
  Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as unknown as Described;

/** What an input schema says, in the words of the definition. */
export function describeInput(schema: Schema): Described {
  switch (schema.kind) {
    case 'optional':
      return describeInput(schema.inner);
    case 'text': {
      const { hints, max, min, pattern } = schema;
      const known = hints ? { enum: [...hints], open: true as const } : {};
      return said({ type: 'string', minLength: min, maxLength: max, pattern: pattern?.source, ...known });
    }
    case 'number': {
      const { also, max, min, whole } = schema;
      return said({ type: whole ? 'integer' : 'float', min, max, also: also === undefined ? undefined : [also] });
    }
    case 'flag':
      return { type: 'boolean' };
    case 'one-of':
      return { type: typeof schema.values[0] === 'number' ? 'integer' : 'string', enum: [...schema.values] as (string | number)[] };
    case 'list':
      return said({ type: 'array', minItems: schema.min, maxItems: schema.max, items: describeInput(schema.item) });
    case 'custom':
      throw new Error('The input of an operation is described by data alone.');
    case 'object': {
      const fields = Object.entries(schema.fields).map(([name, field]) => {
        return [name, { ...describeInput(field), required: !mayBeLeftOut(field) }] as const;
      });
      return { type: 'object', fields: Object.fromEntries(fields) };
    }
  }
}

const leafTypes = { text: 'string', int: 'integer', decimal: 'float', flag: 'boolean' } as const;

/** What a reader of an answer reads, in the words of the definition. */
export function describeAnswer(reader: Reader): Described {
  if (reader.kind === 'list') return { type: 'array', items: describeAnswer(reader.item) };
  if (reader.kind !== 'object') return { type: leafTypes[reader.kind] };
  const fields = Object.entries(reader.fields).map(([name, field]) => [name, describeAnswer(field)] as const);
  return { type: 'object', fields: Object.fromEntries(fields) };
}
