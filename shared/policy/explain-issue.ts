import * as z from 'zod/mini';
import { type Explained, missingKey, unknownKey } from './key-issue.ts';
import type { PolicyPath } from './problem.ts';
import { nearest } from './suggest.ts';
import { mismatchText, type SchemaWords, sampleOf } from './type-mismatch.ts';

/** What explaining an issue needs to know of the document around it. */
export interface IssueContext {
  readonly value: unknown;
  readonly path: PolicyPath;
  writtenAs(path: PolicyPath): string | undefined;
}

/**
 * Passed to zod as the error map. It gives no message of its own; it notes on the issue what the schema that raised it allows, since
 * zod hands out issues without their schema.
 */
export function rememberSchema(raw: z.core.$ZodRawIssue): string {
  const schema = raw.inst as z.core.$ZodType | undefined;
  const def = schema?._zod.def as { shape?: object } | undefined;
  const note = raw as { words?: SchemaWords; allowedKeys?: string[] };
  if (schema !== undefined) note.words = (z.globalRegistry.get(schema) ?? {}) as SchemaWords;
  if (def?.shape !== undefined) note.allowedKeys = Object.keys(def.shape);
  return '';
}

/** Turns one issue of zod into texts for people; several where an object has several unknown keys. */
export function explainIssue(issue: Issue, context: IssueContext): Explained[] {
  const inner = plainPath(issue);
  const path = [...context.path, ...inner];
  const found = valueAt(context.value, inner);
  const here = (text: string, suggestion?: string): Explained[] => [{ path, at: 'value', text, suggestion }];
  switch (issue.code) {
    case 'custom':
      return [{ path, at: issue.params?.at ?? 'value', text: issue.message, suggestion: issue.params?.suggestion }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, issue.allowedKeys ?? []));
    case 'invalid_type':
      if (!found.present) return [missingKey(path, issue.words)];
      return here(mismatchText(issue.expected, found.value, context.writtenAs(path), issue.words ?? {}));
    case 'invalid_value':
      if (!found.present) return [missingKey(path, { ...issue.words, examples: issue.values.slice(0, 1) })];
      return [wrongWord(issue.values, found.value, path, context.writtenAs(path))];
    case 'invalid_union': {
      if (!found.present) return [missingKey(path, issue.words)];
      const branches = issue.errors as Issue[][];
      const branch = bestBranch(branches, found.value) ?? (issue.words?.title === undefined ? branches[0] : undefined);
      if (branch === undefined) return here(mismatchText('union', found.value, context.writtenAs(path), issue.words ?? {}));
      return branch.flatMap((nested) => explainIssue(nested, { ...context, value: found.value, path }));
    }
    case 'too_small':
      if (issue.origin === 'array') return here('the list is empty; name at least one, or leave the key out');
      return here(`${String(found.value)} is too small; write ${issue.minimum} or more`);
    case 'too_big':
      return here(`${String(found.value)} is too big; write at most ${issue.maximum}`);
    default:
      return here(`this is not right here; write ${sampleOf(issue.words ?? {})}`);
  }
}

function wrongWord(values: readonly unknown[], value: unknown, path: PolicyPath, written: string | undefined): Explained {
  const choice = values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
  if (value === null) return { path, at: 'value', text: `has no value; write ${choice}` };
  if (typeof value === 'object') return { path, at: 'value', text: `keys or a list stand here; write ${choice}` };
  const text = written ?? String(value);
  if (typeof value === 'string' && values.some((allowed) => typeof allowed !== 'string' && String(allowed) === value)) {
    return { path, at: 'value', text: `"${value}" is text here because of its quotes; write ${value} without them` };
  }
  const suggestion = typeof value === 'string' ? nearest(value, values.map(String)) : undefined;
  const shown = text.length > 40 ? 'this' : `"${text}"`;
  return { path, at: 'value', text: `${shown} is not known here; write ${choice}`, suggestion };
}

/** An issue that still knows what its schema allows; `rememberSchema` puts that there before zod forgets the schema. */
export type Issue = z.core.$ZodIssue & { readonly words?: SchemaWords; readonly allowedKeys?: readonly string[] };

/**
 * The alternative of a union that the writer had in mind: of those whose outer type fits, the one with the fewest keys unknown or
 * missing. Undefined when none fits.
 */
function bestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && isOtherType(issue, value)));
  const cost = (issues: readonly Issue[]) => issues.reduce((sum, issue) => sum + costOf(issue, value), 0);
  return fitting.toSorted((a, b) => cost(a) - cost(b))[0];
}

/** How far an issue is from what was written: a mistyped key is nearer than a key that means nothing. */
function costOf(issue: Issue, value: unknown): number {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.reduce((sum, key) => sum + (nearest(key, issue.allowedKeys ?? []) === undefined ? 2 : 1), 0);
  }
  return valueAt(value, plainPath(issue)).present ? 0 : 2;
}

function isOtherType(issue: Issue, value: unknown): boolean {
  if (issue.code === 'invalid_value') return !issue.values.some((allowed) => typeof allowed === typeof value);
  return issue.code === 'invalid_type' || issue.code === 'invalid_union';
}

/** The path of an issue in strings and numbers. */
function plainPath(issue: Issue): (string | number)[] {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/** The value at a path of plain data, and whether there is one. */
function valueAt(root: unknown, path: PolicyPath): { readonly present: boolean; readonly value: unknown } {
  let value = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return { present: false, value: undefined };
    value = (value as Record<string | number, unknown>)[part];
  }
  return { present: value !== undefined, value };
}
