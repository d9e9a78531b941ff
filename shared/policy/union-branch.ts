import type * as z from 'zod/mini';
import type { PolicyPath } from './problem.ts';
import { nearest } from './suggest.ts';
import type { SchemaWords } from './type-mismatch.ts';

/** An issue that still knows what its schema allows; `rememberSchema` puts that there before zod forgets the schema. */
export type Issue = z.core.$ZodIssue & { readonly words?: SchemaWords; readonly allowedKeys?: readonly string[] };

/**
 * The alternative of a union that the writer had in mind: of those whose outer type fits, the one with the fewest keys unknown or
 * missing. Undefined when none fits.
 */
export function bestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
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
export function plainPath(issue: Issue): (string | number)[] {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/** The value at a path of plain data, and whether there is one. */
export function valueAt(root: unknown, path: PolicyPath): { readonly present: boolean; readonly value: unknown } {
  let value = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return { present: false, value: undefined };
    value = (value as Record<string | number, unknown>)[part];
  }
  return { present: value !== undefined, value };
}
