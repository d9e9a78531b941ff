import type * as z from 'zod/mini';
import type { InputIssue } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** The schema library's text where no locale is loaded; ours say more, and a locale would cost as much as the client. */
const unsaid = 'Invalid input';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** Puts the issues of a failed parse into words: which parameter, and what to do. Never quotes a value. */
export function describeIssues(issues: readonly Issue[]): InputIssue[] {
  return issues.flatMap((issue) => describe(issue, pathOf(issue.path)));
}

function pathOf(path: readonly PropertyKey[]): string {
  // The service counts lists from 1, and so do its messages.
  return path.map((key) => (typeof key === 'number' ? String(key + 1) : String(key))).join('.');
}

function describe(issue: Issue, path: string): InputIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      text: 'no such parameter: remove it or correct its name',
    }));
  }
  return [{ path, text: issue.message !== unsaid && issue.message !== '' ? issue.message : textOf(issue) }];
}

function textOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `give ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1 ? `must be ${String(issue.values[0])}` : `choose one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return sized(issue.origin, 'at least', Number(issue.minimum));
    case 'too_big':
      return sized(issue.origin, 'at most', Number(issue.maximum));
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.pattern === undefined ? `must be of the form ${issue.format}` : `must match ${issue.pattern}`;
    case 'invalid_union':
      return `matches none of the allowed forms`;
    default:
      return 'is not allowed here';
  }
}

function sized(origin: string, bound: 'at least' | 'at most', size: number): string {
  if (origin === 'string') return `must have ${bound} ${size} ${size === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `must have ${bound} ${size} ${size === 1 ? 'entry' : 'entries'}`;
  return `must be ${bound} ${size}`;
}
