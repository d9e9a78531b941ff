import type { Schema, TextSchema } from '../schema/schema.ts';
import type { Combination, Encoding, Fault, Param, Place } from './operation.ts';

/** Puts a schema in a place of the request. */
interface Placement {
  /** One plain value. */
  <S extends Schema>(schema: S): Param<S>;
  /** A list as `Name.1`, `Name.2` …; objects in it as `Name.1.Key`. */
  flat<S extends Schema>(schema: S): Param<S>;
  /** Anything as one JSON text. */
  json<S extends Schema>(schema: S): Param<S>;
  /** One plain value that no log, error or event may show. */
  secret<S extends Schema>(schema: S): Param<S>;
}

function placement(place: Place): Placement {
  const put =
    (encoding: Encoding) =>
    <S extends Schema>(schema: S): Param<S> => ({ place, encoding, schema });
  return Object.assign(put('plain'), {
    flat: put('flat'),
    json: put('json'),
    secret: <S extends Schema>(schema: S): Param<S> => ({ place, encoding: 'plain', schema, secret: true }),
  });
}

/** A parameter of the query string. */
export const query: Placement = placement('query');

/** A parameter of the form body. */
export const body: Placement = placement('body');

/** Marks a parameter that the definition calls optional and that this program demands all the same. */
export function insist<S extends Schema>(param: Param<S>): Param<S> {
  return { ...param, insisted: true };
}

const none: readonly Fault[] = [];

/** The one or no fault of a check with a single outcome. */
export function faultIf(wrong: boolean, path: string, advice: string): readonly Fault[] {
  return wrong ? [{ path: path.split('.'), text: advice }] : none;
}

/** An instant of ISO 8601 with its offset, as `2026-11-25T00:00:00Z`; a time without an offset would mean a zone nobody states. */
export const instant: TextSchema<string> = {
  kind: 'text',
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/,
  advice: 'write an ISO 8601 instant with its offset, such as 2026-11-25T00:00:00Z',
};

/** A whole percentage as text. */
export const percentage: TextSchema<string> = {
  kind: 'text',
  pattern: /^(100|[1-9]?\d)$/,
  advice: 'write a whole percentage from 0 to 100 as text, such as "85"',
};

/**
 * Fields whose values are legal only in these combinations, or all left out. `at` is the field that a fault names.
 */
export function legalTogether<V extends object>(
  fields: readonly string[],
  values: Combination['values'],
  at: string,
  advice: string,
): Combination<V> {
  const check = (input: unknown): readonly Fault[] => {
    const given = fields.map((field) =>
      field.split('.').reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], input),
    );
    const legal = [fields.map(() => undefined), ...values].some((pair) => pair.every((value, index) => value === given[index]));
    return faultIf(!legal, at, advice);
  };
  return { fields, values, check };
}
