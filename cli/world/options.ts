import type { Command } from 'commander';

/** Adds the options that choose a world. */
export function worldOptions(command: Command): Command {
  return command
    .option('--target <name>', 'a target of the policy; without --simulator: the cloud')
    .option('--simulator <url>', 'a simulator that is running')
    .option('--scenario <file>', 'scenario of the embedded simulator (default: the demo account)')
    .option(
      '--state <dir>',
      "folder of the journal, or oss://BUCKET/PREFIX (default: in the cloud STREAMWARDEN_STORE, the policy's store or .streamwarden/<target>; with --simulator .streamwarden/<world>; else a temporary one)",
    );
}
