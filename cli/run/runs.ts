import { systemClock } from '../../shared/client/system-clock.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Progress } from '../../shared/engine/run.ts';
import type { RunnerOptions } from '../../shared/engine/runner.ts';
import { consoleChannel } from '../../shared/notify/console-channel.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import { CommandFailure } from '../failure.ts';
import { runners } from '../runners.ts';
import type { Session } from './session.ts';

/** How the runs of a command are made. */
export interface RunsOptions {
  readonly mode: 'plan' | 'apply';
  /** Name of the only function to run. Default: all that the policy has rules for, and those that have something to see to without. */
  readonly only?: string | undefined;
  /** Orders may be placed in the cloud although the journal is a folder of this machine. Default: false. In a simulator they always may. */
  readonly localJournal?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((label: string, progress: Progress) => void) | undefined;
  readonly onReport?: ((report: RunReport) => void) | undefined;
  /** Sees every decision with its resource, kept ones included, before limits and protection. */
  readonly onDecision?: RunnerOptions['onDecision'];
}

/**
 * Runs each function on each target, one after another, and gives their reports. Stops before the next run when told to stop.
 * @throws CommandFailure when `only` names no function that is available
 */
export async function runAll({ policy, world, targets }: Session, options: RunsOptions): Promise<readonly RunReport[]> {
  const { only } = options;
  const hasRules = (name: string): boolean => (policy.rules[name] ?? []).length > 0;
  const chosen = runners.filter(({ name, withoutRules }) => (only === undefined ? withoutRules || hasRules(name) : name === only));
  if (chosen.length === 0 && only !== undefined) {
    const names = runners.map(({ name }) => name).join(', ');
    throw new CommandFailure('UnknownFunction', `There is no function '${only}'; there is ${names}.`);
  }
  const tell = consoleChannel((line) => process.stderr.write(`${line}\n`));
  const notifier = notifierOf(openChannels(policy, { environment: process.env, clock: systemClock }), tell);
  const reports: RunReport[] = [];
  for (const runner of chosen) {
    for (const target of targets) {
      if (options.signal?.aborted) return reports;
      const label = `${runner.name}, ${target.name}`;
      const report = await runner.run({
        ...{ target, policy, notifier, client: world.clientFor(target), store: world.store, clock: world.clock },
        ...{ mode: options.mode, world: world.headline, signal: options.signal },
        allowLocalStore: world.kind !== 'cloud' || options.localJournal === true,
        onProgress: (progress) => options.onProgress?.(label, progress),
        onDecision: options.onDecision,
      });
      reports.push(report);
      options.onReport?.(report);
    }
  }
  return reports;
}
