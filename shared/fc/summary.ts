import type { RunReport } from '../engine/report.ts';

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
