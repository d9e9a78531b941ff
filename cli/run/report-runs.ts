import { systemClock } from '../../shared/client/system-clock.ts';
import { type RunReport, reportJson } from '../../shared/engine/report.ts';
import { canonicalJson } from '../../shared/journal/log/record.ts';
import { weekdayText } from '../../shared/planning/local-time.ts';
import { grandTotalLines } from '../render/grand-total.ts';
import { localClock } from '../render/local-clock.ts';
import { progressDisplay } from '../render/progress.ts';
import { type ReportDetail, reportLines } from '../render/run-report.ts';
import { styleFor } from '../render/style.ts';
import { totalOfRuns } from './grand-total.ts';
import type { RunsOptions } from './runs.ts';
import { runAll } from './runs.ts';
import type { Session } from './session.ts';

/** How the runs of a command are shown. */
export interface ShownRuns extends RunsOptions, Omit<ReportDetail, 'text'> {
  readonly json: boolean;
}

/** Makes the runs, printing each report as it comes, or all of them as one JSON object at the end. */
export async function reportRuns(session: Session, options: ShownRuns): Promise<readonly RunReport[]> {
  const style = styleFor();
  const { text } = localClock(session.policy.timezone, session.world.clock.now());
  const progress = progressDisplay(systemClock.now, options.json);
  if (!options.json) print([style.dim(`World: ${session.world.headline}, ${localNow(session)}`), '']);
  try {
    const reports = await runAll(session, {
      ...options,
      onProgress: progress.show,
      onReport: (report) => {
        progress.clear();
        if (!options.json) print([...reportLines(report, style, { ...options, text }), '']);
      },
    });
    if (options.json) {
      const runs = reports.map(reportJson).join(',');
      const total = options.mode === 'plan' ? `,"total":${canonicalJson(totalOfRuns(reports))}` : '';
      process.stdout.write(`{"format":1,"world":${JSON.stringify(session.world.headline)},"runs":[${runs}]${total}}\n`);
    } else if (options.mode === 'plan') {
      const lines = grandTotalLines(totalOfRuns(reports), style);
      if (lines.length > 0) print([...lines, '']);
    }
    return reports;
  } finally {
    progress.clear();
  }
}

/** The world's time as the policy's people read it: `Wed 2026-11-25 08:40 Asia/Shanghai`. */
function localNow({ policy, world }: Session): string {
  return `${weekdayText(world.clock.now(), { policy })} ${policy.timezone}`;
}

/** Prints lines to standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
