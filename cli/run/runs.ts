import { systemClock } from '../../shared/client/system-clock.ts';
import { functionMode } from '../../shared/engine/guard.ts';
import { PlannedSpending } from '../../shared/engine/planned-spending.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Progress } from '../../shared/engine/run.ts';
import type { RunnerOptions } from '../../shared/engine/runner.ts';
import { approvalLinks } from '../../shared/fc/approval-links.ts';
import type { Channel } from '../../shared/notify/channel.ts';
import { consoleChannel } from '../../shared/notify/console-channel.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf, Pace, type Told } from '../../shared/notify/notifier.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { shardsOf } from '../../shared/policy/fan-out.ts';
import { CommandFailure } from '../failure.ts';
import { runners } from '../runners.ts';
import type { World } from '../world/world.ts';
import { isByHand } from './interrupt.ts';
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
    const digest = only === 'digest' ? " The digest has a command of its own: 'streamwarden digest'." : '';
    throw new CommandFailure('UnknownFunction', `--only takes one of ${names}, not '${only}'.${digest}`);
  }
  const notifier = notifierOf(channelsIn(world, policy), lineTo(''), new Pace(systemClock));
  // A link is good wherever its key is: what a simulator asks must not be approved in the account itself.
  const inCloud = world.kind === 'cloud';
  const links = approvalLinks(inCloud ? process.env : keysOnly(process.env), (text) => process.stderr.write(`${text}\n`), world.store.name);
  const reports: RunReport[] = [];
  const planned = new PlannedSpending();
  for (const runner of chosen) {
    // The orders of a run are in the journal before the next begins; those of a plan, or of a function that only observes, are nowhere.
    const orders = options.mode === 'apply' && functionMode(policy, runner.name) === 'act';
    for (const target of targets.flatMap((each) => shardsOf(each, runner.name))) {
      if (options.signal?.aborted) return reports;
      const label = [runner.name, target.name, ...(target.shard === undefined ? [] : [target.shard])].join(', ');
      const report = await runner.run({
        ...{ target, policy, notifier, client: world.clientFor(target), store: world.store, clock: world.clock },
        ...{ mode: options.mode, world: world.headline, signal: options.signal, ...links, ...(orders ? {} : { planned }) },
        allowLocalStore: world.kind !== 'cloud' || options.localJournal === true,
        stoppedByHand: () => isByHand(options.signal),
        onProgress: (progress) => options.onProgress?.(label, progress),
        onDecision: options.onDecision,
      });
      reports.push(report);
      options.onReport?.(report);
    }
  }
  return reports;
}

/** What checks answers by link, without what makes links. */
function keysOnly({ STREAMWARDEN_LINK_PUBLIC_KEY, STREAMWARDEN_LINK_PUBLIC_KEY_OLD }: typeof process.env): typeof process.env {
  return { STREAMWARDEN_LINK_PUBLIC_KEY, STREAMWARDEN_LINK_PUBLIC_KEY_OLD };
}

/** Who tells on all channels of a policy, whatever they are for. */
export function tellEverywhere(world: Pick<World, 'kind'>, policy: CompiledPolicy): (message: Message) => Promise<Told> {
  const notifier = notifierOf(channelsIn(world, policy), lineTo(''), new Pace(systemClock));
  return (message) => notifier.send(Object.keys(policy.channels), message);
}

/** The channels of a policy. A rehearsal inside this process tells nobody: it says on standard error what each channel would be told. */
function channelsIn(world: Pick<World, 'kind'>, policy: CompiledPolicy): ReadonlyMap<string, Channel> {
  if (world.kind !== 'in-process') return openChannels(policy, { environment: process.env, clock: systemClock });
  return new Map(Object.keys(policy.channels).map((name) => [name, lineTo(`would tell ${name}: `)]));
}

function lineTo(prefix: string): Channel {
  return consoleChannel((line) => process.stderr.write(`${prefix}${line}\n`));
}
