import type { RunReport } from '../../shared/engine/report.ts';
import { type Progress, run } from '../../shared/engine/run.ts';
import { automations } from '../automations.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** How the runs of a command are made. */
export interface RunsOptions {
  readonly mode: 'plan' | 'apply';
  /** Name of the only function to run. Default: all that the policy has rules for. */
  readonly only?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((label: string, progress: Progress) => void) | undefined;
  readonly onReport?: ((report: RunReport) => void) | undefined;
}

/**
 * Runs each function on each target, one after another, and gives their reports. Stops before the next run when told to stop.
 * @throws CommandFailure when `only` names no function that is available
 */
export async function runAll({ policy, world, targets }: Session, options: RunsOptions): Promise<readonly RunReport[]> {
  const chosen = automations.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0) {
    const names = automations.map(({ name }) => name).join(', ');
    throw new CommandFailure('UnknownFunction', `There is no function '${options.only}' yet; there is ${names}.`);
  }
  const reports: RunReport[] = [];
  for (const automation of chosen) {
    for (const target of targets) {
      if (options.signal?.aborted) return reports;
      const label = `${automation.name}, ${target.name}`;
      const report = await run({
        automation,
        target,
        policy,
        client: world.clientFor(target),
        store: world.store,
        clock: world.clock,
        mode: options.mode,
        world: world.headline,
        signal: options.signal,
        onProgress: (progress) => options.onProgress?.(label, progress),
      });
      reports.push(report);
      options.onReport?.(report);
    }
  }
  return reports;
}
