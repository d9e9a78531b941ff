import { compare, report } from './compare.ts';
import type { CustomSchema, Mismatch, Schema, TypeOf } from './schema.ts';

/** Anything, also a field that is absent: JSON has no other way to write what is undefined. */
export const anything: CustomSchema<unknown> = { kind: 'custom', compare: () => {} };

/** Null, or a value of a schema. */
export function nullable<S extends Schema>(inner: S): CustomSchema<TypeOf<S> | null> {
  return {
    kind: 'custom',
    of: [null, inner],
    compare: (value, path, found) => {
      if (value !== null) compare(inner, value, path, found);
    },
  };
}

/** An object whose every member is of one schema, whatever its name. */
export function recordOf<S extends Schema>(member: S): CustomSchema<Record<string, TypeOf<S>>> {
  return {
    kind: 'custom',
    of: member,
    compare: (value, path, found) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        report('type', 'give an object', path, found);
        return;
      }
      for (const name of Object.keys(value)) {
        path.push(name);
        compare(member, (value as Readonly<Record<string, unknown>>)[name], path, found);
        path.pop();
      }
    },
  };
}

/** A list of as many items as there are schemas, each of its own. */
export function tupleOf<const T extends readonly Schema[]>(...items: T): CustomSchema<{ -readonly [K in keyof T]: TypeOf<T[K]> }> {
  return {
    kind: 'custom',
    of: items,
    compare: (value, path, found) => {
      if (!Array.isArray(value) || value.length !== items.length) {
        report('type', `give a list of ${items.length} entries`, path, found);
        return;
      }
      for (const [index, item] of items.entries()) {
        path.push(index);
        compare(item, value[index], path, found);
        path.pop();
      }
    },
  };
}

/** A value of one of two schemas. Where it fits neither, what is reported is the difference from the one that it comes closer to. */
export function eitherOf<A extends Schema, B extends Schema>(one: A, other: B): CustomSchema<TypeOf<A> | TypeOf<B>> {
  return {
    kind: 'custom',
    of: [one, other],
    compare: (value, path, found) => {
      const first: Mismatch[] = [];
      compare(one, value, path, first);
      if (first.length === 0) return;
      const second: Mismatch[] = [];
      compare(other, value, path, second);
      found.push(...(second.length < first.length ? second : first));
    },
  };
}

/** A value that code of its own knows. */
export function known<T>(isKnown: (value: unknown) => value is T): CustomSchema<T> {
  return {
    kind: 'custom',
    compare: (value, path, found) => {
      if (!isKnown(value)) report('type', 'give a value of the expected form', path, found);
    },
  };
}

/** A value of a schema for which something more holds; it is asked only of values that fit the schema. */
export function where<S extends Schema>(inner: S, holds: (value: TypeOf<S>) => boolean): CustomSchema<TypeOf<S>> {
  return {
    kind: 'custom',
    of: inner,
    compare: (value, path, found) => {
      const before = found.length;
      compare(inner, value, path, found);
      if (found.length === before && !holds(value as TypeOf<S>)) report('form', 'give a value of the expected form', path, found);
    },
  };
}
