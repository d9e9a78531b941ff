import type { Encoding, Fault, Param, Place } from './operation.ts';
import type {
  Fields,
  FlagSchema,
  ListSchema,
  NumberSchema,
  ObjectOf,
  ObjectSchema,
  OneOfSchema,
  OptionalSchema,
  Schema,
  TextSchema,
  TypeOf,
} from './schema.ts';

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

/** A value that may be left out. */
export function optional<S extends Schema>(inner: S): OptionalSchema<TypeOf<S> | undefined> {
  return { kind: 'optional', inner };
}

/** Text of at least one character: an empty parameter would travel as an absent one. */
export const text: TextSchema<string> = { kind: 'text', min: 1 };

/** Text that may be empty; only inside JSON, where empty is a value of its own. */
export const anyText: TextSchema<string> = { kind: 'text' };

/** Text of `min` to `max` characters. */
export function sized(min: number, max: number): TextSchema<string> {
  return { kind: 'text', min, max };
}

/** Text of a given form; `advice` says how to write it. */
export function matching(pattern: RegExp, advice: string): TextSchema<string> {
  return { kind: 'text', pattern, advice };
}

/** A whole number from `min` to `max`, both included. Default: no bound. */
export function int(min?: number, max?: number): NumberSchema<number> {
  return { kind: 'number', whole: true, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** A whole number from `min` to `max`, or one `also` outside of it that has a meaning of its own. */
export function intOr(also: number, min: number, max: number): NumberSchema<number> {
  return { kind: 'number', whole: true, min, max, also, advice: `give ${also}, or a number from ${min} to ${max}` };
}

/** A number with decimals. */
export const decimal: NumberSchema<number> = { kind: 'number', whole: false };

/** True or false. */
export const flag: FlagSchema<boolean> = { kind: 'flag' };

/** One of a closed set of values. */
export function oneOf<const V extends string | number>(...values: V[]): OneOfSchema<V> {
  return { kind: 'one-of', values };
}

/** A set of values that the definition leaves open: known values are offered by the type, others pass. */
export function open<const V extends string>(...hints: V[]): TextSchema<V | (string & {})> {
  return { kind: 'text', min: 1, hints };
}

/** A list of `min` to `max` entries. Default: at least one, since an empty flat list travels as no parameter at all. */
export function list<S extends Schema>(item: S, max?: number, min = 1): ListSchema<TypeOf<S>[]> {
  return { kind: 'list', item, ...(min > 0 ? { min } : {}), ...(max === undefined ? {} : { max }) };
}

/** A list inside JSON, where an empty list is a value of its own. */
export function jsonList<S extends Schema>(item: S, max?: number): ListSchema<TypeOf<S>[]> {
  return list(item, max, 0);
}

/** An object that takes exactly these fields. */
export function object<const F extends Fields>(fields: F): ObjectSchema<ObjectOf<F>> {
  return { kind: 'object', fields };
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

/** The only product type of delivery groups. */
export const cloudApp: OneOfSchema<'CloudApp'> = oneOf('CloudApp');

/** Region of a resource; ListRegions names those that exist today. */
export const businessRegion: TextSchema<'cn-shanghai' | 'cn-hangzhou' | (string & {})> = open('cn-shanghai', 'cn-hangzhou');

/** Number of a page, from 1. */
export const pageNumber: NumberSchema<number> = int(1);
