import type * as z from 'zod/mini';

/** Says in words what a schema found wrong, one line for each place, e.g. `accounts[0].groups[2].charge: write "PrePaid" or "PostPaid"`. */
export function explainIssues(error: z.core.$ZodError): string[] {
  return error.issues.flatMap((issue) => explain(issue, issue.path));
}

function explain(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string[] {
  const at = pathText(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${pathText([...path, key])}: this key is not known; remove it or check its spelling`);
    case 'invalid_type':
      return [`${at}: write ${issue.expected === 'int' ? 'a whole number' : `a value of type ${issue.expected}`}`];
    case 'invalid_value':
      return [`${at}: write ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`];
    case 'too_small':
      return [`${at}: write ${issue.origin === 'number' ? 'a number' : 'something'} of at least ${issue.minimum}`];
    case 'too_big':
      return [`${at}: write ${issue.origin === 'number' ? 'a number' : 'something'} of at most ${issue.maximum}`];
    case 'invalid_union':
      return explainUnion(issue, path, at);
    default:
      return [`${at}: ${issue.message || 'this value is not understood'}`];
  }
}

function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], at: string): string[] {
  if (issue.errors.length === 0) return [`${at}: this value is not one of the known ones`];
  // The option that went furthest is the one that was meant.
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((inner) => inner.path.length));
  const meant = issue.errors.reduce((best, option) => (depth(option) > depth(best) ? option : best));
  return meant.flatMap((inner) => explain(inner, [...path, ...inner.path]));
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole';
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`)).join('');
}
