import { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** Texts that some reader of YAML takes for something else than text, besides numbers and dates. */
const reserved = new Set(['true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'null']);

/** Texts that no reader of YAML takes for anything else, quotes or not. */
const plain = /^[A-Za-z][\w./-]*$/;

/**
 * A text as a scalar that every reader of YAML, old ones included, takes for this very text: in quotes wherever a number, a date, a word such as
 * `on` or a character of the syntax could be read into it.
 */
export function text(value: string, comment?: string): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.type = plain.test(value) && !reserved.has(value.toLowerCase()) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  if (comment !== undefined) scalar.comment = ` ${comment}`;
  return scalar;
}

/** A word or a quantity of the policy's own language, written as it is. */
export function word(value: string | number | boolean): Scalar {
  return new Scalar(value);
}

/** What can stand in a map or a list. */
export type Piece = Scalar | YAMLMap | YAMLSeq;

/** A map over several lines; keys as in `text`. What is undefined is left out. */
export function block(entries: Readonly<Record<string, Piece | undefined>>): YAMLMap {
  return map(Object.entries(entries), false);
}

/** A map in one line. */
export function flow(entries: Readonly<Record<string, Piece | undefined>>): YAMLMap {
  return map(Object.entries(entries), true);
}

/** A map in one line whose keys are times: no reader takes them for anything else, with the dash in them. */
export function times(entries: readonly (readonly [string, Piece])[]): YAMLMap {
  const result = new YAMLMap();
  result.flow = true;
  for (const [key, value] of entries) result.items.push(new Pair(new Scalar(key), value));
  return result;
}

function map(entries: readonly (readonly [string, Piece | undefined])[], inLine: boolean): YAMLMap {
  const result = new YAMLMap();
  result.flow = inLine;
  for (const [key, value] of entries) if (value !== undefined) result.items.push(new Pair(text(key), value));
  return result;
}

/** A list, in one line or over several. */
export function list(items: readonly Piece[], inLine: boolean): YAMLSeq {
  const result = new YAMLSeq();
  result.flow = inLine;
  result.items.push(...items);
  return result;
}

/** One text, or a list of several in one line. */
export function oneOrMany(values: readonly string[]): Piece {
  return values.length === 1
    ? text(values[0] as string)
    : list(
        values.map((value) => text(value)),
        true,
      );
}

/** Puts a comment of one or several lines above a piece. */
export function above<P extends Piece>(piece: P, lines: readonly string[]): P {
  piece.commentBefore = lines.map((line) => (line === '' ? '' : ` ${line}`)).join('\n');
  return piece;
}
