import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import type { PublishFlow } from '../run/policies/publish-flow.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly because?: string;
  readonly confirm?: string;
  readonly restoreFirst?: boolean;
  readonly leave?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden push`: compares a policy with the one in force on live state and publishes it to the store, from which functions read it;
 * or, above the limit `changedByPush`, writes a proposal that a second person confirms. Exit code 0 when it was published or
 * declined, 2 when it waits for a second person, 1 when nothing was written, 130 when it was told to stop.
 */
export function pushCommand(program: Command): void {
  worldOptions(program.command('push'))
    .description('show what a policy decides otherwise and publish it; functions follow it from their next run on')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--because <text>', 'why; the log shows it')
    .option('--confirm <number>', 'publish a proposal of somebody else')
    .option('--restore-first', 'where scaling only observes from now on: take its deviations from an ordinary week back before')
    .option('--leave', 'leave them as they are')
    .option('--yes', 'in the cloud: do not ask')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = flags.confirm === undefined ? await push(flags) : await confirm(flags, flags.confirm);
    });
}

async function push(flags: Flags): Promise<number> {
  const [{ withPolicyConnection }, { runPublishFlow }, { fileSource }, { publisherOf }] = await Promise.all([
    import('../run/policies/connection.ts'),
    import('../run/policies/publish-flow.ts'),
    import('../run/policies/source.ts'),
    import('../run/policies/publish.ts'),
  ]);
  const source = await fileSource(flags.policy);
  return await withPolicyConnection(flags, async (world) => {
    const words = async () => ({ by: (await publisherOf(world)).by, because: flags.because });
    return await runPublishFlow(world, { command: 'push', source, words, secondPerson: 'above-limit', deviations: choiceOf(flags) }, flags);
  });
}

async function confirm(flags: Flags, number: string): Promise<number> {
  const [{ withPolicyConnection }, { runPublishFlow }, { confirmable, mustFit }] = await Promise.all([
    import('../run/policies/connection.ts'),
    import('../run/policies/publish-flow.ts'),
    import('../run/policies/publish.ts'),
  ]);
  if (!/^\d{1,8}$/.test(number)) throw new CommandFailure('Usage', `--confirm takes the number of a proposal, not '${number}'.`);
  return await withPolicyConnection(flags, async (world) => {
    const { proposal, confirmedBy } = await confirmable(world, Number(number));
    const { by, because, restores, sequence } = proposal;
    const publishFlow: PublishFlow = {
      ...{ command: 'push', source: { name: `proposal ${sequence} by ${by}`, text: proposal.source }, secondPerson: 'had' },
      words: async () => ({ by, because: because ?? flags.because, confirmedBy, proposal: sequence, restores }),
      check: ({ base }) => mustFit(proposal, base),
      deviations: choiceOf(flags),
    };
    return await runPublishFlow(world, publishFlow, flags);
  });
}

function choiceOf({ restoreFirst, leave }: Flags): PublishFlow['deviations'] {
  if (restoreFirst && leave) throw new CommandFailure('Usage', 'Say one of --restore-first and --leave.');
  return restoreFirst ? 'restore' : leave ? 'leave' : undefined;
}
