/**
 * Schemas of inputs as plain data: what a value may be, open to whoever has to know (the check, the command line, the simulator,
 * tests). Ours instead of a library's, since the check runs on every call and its bytes are in every bundle: measured, a library costs a
 * tenth of the CPU of a call and a third of the client's size.
 */

/** Carries the type of a schema's values for inference; never set. */
interface Typed<T> {
  readonly type?: T;
}

/** Text. Sizes are in characters as JavaScript counts them, both included; default: no bound. */
export interface TextSchema<T = unknown> extends Typed<T> {
  readonly kind: 'text';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** How to write the value, said instead of the plain fault. */
  readonly advice?: string;
  /** Values known today of a set that the definition leaves open; others pass. */
  readonly hints?: readonly string[];
}

/** A finite number. Bounds are included; default: none. */
export interface NumberSchema<T = unknown> extends Typed<T> {
  readonly kind: 'number';
  /** True: whole numbers only, small enough to be exact. */
  readonly whole: boolean;
  readonly min?: number;
  readonly max?: number;
  /** A value outside of the bounds that has a meaning of its own. */
  readonly also?: number;
  /** How to write the value, said instead of the plain fault. */
  readonly advice?: string;
}

/** True or false. */
export interface FlagSchema<T = unknown> extends Typed<T> {
  readonly kind: 'flag';
}

/** One of a closed set of values. */
export interface OneOfSchema<T = unknown> extends Typed<T> {
  readonly kind: 'one-of';
  readonly values: readonly (string | number)[];
}

/** A list. Sizes in entries, both included; default: no bound. */
export interface ListSchema<T = unknown> extends Typed<T> {
  readonly kind: 'list';
  readonly item: Schema;
  readonly min?: number;
  readonly max?: number;
}

/** An object with exactly these fields. */
export interface ObjectSchema<T = unknown> extends Typed<T> {
  readonly kind: 'object';
  readonly fields: Fields;
}

/** A value that may be left out, or undefined. */
export interface OptionalSchema<T = unknown> extends Typed<T> {
  readonly kind: 'optional';
  readonly inner: Schema;
}

/** What a value of an input may be. */
export type Schema = TextSchema | NumberSchema | FlagSchema | OneOfSchema | ListSchema | ObjectSchema | OptionalSchema;

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, Schema>>;

/** The type of a schema's values. */
export type TypeOf<S> = S extends Typed<infer T> ? T : never;

/** The type of an object with these fields; those that are optional may be left out. */
export type ObjectOf<F extends Fields> = Flat<
  { -readonly [K in keyof F as F[K] extends OptionalSchema ? never : K]: TypeOf<F[K]> } & {
    -readonly [K in keyof F as F[K] extends OptionalSchema ? K : never]?: TypeOf<F[K]>;
  }
>;

/** Shows an intersection as one object, in messages of the compiler and in editors. */
type Flat<T> = { [K in keyof T]: T[K] } & {};
