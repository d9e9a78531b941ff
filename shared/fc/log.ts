import { redact } from '../client/redact.ts';
import { newHolds } from '../engine/notifications.ts';
import type { RunReport } from '../engine/report.ts';
import { canonicalJson } from '../journal/log/record.ts';

/** Weight of a log line. */
type Level = 'info' | 'warn' | 'error';

/** Longest text of a field in a log line, in characters. */
const longest = 2000;

/** Writes one JSON line with what is known of the invocation, the fields given, and all texts redacted. */
export type Log = (level: Level, event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log whose lines all carry `known`. `write` takes each line; default: standard output, which Function Compute collects. */
export function jsonLog(known: Readonly<Record<string, unknown>>, write: (line: string) => void = (line) => console.log(line)): Log {
  return (level, event, fields = {}) => write(canonicalJson(clean({ ...fields, ...known, level, event })));
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return redact(value, [], longest);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, clean(member)]));
}

/** So many new holds of a run are logged one by one; all of them are in the run's record. */
const holdsLogged = 100;

/** Writes what a run has found and done, one line for each thing, and one for the run at the end. */
export function logReport(log: Log, report: RunReport): void {
  const { target: name, region } = report;
  const target = region === undefined ? name : `${name} (${region})`;
  for (const { code, text } of report.warnings) log('warn', 'warning', { target, code, text });
  for (const outcome of report.outcomes) {
    const bad = outcome.outcome === 'failed' || outcome.outcome === 'unknown';
    log(bad ? 'error' : 'info', 'outcome', { target, ...outcome });
  }
  for (const { resource, because } of newHolds(report).slice(0, holdsLogged)) {
    log('warn', 'held', { target, resource: resource.id, code: because[0]?.code, text: because[0]?.text });
  }
  for (const { code, severity, title, text, told } of report.purchases?.alerts ?? []) {
    if (told !== 'before') log(severity === 'info' ? 'info' : 'warn', 'alert', { target, code, severity, title, text, told });
  }
  for (const error of report.errors) log('error', 'error', { target, ...error });
  log(report.failed ? 'error' : 'info', 'run', { ...summaryOf(report), durationMs: report.durationMs, calls: report.calls.total });
}

/** What an invocation answers for one target. */
export interface TargetSummary {
  readonly target: string;
  /** The only region that was run. Default: all of the target. */
  readonly region?: string;
  readonly failed: boolean;
  readonly mode: 'plan' | 'apply';
  readonly functionMode: 'observe' | 'act';
  readonly observed: number;
  readonly act: number;
  readonly hold: number;
  readonly keep: number;
  readonly notCovered: number;
  /** Actions by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
  /** Key of the journal's record, where one was written. */
  readonly record?: string;
}

/** A report in short. */
export function summaryOf(report: RunReport): TargetSummary {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of report.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const { target, region, failed, mode, functionMode, totals, counts, errors, record } = report;
  return {
    target,
    ...(region === undefined ? {} : { region }),
    failed,
    mode,
    functionMode,
    observed: totals.observed,
    ...counts,
    outcomes,
    errors: errors.map(({ code, message }) => `${code}: ${message}`),
    ...(record === undefined ? {} : { record }),
  };
}
