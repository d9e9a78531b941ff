import { newHolds } from '../engine/notifications.ts';
import type { RunReport } from '../engine/report.ts';
import type { Log } from './log.ts';
import { summaryOf } from './summary.ts';

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
