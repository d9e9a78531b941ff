import type { Clock } from '../client/clock.ts';
import type { Occasion } from '../engine/automation.ts';
import type { RunReport } from '../engine/report.ts';

/** How often a run on events is repeated where another run was in its way. */
const repeats = 6;

/** Longest wait before a repetition, in milliseconds; the wait is a random part of it, so that runs that met do not meet again. */
const longestWaitMs = 2_000;

/** What repeating needs. */
export interface RunAgain {
  readonly occasions: readonly Occasion[];
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  run(occasions: readonly Occasion[]): Promise<RunReport>;
  /** Hears of each run. */
  onReport(report: RunReport): void;
}

/**
 * Runs on occasions, and again on those that another run of the same function was in the way of: events come in storms, and one invocation
 * each. Gives the last report, and the ids for which it stays undone; then the invocation has to fail, so that the event is delivered again.
 */
export async function runOnOccasions({
  occasions,
  clock,
  signal,
  run,
  onReport,
}: RunAgain): Promise<{ readonly report: RunReport; readonly left: readonly string[] }> {
  let todo = occasions;
  for (let turn = 0; ; turn++) {
    const report = await run(todo);
    onReport(report);
    const blocked = new Set(report.outcomes.flatMap(({ because, resource }) => (because?.code === 'another-run' ? [resource.id] : [])));
    // A part of a resource is named behind the resource that the event named.
    todo = todo.filter(({ resourceId }) => [...blocked].some((id) => id === resourceId || id.startsWith(`${resourceId}/`)));
    if (todo.length === 0 || turn === repeats || signal?.aborted) return { report, left: todo.map(({ resourceId }) => resourceId) };
    await clock.sleep(Math.ceil(Math.random() * longestWaitMs), signal).catch(() => undefined);
  }
}
