import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly month?: string;
  readonly by: string;
  readonly forecast?: boolean;
  readonly csv?: boolean;
  readonly focus?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden cost`: what the month cost as measured, what subscriptions cost by day, what was saved, and what is not known. Reads the
 * journal and the account; writes nothing. Exit code 0, or 1 when something could not be read.
 */
export function costCommand(program: Command): void {
  worldOptions(program.command('cost'))
    .description('what a month cost as measured, with subscriptions spread over their days, and what was saved')
    .option('--policy <file>', "policy file, or 'store' for the policy in force", 'policy.yaml')
    .option('--month <yyyy-mm>', 'the month (default: the one that is running)')
    .option('--by <grouping>', 'target, group, rule, type, day or tag:KEY', 'target')
    .option('--forecast', 'what the month will have cost at its end, by the calendar ahead')
    .option('--csv', 'print the table as CSV')
    .option('--focus', 'print a line for each resource and day as CSV in the columns of FOCUS 1.2')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await cost(flags);
    });
}

async function cost(flags: Flags): Promise<number> {
  if ([flags.csv, flags.focus, flags.json].filter(Boolean).length > 1)
    throw new CommandFailure('Usage', 'Say one of --csv, --focus and --json.');
  const [
    { withSession },
    { gatherCosts, groupingOf },
    { costCsv, costJson, costLines },
    { focusCsv },
    { progressDisplay },
    { styleFor },
    { systemClock },
  ] = await Promise.all([
    import('../run/session.ts'),
    import('../run/cost.ts'),
    import('../render/cost.ts'),
    import('../render/focus.ts'),
    import('../render/progress.ts'),
    import('../render/style.ts'),
    import('../../shared/client/system-clock.ts'),
  ]);
  const grouping = groupingOf(flags.by);
  return await withSession(
    flags,
    async (session) => {
      const progress = progressDisplay(systemClock.now, flags.json === true || flags.csv === true || flags.focus === true);
      const onRead = (observed: number): void => progress.show('cost', { phase: 'observing', observed, announced: undefined });
      const found = await gatherCosts(session, { month: flags.month, forecast: flags.forecast, onRead }).finally(progress.clear);
      for (const failure of found.failures) process.stderr.write(`streamwarden: ${failure}\n`);
      if (flags.json) process.stdout.write(`${costJson(found, grouping, flags.by)}\n`);
      else if (flags.csv) process.stdout.write(costCsv(found, grouping));
      else if (flags.focus) process.stdout.write(focusCsv(found));
      else process.stdout.write(`${costLines(found, grouping, styleFor()).join('\n')}\n`);
      return found.failures.length === 0 ? 0 : 1;
    },
    'journal',
  );
}
