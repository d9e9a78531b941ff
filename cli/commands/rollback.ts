import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly because?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden rollback [number]`: publishes an older policy again, compiled from now on. Back to the one right before it needs nobody's
 * consent and no whole observation; an older one is as a push. Exit codes as of `push`.
 */
export function rollbackCommand(program: Command): void {
  worldOptions(program.command('rollback'))
    .description('publish an older policy again: the one before, or one by its number')
    .argument('[number]', "number of the policy, as 'policy log' shows it (default: the newest before that differs)")
    .option('--policy <file>', 'policy file, read only for its store, if it is there', 'policy.yaml')
    .option('--because <text>', 'why; the log shows it')
    .option('--yes', 'in the cloud: do not ask')
    .option('--json', 'print one JSON object instead of text')
    .action(async (number: string | undefined, flags: Flags) => {
      process.exitCode = await rollback(number, flags);
    });
}

async function rollback(number: string | undefined, flags: Flags): Promise<number> {
  const [{ withPolicyConnection }, { runPublishFlow }, { publisherOf, rollbackAim }, { storedSource }] = await Promise.all([
    import('../run/policies/connection.ts'),
    import('../run/policies/publish-flow.ts'),
    import('../run/policies/publish.ts'),
    import('../run/policies/history.ts'),
  ]);
  if (number !== undefined && !/^\d{1,8}$/.test(number)) {
    throw new CommandFailure('Usage', `rollback takes the number of a policy, not '${number}'; 'streamwarden policy log' shows them.`);
  }
  return await withPolicyConnection(flags, async (world) => {
    const { policy, wayOut } = await rollbackAim(world, number === undefined ? undefined : Number(number));
    const words = async () => ({ by: (await publisherOf(world)).by, because: flags.because, restores: policy.sequence });
    const secondPerson = wayOut ? 'way-out' : 'above-limit';
    return await runPublishFlow(world, { command: 'rollback', source: storedSource(policy), words, secondPerson }, flags);
  });
}
