import type { InputIssue } from './errors.ts';
import type { Fault } from './operation.ts';

/** Faults as an InputError tells them. Lists are counted from 1, as the service counts them in its messages. */
export function describeFaults(faults: readonly Fault[]): InputIssue[] {
  return faults.map(({ path, text }) => ({ path: path.map((key) => (typeof key === 'number' ? key + 1 : key)).join('.'), text }));
}
