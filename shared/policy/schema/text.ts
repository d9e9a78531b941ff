import * as z from 'zod/mini';
import { type Parsed, parsed, refused } from '../values/parsed.ts';

/** What editors and error messages say about a piece of text in the policy. */
export interface TextKind {
  /** A noun phrase, e.g. 'a duration'; error messages use it. */
  readonly title: string;
  readonly description?: string;
  /** Texts that are right; error messages show them. */
  readonly examples: readonly string[];
  /** ECMAScript pattern for editors; the parser has the last word. */
  readonly pattern?: string;
  /** Whatever stands here wrongly may be a secret: messages never show it, and the parser must not either. */
  readonly confidential?: true;
}

/** Text that a parser turns into a value; what the parser says about wrong text becomes the error. */
export function parsedText<T>(parse: (text: string) => Parsed<T>, kind: TextKind) {
  return z.pipe(
    z.string().check(z.meta({ ...kind, examples: [...kind.examples] })),
    z.transform((text: string, payload) => {
      const result = parse(text);
      if (result.ok) return result.value;
      payload.issues.push({ code: 'custom', input: text, message: result.message });
      return z.NEVER;
    }),
  );
}

/** Text that must not be empty and is kept as written. */
export function plainText(kind: TextKind) {
  return parsedText(
    (text) =>
      text.trim() === '' ? { ok: false, message: `is empty; write ${kind.title} such as ${kind.examples[0]}` } : { ok: true, value: text },
    { pattern: '\\S', ...kind },
  );
}

/** One value or a list of values that must not be empty; always a list when parsed. */
export function oneOrMany<T, I>(item: z.ZodMiniType<T, I>) {
  return z.pipe(
    z.union([item, z.array(item)]),
    z.transform((value: T | T[], payload): T[] => {
      const list = Array.isArray(value) ? value : [value];
      if (list.length > 0) return list;
      payload.issues.push({ code: 'custom', input: value, message: 'the list is empty; name at least one, or leave the key out' });
      return z.NEVER;
    }),
  );
}

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** What is wrong with a name that people give to a rule, target, schedule …; undefined when it is right. */
export function wrongName(name: string): string | undefined {
  if (namePattern.test(name)) return undefined;
  return `"${name}" cannot be a name; use letters, digits, "-", "_" and ".", and begin with a letter or digit`;
}

/** A name that this policy gives or refers to. */
export function nameText(title: string, example: string) {
  return parsedText(
    (text) => {
      const message = wrongName(text);
      return message === undefined ? parsed(text) : refused(message);
    },
    { title, examples: [example], pattern: '^[^\\s|]+$' },
  );
}
