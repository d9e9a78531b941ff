import type { Command } from 'commander';
import type { LocalFlags } from '../harness/invoke-local.ts';
import type { RemoteFlags } from '../harness/remote-invoke.ts';

/**
 * Adds `streamwarden invoke`: calls the handler of a built function in a fresh process on this machine, as Function Compute's runtime would,
 * against a simulator; with `--remote` the deployed one in the cloud. Exit code 0 when every invocation succeeded, else 1.
 */
export function invokeCommand(program: Command): void {
  program
    .command('invoke')
    .description('invoke a built function on this machine as the platform would, against a simulator')
    .argument('<function>', 'such as scale-on-schedule')
    .option('--event <file>', 'the event, such as events/samples/timer.json; - reads standard input (default: an empty one)')
    .option('--fresh', 'set triggerTime of a timer event to the present: some functions drop old events')
    .option(
      '--env <name...>',
      'variables of the function, NAME from this environment or NAME=VALUE; nothing else of it reaches the function',
    )
    .option('--timeout <seconds>', 'longest time of an invocation', '300')
    .option('--memory <MB>', 'memory of the function', '256')
    .option('--times <number>', 'invocations in a row, in the same instance', '1')
    .option('--policy <file>', 'policy file (default: policy.yaml, else the example that comes with the project)')
    .option('--simulator <url>', 'a simulator that is running (default: an embedded one)')
    .option('--scenario <file>', 'scenario of the embedded simulator (default: the demo account)')
    .option('--bundles <dir>', 'folder of the bundles (default: dist of the project)')
    .option('--json', 'print one JSON object instead of text')
    .option('--remote', 'invoke the deployed function in the cloud instead, with your own keys')
    .option('--async', 'with --remote: start it as an asynchronous task and do not wait')
    .option('--region <region>', 'with --remote: region of the function (default: FC_DEPLOY_REGION)')
    .option('--account <id>', 'with --remote: account of the function (default: ALIBABA_CLOUD_ACCOUNT_ID)')
    .action(async (name: string, flags: LocalFlags & RemoteFlags & { readonly remote?: boolean }) => {
      if (flags.remote) {
        const [{ invokeRemote }, { readEvent }] = await Promise.all([import('../harness/remote-invoke.ts'), import('../harness/flags.ts')]);
        process.exitCode = await invokeRemote(name, readEvent(flags.event), flags);
        return;
      }
      const { invokeLocal } = await import('../harness/invoke-local.ts');
      process.exitCode = await invokeLocal(name, flags);
    });
}
