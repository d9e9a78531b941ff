import * as z from 'zod/mini';

// The library's own schemas for these are a good part of its size, and every function carries the journal: here they are checks.

/** An object whose every member has a shape. Members are looked at where they lie: what the shape does not name stays on them. */
export function recordOf<S extends z.core.$ZodType>(member: S) {
  return z.custom<Record<string, z.output<S>>>(
    (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((each) => fits(member, each)),
  );
}

/** A list of as many items as shapes are given, each of its own shape. */
export function tupleOf<T extends readonly z.core.$ZodType[]>(...items: T) {
  return z.custom<{ -readonly [K in keyof T]: z.output<T[K]> }>(
    (value) => Array.isArray(value) && value.length === items.length && items.every((item, index) => fits(item, value[index])),
  );
}

/** A value that has one of two shapes. */
export function eitherOf<A extends z.core.$ZodType, B extends z.core.$ZodType>(one: A, other: B) {
  return z.custom<z.output<A> | z.output<B>>((value) => fits(one, value) || fits(other, value));
}

function fits(shape: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(shape, value).success;
}
