/**
 * Schemas as plain data: what a value may be, open to whoever has to know (the check, the command line, the simulator, tests). Inputs of
 * operations, records of the journal and events are checked by them. Ours instead of a library's, since the check runs on every call and
 * its bytes are in every bundle: measured, a library costs a tenth of the CPU of a call and 17 to 22 KB of each bundle.
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

/** A value of a closed set. */
export type Literal = string | number | boolean;

/** One of a closed set of values. */
export interface OneOfSchema<T = unknown> extends Typed<T> {
  readonly kind: 'one-of';
  readonly values: readonly Literal[];
}

/** A list. Sizes in entries, both included; default: no bound. */
export interface ListSchema<T = unknown> extends Typed<T> {
  readonly kind: 'list';
  readonly item: Schema;
  readonly min?: number;
  readonly max?: number;
}

/** An object with these fields. */
export interface ObjectSchema<T = unknown> extends Typed<T> {
  readonly kind: 'object';
  readonly fields: Fields;
  /** True where members without a field pass. Default: they are faults. */
  readonly open?: true;
}

/** A value that may be left out, or undefined. */
export interface OptionalSchema<T = unknown> extends Typed<T> {
  readonly kind: 'optional';
  readonly inner: Schema;
}

/** A value that code of its own compares; never in the input of an operation, whose schemas are data. */
export interface CustomSchema<T = unknown> extends Typed<T> {
  readonly kind: 'custom';
  readonly compare: Compare;
  /** The schemas that it is made of, and their names where it has any, for whoever compares schemas. Default: it has none. */
  readonly of?: unknown;
}

/**
 * What a value is wrong about: its `type`, a key that is `unknown`, a `value` outside of a closed set, a `size` (of a number, a text, a
 * list) out of bounds, or the `form` of a text.
 */
export type MismatchKind = 'type' | 'unknown' | 'value' | 'size' | 'form';

/** A place where a value differs from its schema. */
export interface Mismatch {
  readonly kind: MismatchKind;
  /** Keys from the outermost value to the fault; lists count from 0. */
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** The keys to the value at hand: one array for a whole check, copied only where there is something to report. */
export type Path = (string | number)[];

/** Adds to `found` where a value differs. */
type Compare = (value: unknown, path: Path, found: Mismatch[]) => void;

/** What a value may be. */
export type Schema = TextSchema | NumberSchema | FlagSchema | OneOfSchema | ListSchema | ObjectSchema | OptionalSchema | CustomSchema;

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, Schema>>;

/** The type of a schema's values. */
export type TypeOf<S> = S extends Typed<infer T> ? T : never;

/** Fields for each key of a type that is written by hand, so that the compiler tells which are forgotten. */
export type FieldsFor<T> = { readonly [K in keyof T]-?: Schema & { readonly type?: T[K] } };

/** The type of an object with these fields; those that are optional may be left out. */
export type ObjectOf<F extends Fields> = Flat<
  { -readonly [K in keyof F as F[K] extends OptionalSchema ? never : K]: TypeOf<F[K]> } & {
    -readonly [K in keyof F as F[K] extends OptionalSchema ? K : never]?: TypeOf<F[K]>;
  }
>;

/** Shows an intersection as one object, in messages of the compiler and in editors. */
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** A value that may be left out. */
export function optional<S extends Schema>(inner: S): OptionalSchema<TypeOf<S> | undefined> {
  return { kind: 'optional', inner };
}

/** As `optional`, for values out of JSON: a field that is there is never undefined, which the type says too. */
export function exactOptional<S extends Schema>(inner: S): OptionalSchema<TypeOf<S>> {
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
export function oneOf<const V extends Literal>(...values: V[]): OneOfSchema<V> {
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

/** An object with these fields; others pass and stay on it, since a later version may have written them. */
export function openObject<const F extends Fields>(fields: F): ObjectSchema<ObjectOf<F>> {
  return { kind: 'object', fields, open: true };
}
