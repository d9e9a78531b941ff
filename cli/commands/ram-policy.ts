import type { Command } from 'commander';
import type { RamFlags } from '../ram/ram-text.ts';

/**
 * Adds `streamwarden ram-policy`: prints the least permissions that the functions of a policy need, as documents for RAM. With `--role` the one
 * document, to be pasted or piped; else all of them, with what each is for. Asks nothing of the cloud. Exit code 0.
 */
export function ramPolicyCommand(program: Command): void {
  const environment = process.env;
  program
    .command('ram-policy')
    .description('print least-privilege RAM policies and trust policies for functions and people')
    .option('--policy <file>', 'policy file: its functions, targets, approvers and store', 'policy.yaml')
    .option('--role <name>', 'only this one; `--role help` lists them')
    .option('--approvers <circle>', 'of the approvers only those of this circle')
    .option('--person <user>', 'of the approvers only this one, such as li.wei or li.wei@1234567890123456')
    .option('--trust', 'with --role: who may assume it, instead of what it may do')
    .option(
      '--functions <names>',
      'functions in use, separated by commas (default: those with rules in the policy, and those that need none)',
    )
    .option('--account <id>', 'account in which the functions run (default: ALIBABA_CLOUD_ACCOUNT_ID)')
    .option('--store <address>', "journal, oss://BUCKET/PREFIX (default: STREAMWARDEN_STORE, else the policy's store)")
    .option('--prefix <name>', 'what the names of functions and roles begin with', environment['STREAMWARDEN_PREFIX'] || 'streamwarden')
    .option(
      '--log-project <name>',
      'log project (default: STREAMWARDEN_LOG_PROJECT, else streamwarden-ACCOUNT)',
      environment['STREAMWARDEN_LOG_PROJECT'] || undefined,
    )
    .option('--logstore <name>', 'log store', environment['STREAMWARDEN_LOGSTORE'] || 'functions')
    .option('--json', 'with all roles: one JSON array instead of text')
    .action(async (flags: RamFlags) => {
      const { ramText } = await import('../ram/ram-text.ts');
      process.stdout.write(await ramText(flags, process.env));
    });
}
