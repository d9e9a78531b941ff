import fc from 'fast-check';
import * as z from 'zod/mini';
import type { Schema } from '../../shared/schema/schema.ts';

// Random schemas, values that fit them, and the same schema told to a library: the oracle of the check.

const names = ['A', 'B', 'C', 'D'];
const size = fc.record({ min: fc.nat(3), more: fc.nat(4) }).map(({ min, more }) => ({ min, max: min + more }));
const bounds = fc.oneof(
  fc.constant({}),
  size,
  size.map(({ min }) => ({ min })),
  size.map(({ max }) => ({ max })),
);

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.tuple(bounds, fc.option(fc.constant({ pattern: /^[a-c]*$/ }))).map(([sizes, form]) => ({ kind: 'text' as const, ...sizes, ...form })),
  fc
    .tuple(fc.boolean(), bounds, fc.constantFrom({}, { also: -1 }))
    .map(([whole, sizes, also]) => ({ kind: 'number' as const, whole, ...sizes, ...also })),
  fc.constant({ kind: 'flag' as const }),
  fc.uniqueArray(fc.constantFrom('a', 'b', '', 1, 2), { minLength: 1 }).map((values) => ({ kind: 'one-of' as const, values })),
);

/** Any schema, at most four levels deep; optional values stand in objects only, as in the table of operations. */
export const anySchema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema; field: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    leaf,
    fc.tuple(tie('schema'), bounds).map(([item, sizes]) => ({ kind: 'list' as const, item, ...sizes })),
    fc
      .dictionary(fc.constantFrom(...names), tie('field'), { noNullPrototype: true })
      .chain((fields) => fc.constantFrom({}, { open: true as const }).map((extent) => ({ kind: 'object' as const, fields, ...extent }))),
  ),
  field: fc.oneof(
    tie('schema'),
    tie('schema').map((inner) => ({ kind: 'optional' as const, inner })),
  ),
})).schema;

/** Values of a schema. `child` gives those of its parts. Default: values that fit. */
export function fitting(schema: Schema, child: (part: Schema) => fc.Arbitrary<unknown> = fitting): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'optional':
      return fc.option(child(schema.inner), { nil: undefined });
    case 'text': {
      const { min = 0, max = min + 5 } = schema;
      return fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: min, maxLength: max });
    }
    case 'number': {
      const { also, whole, min = -9, max = min + 20 } = schema;
      const inside = whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
      return also === undefined ? inside : fc.oneof(inside, fc.constant(also));
    }
    case 'flag':
      return fc.boolean();
    case 'one-of':
      return fc.constantFrom(...schema.values);
    case 'list': {
      const { min = 0, max = min + 3 } = schema;
      return fc.array(child(schema.item), { minLength: min, maxLength: max });
    }
    case 'custom':
      throw new Error('Samples are made of schemas that are data.');
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, child(field)])), {
        requiredKeys: Object.keys(schema.fields).filter((name) => schema.fields[name]?.kind !== 'optional'),
        noNullPrototype: true,
      });
  }
}

const odd = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, 0.5, '', '1', 'true', [], {}),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
);

/** Values that fit here and there, and are wrong elsewhere. */
export function near(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schema, near) }, { weight: 1, arbitrary: odd });
}

/** The same schema in the words of the library. */
export function inLibrary(schema: Schema): z.core.$ZodType {
  switch (schema.kind) {
    case 'optional':
      return z.optional(inLibrary(schema.inner));
    case 'text':
      return z.string().check(...lengths(schema), ...(schema.pattern ? [z.regex(schema.pattern)] : []));
    case 'number': {
      const { also, max, min, whole } = schema;
      const checks = [...(min === undefined ? [] : [z.minimum(min)]), ...(max === undefined ? [] : [z.maximum(max)])];
      const number = (whole ? z.int() : z.number()).check(...checks);
      return also === undefined ? number : z.union([z.literal(also), number]);
    }
    case 'flag':
      return z.boolean();
    case 'one-of':
      return z.literal([...schema.values]);
    case 'list':
      return z.array(inLibrary(schema.item)).check(...lengths(schema));
    case 'custom':
      throw new Error('The library knows schemas that are data.');
    case 'object': {
      const fields = Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, inLibrary(field)]));
      return schema.open ? z.object(fields) : z.strictObject(fields);
    }
  }
}

function lengths({ min, max }: { readonly min?: number; readonly max?: number }) {
  return [...(min === undefined ? [] : [z.minLength(min)]), ...(max === undefined ? [] : [z.maxLength(max)])];
}
