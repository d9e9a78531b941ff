import * as z from 'zod/mini';
import type { Encoding, Fault, Param, Place } from './operation.ts';

type Any = z.core.$ZodType;

/** Puts a schema in a place of the request. */
interface Placement {
  /** One plain value. */
  <S extends Any>(schema: S): Param<S>;
  /** A list as `Name.1`, `Name.2` …; objects in it as `Name.1.Key`. */
  flat<S extends Any>(schema: S): Param<S>;
  /** Anything as one JSON text. */
  json<S extends Any>(schema: S): Param<S>;
  /** One plain value that no log, error or event may show. */
  secret<S extends Any>(schema: S): Param<S>;
}

function placement(place: Place): Placement {
  const put =
    (encoding: Encoding) =>
    <S extends Any>(schema: S): Param<S> => ({ place, encoding, schema });
  return Object.assign(put('plain'), {
    flat: put('flat'),
    json: put('json'),
    secret: <S extends Any>(schema: S): Param<S> => ({ place, encoding: 'plain', schema, secret: true }),
  });
}

/** A parameter of the query string. */
export const query: Placement = placement('query');

/** A parameter of the form body. */
export const body: Placement = placement('body');

/** Marks a parameter that the definition calls optional and that this program demands all the same. */
export function insist<S extends Any>(param: Param<S>): Param<S> {
  return { ...param, insisted: true };
}

/** A value that may be left out. */
export const optional: typeof z.optional = z.optional;

/** Text of at least one character: an empty parameter would travel as an absent one. */
export const text: z.ZodMiniString<string> = z.string().check(z.minLength(1));

/** Text that may be empty; only inside JSON, where empty is a value of its own. */
export const anyText: z.ZodMiniString<string> = z.string();

/** Text of `min` to `max` characters. */
export function sized(min: number, max: number): z.ZodMiniString<string> {
  return z.string().check(z.minLength(min), z.maxLength(max));
}

/** Text of a given form; `advice` says how to write it. */
export function matching(pattern: RegExp, advice: string): z.ZodMiniString<string> {
  return z.string().check(z.regex(pattern, { error: advice }));
}

/** A whole number from `min` to `max`, both included. Default: no bound. */
export function int(min?: number, max?: number): z.ZodMiniNumber<number> {
  return z.int().check(...(min === undefined ? [] : [z.minimum(min)]), ...(max === undefined ? [] : [z.maximum(max)]));
}

/** A whole number from `min` to `max`, or one `also` outside of it that has a meaning of its own. */
export function intOr<const A extends number>(also: A, min: number, max: number) {
  const error = `give ${also}, or a number from ${min} to ${max}`;
  return z.union([z.literal(also), z.int().check(z.minimum(min, { error }), z.maximum(max, { error }))]);
}

/** A number with decimals. */
export const decimal: z.ZodMiniNumber<number> = z.number();

/** True or false. */
export const flag: z.ZodMiniBoolean<boolean> = z.boolean();

/** One of a closed set of values. */
export function oneOf<const V extends string | number>(...values: V[]): z.ZodMiniLiteral<V> {
  return z.literal(values);
}

/** Schema of a set that the definition leaves open: any text passes, `hints` are the values known today. */
export type OpenEnum<V extends string> = z.ZodMiniType<V | (string & {}), V | (string & {})> & { readonly hints: readonly V[] };

/** A set of values that the definition leaves open: known values are offered by the type, others pass. */
export function open<const V extends string>(...hints: V[]): OpenEnum<V> {
  return Object.assign(z.string().check(z.minLength(1)), { hints }) as unknown as OpenEnum<V>;
}

/** A list of `min` to `max` entries. Default: at least one, since an empty flat list travels as no parameter at all. */
export function list<S extends Any>(item: S, max?: number, min = 1): z.ZodMiniArray<S> {
  return z.array(item).check(...(min > 0 ? [z.minLength(min)] : []), ...(max === undefined ? [] : [z.maxLength(max)]));
}

/** A list inside JSON, where an empty list is a value of its own. */
export function jsonList<S extends Any>(item: S, max?: number): z.ZodMiniArray<S> {
  return list(item, max, 0);
}

/** An object that takes exactly these fields. */
export function object<const F extends Readonly<Record<string, Any>>>(fields: F): z.ZodMiniObject<F, z.core.$strict> {
  return z.strictObject(fields) as never;
}

/** The one or no fault of a check with a single outcome. */
export function faultIf(wrong: boolean, path: string, advice: string): readonly Fault[] {
  return wrong ? [{ path: path.split('.'), text: advice }] : [];
}

/** An instant of ISO 8601 with its offset, as `2026-11-25T00:00:00Z`; a time without an offset would mean a zone nobody states. */
export const instant: z.ZodMiniString<string> = matching(
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/,
  'write an ISO 8601 instant with its offset, such as 2026-11-25T00:00:00Z',
);

/** The only product type of delivery groups. */
export const cloudApp: z.ZodMiniLiteral<'CloudApp'> = oneOf('CloudApp');

/** Region of a resource; ListRegions names those that exist today. */
export const businessRegion: OpenEnum<'cn-shanghai' | 'cn-hangzhou'> = open('cn-shanghai', 'cn-hangzhou');

/** Number of a page, from 1. */
export const pageNumber: z.ZodMiniNumber<number> = int(1);
