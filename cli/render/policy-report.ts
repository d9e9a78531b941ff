import { tellsOnly } from '../../functions/catalog.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import type { LoadedPolicy } from '../../shared/policy/load.ts';
import { formatProblem, type Problem } from '../../shared/policy/problem.ts';
import { alignColumns } from './columns.ts';
import { type Style, styleFor } from './style.ts';

/** What a valid policy has, in counts. */
interface PolicySummary {
  readonly targets: readonly string[];
  readonly schedules: readonly string[];
  readonly calendars: readonly string[];
  readonly channels: readonly string[];
  readonly exceptions: number;
  readonly freezes: number;
  /** Rules that run, by function, with the function's mode. */
  readonly functions: readonly { readonly name: string; readonly rules: number; readonly mode: 'observe' | 'act' }[];
}

/** The result of `validate`; its JSON is stable. */
export interface Validation {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: number;
  readonly warnings: number;
  readonly problems: readonly Problem[];
  readonly summary?: PolicySummary;
}

/** Counts the problems of a loaded policy and sums up what it has. */
export function validationOf(file: string, loaded: LoadedPolicy): Validation {
  const errors = loaded.problems.filter(({ severity }) => severity === 'error').length;
  return {
    file,
    valid: loaded.document !== undefined,
    errors,
    warnings: loaded.problems.length - errors,
    problems: loaded.problems,
    ...(loaded.document === undefined ? {} : { summary: summaryOf(loaded.document) }),
  };
}

function summaryOf(document: PolicyDocument): PolicySummary {
  return {
    targets: Object.keys(document.targets),
    schedules: Object.keys(document.schedules),
    calendars: Object.keys(document.calendars),
    channels: Object.keys(document.channels),
    exceptions: document.exceptions.length,
    freezes: document.freezes.length,
    functions: Object.entries(document.rules).map(([name, rules]) => ({
      name,
      rules: rules.length,
      mode: document.mode.act.some((acting) => acting === name) ? 'act' : document.mode.default,
    })),
  };
}

/** The result of `validate` as a person reads it: the problems, what the policy has, what to do next. Ends with a line end. */
export function validationText(result: Validation, style: Style = styleFor()): string {
  const problems = result.problems.map((problem) => colored(problem, style));
  const verdict = `${result.file}: ${result.valid ? style.good('valid') : style.bad(count(result.errors, 'error'))}${result.warnings === 0 ? '' : `, ${count(result.warnings, 'warning')}`}`;
  const next = result.valid
    ? `See what it would do: streamwarden plan --policy ${result.file}`
    : `Correct ${result.errors === 1 ? 'the error' : 'the errors'} above, then run streamwarden validate ${result.file} again.`;
  const summary = result.summary === undefined ? [] : ['', ...summaryLines(result.summary, style)];
  return `${[...problems, ...(problems.length > 0 ? [''] : []), verdict, ...summary, '', next].join('\n')}\n`;
}

function colored(problem: Problem, style: Style): string {
  const line = formatProblem(problem);
  const word = `  ${problem.severity}  `;
  const paint = problem.severity === 'error' ? style.bad : style.warn;
  const at = line.indexOf(word);
  return `${style.dim(line.slice(0, at))}${paint(word)}${line.slice(at + word.length)}`;
}

function summaryLines(summary: PolicySummary, style: Style): string[] {
  const named = (what: string, names: readonly string[]) => [what, String(names.length), names.join(', ')];
  const rows = [
    named('targets', summary.targets),
    ...(summary.calendars.length > 0 ? [named('calendars', summary.calendars)] : []),
    ...(summary.schedules.length > 0 ? [named('schedules', summary.schedules)] : []),
    ...(summary.channels.length > 0 ? [named('channels', summary.channels)] : []),
    ...(summary.exceptions > 0 ? [['exceptions', String(summary.exceptions), '']] : []),
    ...(summary.freezes > 0 ? [['freezes', String(summary.freezes), '']] : []),
    ...summary.functions.map(({ name, rules, mode }) => [
      'rules',
      String(rules),
      `${name}, ${tellsOnly.has(name) ? 'tells' : mode === 'act' ? style.strong('acts') : 'observes only'}`,
    ]),
    ...(summary.functions.length === 0 ? [['rules', '0', 'nothing will be done']] : []),
  ];
  return alignColumns(rows, [{}, { align: 'right' }, {}]).map((line) => `  ${line}`);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
