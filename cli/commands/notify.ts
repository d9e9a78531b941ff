import type { Command } from 'commander';

interface Flags {
  readonly policy: string;
  readonly json?: boolean;
}

/** Adds `streamwarden notify test`: a test message to each channel of the policy. Exit code 0 when all delivered, 1 when one did not. */
export function notifyCommand(program: Command): void {
  const notify = program.command('notify').description('try the channels on which people are told');
  notify
    .command('test')
    .description('send a test message to each channel, and say what became of it')
    .argument('[channels...]', 'names under channels of the policy (default: all of them)')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText(
      'after',
      `
The message really goes out, whoever reads it: it says that it is a test. Addresses and secrets are read from the environment
variables that the policy names (env:NAME), and are never shown. Delivered means that the receiver itself said so in its answer.

  streamwarden notify test --policy policy.yaml
  streamwarden notify test ops oncall

A channel of kind webhook needs its host in STREAMWARDEN_CHANNEL_HOSTS, separated by commas: hooks.example.com or *.example.com.
The robots of DingTalk, Feishu, Lark, WeCom and Slack need it only where they do not run on the vendor's own host.`,
    )
    .action(async (channels: readonly string[], flags: Flags) => {
      process.exitCode = await testAll(channels, flags);
    });
}

async function testAll(channels: readonly string[], { policy, json }: Flags): Promise<number> {
  const [{ testChannels }, { channelLines }, { styleFor }] = await Promise.all([
    import('../run/notify-test.ts'),
    import('../run/notify-test.ts'),
    import('../render/style.ts'),
  ]);
  const tested = await testChannels(policy, channels);
  if (json) process.stdout.write(`${JSON.stringify({ format: 1, channels: tested })}\n`);
  else process.stdout.write(`${channelLines(tested, styleFor()).join('\n')}\n`);
  return tested.every(({ delivered }) => delivered) ? 0 : 1;
}
