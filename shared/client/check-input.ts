import { mismatches } from '../schema/compare.ts';
import type { Mismatch } from '../schema/schema.ts';
import type { InputIssue } from './errors.ts';
import type { AnyOperation, Fault } from './operation.ts';

const none: readonly Fault[] = [];

/**
 * All that is wrong with the input of an operation; empty where it may be sent. Rules over several parameters are asked once all types
 * are right, since they could not look at others.
 */
export function checkInput({ input: schema, combination, check }: AnyOperation, input: unknown): readonly Fault[] {
  const found = mismatches(schema, input);
  if (!found.every(keepsTypes)) return found;
  const together = combination ? combination.check(input) : none;
  const rules = check ? check(input) : none;
  return together.length + rules.length === 0 ? found : [...found, ...together, ...rules];
}

function keepsTypes({ kind }: Mismatch): boolean {
  return kind === 'size' || kind === 'form';
}

/** Faults as an InputError tells them. Lists are counted from 1, as the service counts them in its messages. */
export function describeFaults(faults: readonly Fault[]): InputIssue[] {
  return faults.map(({ path, text }) => ({ path: path.map((key) => (typeof key === 'number' ? key + 1 : key)).join('.'), text }));
}
