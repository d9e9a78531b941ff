/**
 * Readers of answers, as plain data. They read what the service says and never refuse it: a field of the wrong type, or null, and a field that is
 * not named here pass untouched, so code checks what it uses (`fleet/answer-fields.ts`) whatever its type says. What a planner needs and misses is
 * the planner's to notice.
 */

/** Carries the type of a field's values for inference; never set. */
interface Typed<T> {
  readonly type?: T;
}

/** Reads one value. */
export interface LeafReader<T = unknown> extends Typed<T> {
  readonly kind: 'text' | 'int' | 'decimal' | 'flag';
}

/** Reads a list. */
export interface ListReader<T = unknown> extends Typed<T> {
  readonly kind: 'list';
  readonly item: Reader;
}

/** Reads an object. */
export interface ObjectReader<T = unknown> extends Typed<T> {
  readonly kind: 'object';
  readonly fields: Readers;
  /** Fields without which the object counts as absent. */
  readonly needs: readonly string[];
}

/** Reads a field of an answer. */
export type Reader = LeafReader | ListReader | ObjectReader;

/** The readers of an object's fields, by name. */
export type Readers = Readonly<Record<string, Reader>>;

/** Marks a field without which its object is of no use. */
interface Needed {
  readonly needed: true;
}

/** What a reader gives where the value can be read. */
export type ReadOf<R> = R extends Typed<infer T> ? T : never;

/** The type of an object that was read: every field may be absent, save needed ones. */
export type FieldsRead<F extends Readers> = Flat<
  { -readonly [K in keyof F as F[K] extends Needed ? never : K]?: ReadOf<F[K]> | undefined } & {
    -readonly [K in keyof F as F[K] extends Needed ? K : never]: ReadOf<F[K]>;
  }
>;

type Flat<T> = { [K in keyof T]: T[K] } & {};

/** Text. A whole number is read as its digits, unless it is too large to be exact. */
export const readText: LeafReader<string> = { kind: 'text' };

/** Money, as the digits that came, with sign and exponent; its row reads decimals as text. `shared/policy/bill-amount.ts` understands it. */
export const readAmount: LeafReader<string> = { kind: 'text' };

/** A whole number; `"7"` is 7. */
export const readInt: LeafReader<number> = { kind: 'int' };

/** A number with decimals; `"7.5"` is 7.5. Never for money, which comes as text. */
export const readDecimal: LeafReader<number> = { kind: 'decimal' };

/** True or false; `"true"` and `"false"` count. */
export const readFlag: LeafReader<boolean> = { kind: 'flag' };

/** Text with the values that are known, named by type only; others pass, since the service may learn new ones. */
export function readOneOf<V extends string>(): LeafReader<V | (string & {})> {
  return readText as LeafReader<V | (string & {})>;
}

/** An object. In the body of an answer nothing else is understood, nor an object without a field that it needs. */
export function readObject<const F extends Readers>(fields: F): ObjectReader<FieldsRead<F>> {
  return { kind: 'object', fields, needs: Object.keys(fields).filter((name) => (fields[name] as Partial<Needed>).needed) };
}

/** A list. */
export function readList<R extends Reader>(item: R): ListReader<ReadOf<R>[]> {
  return { kind: 'list', item };
}

/** A field without which its object is of no use. In the body of an answer: without which the answer is not understood. */
export function needed<R extends Reader>(reader: R): R & Needed {
  return { ...reader, needed: true };
}

/** The body of an answer. */
export function answer<const F extends Readers>(fields: F): ObjectReader<FieldsRead<F & { RequestId: typeof readText }>> {
  return readObject({ ...fields, RequestId: readText }) as never;
}

/** The body of an answer that can say with HTTP 200 that the call failed. */
export function checkedAnswer<const F extends Readers>(
  fields: F,
): ObjectReader<FieldsRead<F & { RequestId: typeof readText; Code: typeof readText; Message: typeof readText }>> {
  return readObject({ Code: readText, Message: readText, ...fields, RequestId: readText }) as never;
}
