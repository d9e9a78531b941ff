import { printable } from '../client/printable.ts';

/** An object of an answer whose fields may be anything: the mapping believes nothing that it has not looked at. */
export type Loose = { readonly [field: string]: unknown };

/** The value as an object, or undefined. */
export function objectOf(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

/** The value as a list, or undefined. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The value as text that is not empty, or undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Longest name that is shown, in characters. */
const longestName = 200;

/** The names of a resource: as people may be shown it, in one line, and as the service has it where that differs. */
export function namesOf(value: unknown): { readonly name?: string; readonly rawName?: string } {
  const rawName = textOf(value);
  if (rawName === undefined) return {};
  const name = printable(rawName.length > longestName ? `${rawName.slice(0, longestName)}…` : rawName);
  return name === rawName ? { name } : { name, rawName };
}

/** The value as a whole number of zero or more, `"7"` included, or undefined. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** The value as a boolean, or undefined. */
export function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Whether an answer carried a field at all; null and an empty text count as absent. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
