import * as z from 'zod/mini';
import { explainIssue, rememberSchema } from './explain-issue.ts';
import { unknownKey, withoutEchoes } from './key-issue.ts';
import type { Findings, PolicyPath } from './problem.ts';
import { wrongName } from './schema/text.ts';
import { mismatchText } from './type-mismatch.ts';

/** Checks plain data against schemas piece by piece, so that one wrong entry hides neither the others nor what is wrong with them. */
export class Reader {
  readonly #findings: Findings;
  readonly #writtenAs: (path: PolicyPath) => string | undefined;

  /** `writtenAs` gives a number, boolean or null as it stands in the file; it makes messages about such values exact. */
  constructor(findings: Findings, writtenAs: (path: PolicyPath) => string | undefined) {
    this.#findings = findings;
    this.#writtenAs = writtenAs;
  }

  /** The parsed value, or undefined after reporting all that is wrong with it. */
  value<T>(schema: z.core.$ZodType<T>, raw: unknown, path: PolicyPath): T | undefined {
    const result = z.safeParse(schema, raw, { error: rememberSchema });
    if (result.success) return result.data;
    const explained = result.error.issues.flatMap((issue) => explainIssue(issue, { value: raw, path, writtenAs: this.#writtenAs }));
    for (const { path: place, at, text, suggestion } of withoutEchoes(explained)) this.#findings.error(place, text, { at, suggestion });
    return undefined;
  }

  /** The entries of a map from names to values that are right; the others are reported. An absent map is empty. */
  entries<T>(schema: z.core.$ZodType<T>, raw: unknown, path: PolicyPath): Map<string, T> {
    const entries = new Map<string, T>();
    for (const [name, value] of Object.entries(this.map(raw, path) ?? {})) {
      const complaint = wrongName(name);
      if (complaint !== undefined) this.#findings.error([...path, name], complaint, { at: 'key' });
      const parsed = this.value(schema, value, [...path, name]);
      if (parsed !== undefined && complaint === undefined) entries.set(name, parsed);
    }
    return entries;
  }

  /** The items of a list that are right, with their positions; the others are reported. An absent list is empty. */
  items<T>(schema: z.core.$ZodType<T>, raw: unknown, path: PolicyPath): { readonly index: number; readonly value: T }[] {
    if (raw === undefined) return [];
    if (!Array.isArray(raw)) {
      this.#findings.error(path, mismatchText('array', raw, this.#writtenAs(path), { title: 'a list', examples: [['{…}']] }));
      return [];
    }
    return raw.flatMap((item, index) => {
      const value = this.value(schema, item, [...path, index]);
      return value === undefined ? [] : [{ index, value }];
    });
  }

  /** The value as a map with string keys; undefined when it is absent, and after reporting that it is no map. */
  map(raw: unknown, path: PolicyPath): Readonly<Record<string, unknown>> | undefined {
    if (raw === undefined) return undefined;
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
    this.#findings.error(path, mismatchText('record', raw, this.#writtenAs(path), {}));
    return undefined;
  }

  /** Reports the keys of a map that are not allowed. */
  onlyKeys(map: Readonly<Record<string, unknown>>, allowed: readonly string[], path: PolicyPath): void {
    for (const key of Object.keys(map)) {
      if (allowed.includes(key)) continue;
      const { path: place, at, text, suggestion } = unknownKey(key, path, allowed);
      this.#findings.error(place, text, { at, suggestion });
    }
  }
}
