import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly month?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden reconcile`: the bill of a month against what was measured and ordered. Reads the journal, the account and its bill; writes
 * nothing. Exit code 0 where all of it matches, 2 where something is open, 1 where something could not be read.
 */
export function reconcileCommand(program: Command): void {
  worldOptions(program.command('reconcile'))
    .description('compare the bill of a month with what was measured and what was ordered, resource by resource')
    .option('--policy <file>', "policy file, or 'store' for the policy in force", 'policy.yaml')
    .option('--month <yyyy-mm>', 'the month (default: the last one that is over)')
    .option('--csv', 'print the rows as CSV')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await reconciled(flags);
    });
}

async function reconciled(flags: Flags): Promise<number> {
  if (flags.csv && flags.json) throw new CommandFailure('Usage', 'Say one of --csv and --json.');
  const [
    { withSession },
    { gatherReconciliation },
    { reconcileCsv, reconcileJson, reconcileLines },
    { progressDisplay },
    { styleFor },
    { systemClock },
    { isOpen },
  ] = await Promise.all([
    import('../run/session.ts'),
    import('../run/reconcile.ts'),
    import('../render/reconcile.ts'),
    import('../render/progress.ts'),
    import('../render/style.ts'),
    import('../../shared/client/system-clock.ts'),
    import('../../shared/billing/reconcile.ts'),
  ]);
  return await withSession(
    flags,
    async (session) => {
      const progress = progressDisplay(systemClock.now, flags.json === true || flags.csv === true);
      const onRead = (observed: number): void => progress.show('reconcile', { phase: 'observing', observed, announced: undefined });
      const found = await gatherReconciliation(session, { month: flags.month, onRead }).finally(progress.clear);
      for (const failure of found.failures) process.stderr.write(`streamwarden: ${failure}\n`);
      if (flags.json) process.stdout.write(`${reconcileJson(found)}\n`);
      else if (flags.csv) process.stdout.write(reconcileCsv(found));
      else process.stdout.write(`${reconcileLines(found, styleFor()).join('\n')}\n`);
      if (found.failures.length > 0) return 1;
      return found.accounts.some(({ rows }) => rows.some(isOpen)) ? 2 : 0;
    },
    'journal',
  );
}
