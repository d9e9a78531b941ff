import type { Command } from 'commander';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy?: string;
  readonly month?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden spend`: per month and currency the limit, what was ordered, what is reserved and for whom, and what is free. A journal alone
 * is enough. Writes nothing. Exit code 0, or 1 when something could not be read.
 */
export function spendCommand(program: Command): void {
  worldOptions(program.command('spend'))
    .description('what renewals have used of the monthly limits, what is reserved and for whom, and what is free')
    .option('--policy <file>', "policy file, or 'store' (default: policy.yaml where it is there, else the policy in the journal)")
    .option('--month <yyyy-mm>', 'one month (default: this month, the month before and what comes after)')
    .option('--all', 'list what was ordered too, not only what is reserved')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => spend(flags));
}

async function spend(flags: Flags): Promise<void> {
  const [{ gatherSpend }, { spendJson, spendLines }, { styleFor }] = await Promise.all([
    import('../run/spend.ts'),
    import('../render/spend.ts'),
    import('../render/style.ts'),
  ]);
  const found = await gatherSpend(flags);
  process.stdout.write(flags.json ? `${spendJson(found)}\n` : `${spendLines(found, flags.all === true, styleFor()).join('\n')}\n`);
}
