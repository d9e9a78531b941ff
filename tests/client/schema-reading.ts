import type * as z from 'zod/mini';
import { readDecimal, readFlag, readInt, readText } from '../../shared/client/answer.ts';

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

// biome-ignore lint/suspicious/noExplicitAny: the definitions of schemas are walked as data.
const defOf = (schema: any): any => schema._zod.def;

const checkFields: Readonly<Record<string, readonly [inclusive: keyof Described, value: string]>> = {
  min_length: ['minLength', 'minimum'],
  max_length: ['maxLength', 'maximum'],
};

function bounds(schema: z.core.$ZodType): Partial<Described> {
  const found: Record<string, unknown> = {};
  for (const check of defOf(schema).checks ?? []) {
    const def = check._zod.def;
    const named = checkFields[def.check];
    if (named) found[named[0]] = def[named[1]];
    else if (def.check === 'greater_than') found.min = def.value;
    else if (def.check === 'less_than') found.max = def.value;
    else if (def.format === 'regex') found.pattern = def.pattern.source;
    else if (def.format !== 'safeint') throw new Error(`the test does not know the check ${def.check} ${def.format}`);
  }
  return found;
}

/** True where the schema lets the field be left out. */
export const mayBeLeftOut = (schema: z.core.$ZodType): boolean => defOf(schema).type === 'optional';

/** What an input schema says, in the words of the definition. */
export function describeInput(schema: z.core.$ZodType): Described {
  const def = defOf(schema);
  switch (def.type) {
    case 'optional':
      return describeInput(def.innerType);
    case 'string': {
      const { hints } = schema as unknown as { hints?: string[] };
      return { type: 'string', ...bounds(schema), ...(hints ? { enum: [...hints], open: true as const } : {}) };
    }
    case 'number':
      return { type: def.format === 'safeint' ? 'integer' : 'float', ...bounds(schema) };
    case 'boolean':
      return { type: 'boolean' };
    case 'literal':
      return { type: typeof def.values[0] === 'number' ? 'integer' : 'string', enum: def.values };
    case 'union':
      return { ...describeInput(def.options[1]), also: defOf(def.options[0]).values };
    case 'array': {
      const { minLength, maxLength } = bounds(schema);
      return {
        type: 'array',
        ...(minLength === undefined ? {} : { minItems: minLength }),
        ...(maxLength === undefined ? {} : { maxItems: maxLength }),
        items: describeInput(def.element),
      };
    }
    case 'object': {
      const fields: Described['fields'] = {};
      for (const [name, field] of Object.entries<z.core.$ZodType>(def.shape)) {
        fields[name] = { ...describeInput(field), required: !mayBeLeftOut(field) };
      }
      return { type: 'object', fields };
    }
    default:
      throw new Error(`the test does not know the schema ${def.type}`);
  }
}

/** What an answer schema reads, in the words of the definition. */
export function describeAnswer(schema: z.core.$ZodType): Described {
  if (schema === readText) return { type: 'string' };
  if (schema === readInt) return { type: 'integer' };
  if (schema === readDecimal) return { type: 'float' };
  if (schema === readFlag) return { type: 'boolean' };
  const def = defOf(schema);
  if (def.type === 'optional') return describeAnswer(def.innerType);
  if (def.type === 'pipe') return describeAnswer(defOf(def.in).type === 'transform' ? def.out : def.in);
  if (def.type === 'array') return { type: 'array', items: describeAnswer(def.element) };
  if (def.type !== 'object') throw new Error(`the test does not know the schema ${def.type}`);
  const shape = Object.entries<z.core.$ZodType>(def.shape);
  return { type: 'object', fields: Object.fromEntries(shape.map(([name, field]) => [name, describeAnswer(field)])) };
}
