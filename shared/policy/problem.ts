/** Keys and list positions from the top of the policy to a place in it. */
export type PolicyPath = readonly (string | number)[];

/** What a check found, by place in the document; the file's line and column are added later. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: PolicyPath;
  /** Whether the last key of the path is meant, or its value. */
  readonly at: 'key' | 'value';
  /** What is wrong and what to do. */
  readonly text: string;
  /** The valid word that was most likely meant. */
  readonly suggestion?: string;
}

/** One error or warning about a policy file, as people and editors need it. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
  /** The place as people write it, `rules.scale-on-schedule[2].schedule`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what to do; never holds an address or a secret. */
  readonly text: string;
  /** The valid word that was most likely meant; `text` says it too. */
  readonly suggestion?: string;
}

/** Collects findings; errors by default. */
export class Findings {
  readonly all: Finding[] = [];

  error(path: PolicyPath, text: string, more: { readonly at?: 'key' | 'value'; readonly suggestion?: string | undefined } = {}): void {
    this.all.push(finding('error', path, text, more));
  }

  warning(path: PolicyPath, text: string, more: { readonly at?: 'key' | 'value'; readonly suggestion?: string | undefined } = {}): void {
    this.all.push(finding('warning', path, text, more));
  }
}

function finding(
  severity: Finding['severity'],
  path: PolicyPath,
  text: string,
  more: { readonly at?: 'key' | 'value'; readonly suggestion?: string | undefined },
): Finding {
  const { suggestion, at = 'value' } = more;
  // A parser may have worked the suggestion into its advice already.
  const full = suggestion === undefined || text.endsWith(suggestion) ? text : `${text}; did you mean "${suggestion}"?`;
  return { severity, path, at, text: withoutSecrets(full), ...(suggestion === undefined ? {} : { suggestion }) };
}

/**
 * Hides whatever looks like an address (its query often carries a token) or a signing secret: a mistake in a policy may have put
 * one anywhere, and messages travel to logs and chats.
 */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(?!oss:)[a-z][a-z0-9+.-]*:\/\/[^\s"';]+/gi, '(address not shown)')
    .replaceAll(/\bSEC[0-9a-f]{16,}|\bLTAI[0-9A-Za-z]{8,}/g, '(secret not shown)');
}

/** Writes a path as people do: `targets.singapore`, `exceptions[0].until`. */
export function formatPath(path: PolicyPath): string {
  const text = path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
  return withoutSecrets(text);
}

/** So much of what a problem says is shown from its beginning, and so much from its end; a value in a file may have megabytes. */
const shownEnds = 300;

/** One line: `file:line:column  error  path: text`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return `${place}  ${problem.severity}  ${middleCut(problem.path === '' ? problem.text : `${problem.path}: ${problem.text}`)}`;
}

function middleCut(text: string): string {
  return text.length <= 4 * shownEnds ? text : `${text.slice(0, shownEnds)} … ${text.slice(-shownEnds)}`;
}

/** Order of the file; errors before warnings in one place. */
export function compareProblems(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column || a.severity.localeCompare(b.severity);
}
