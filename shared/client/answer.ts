import * as z from 'zod/mini';

/**
 * Schemas for answers. They read what the service says and never refuse it: a field of the wrong type, or null, is absent;
 * a field that is not named here passes untouched. What a planner needs and misses is the planner's to notice.
 */
type Leaf<T> = z.ZodMiniOptional<z.ZodMiniTransform<T | undefined, unknown>>;

function leaf<T>(read: (value: unknown) => T | undefined): Leaf<T> {
  return z.optional(z.transform(read)) as Leaf<T>;
}

function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

/** Text. A whole number is read as its digits, unless it is too large to be exact; anything else is absent. */
export const readText: Leaf<string> = leaf((value) => {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
});

/** A whole number; `"7"` is 7, and 7.5 is absent. */
export const readInt: Leaf<number> = leaf((value) => {
  const read = number(value);
  return Number.isSafeInteger(read) ? read : undefined;
});

/** A number with decimals; `"7.5"` is 7.5. Never for money, which comes as text. */
export const readDecimal: Leaf<number> = leaf(number);

/** True or false; `"true"` and `"false"` count. */
export const readFlag: Leaf<boolean> = leaf((value) => {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
});

/** Text with the values that are known; others pass, since the service may learn new ones. */
export function readOneOf<const V extends string>(..._known: V[]): Leaf<V | (string & {})> {
  return readText as Leaf<V | (string & {})>;
}

type Tolerant<S extends z.core.$ZodType> = z.ZodMiniOptional<z.ZodMiniPipe<z.ZodMiniTransform<unknown, unknown>, z.ZodMiniOptional<S>>>;

/** Lets through what `fits` and makes all else absent. A `catch` of the library would do, but drags a third more of it into bundles. */
function onlyIf<S extends z.core.$ZodType>(fits: (value: unknown) => boolean, schema: S): Tolerant<S> {
  const kept = z.transform((value: unknown) => (fits(value) ? value : undefined));
  return z.optional(z.pipe(kept, z.optional(schema) as never)) as never;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object; anything else is absent. */
export function readObject<const F extends z.core.$ZodLooseShape>(fields: F): Tolerant<z.ZodMiniObject<F, z.core.$loose>> {
  return onlyIf(isObject, z.looseObject(fields) as never);
}

/** A list; entries that cannot be read are left out, and anything but a list is absent. */
export function readList<S extends z.core.$ZodType>(item: S): Tolerant<z.ZodMiniType<NonNullable<z.output<S>>[], unknown>> {
  const readable = z.transform((values: readonly unknown[]) => values.filter((value) => value !== undefined && value !== null));
  return onlyIf(Array.isArray, z.pipe(z.array(item), readable as never) as never);
}

/** The body of an answer. */
export function answer<const F extends z.core.$ZodLooseShape>(fields: F): z.ZodMiniObject<F & { RequestId: Leaf<string> }, z.core.$loose> {
  return z.looseObject({ ...fields, RequestId: readText }) as never;
}

/** The body of an answer that can say with HTTP 200 that the call failed. */
export function judgedAnswer<const F extends z.core.$ZodLooseShape>(
  fields: F,
): z.ZodMiniObject<F & { RequestId: Leaf<string>; Code: Leaf<string>; Message: Leaf<string> }, z.core.$loose> {
  return z.looseObject({ Code: readText, Message: readText, ...fields, RequestId: readText }) as never;
}
