import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly void?: boolean;
  readonly moved?: boolean;
  readonly refunded?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden resolve <resource>`: closes a renewal of which nobody knows what became of it, by what a person has read in the bill.
 * Exit code 0 when it was written, 1 when it was not taken.
 */
export function resolveCommand(program: Command): void {
  worldOptions(program.command('resolve'))
    .description('close an unclear or unpaid renewal by what you have read in the bill')
    .argument('<resource>', 'id or name of the resource')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--void', 'the bill has no order of it, or the order was cancelled: it may be ordered again')
    .option('--moved', 'the order was placed and has taken effect')
    .option('--refunded', 'a renewal of ours was refunded: the expiry as it is now may be ordered for again')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string, flags: Flags) => resolve(resource, flags));
}

async function resolve(wanted: string, flags: Flags): Promise<void> {
  const said = (['void', 'moved', 'refunded'] as const).filter((word) => flags[word] === true);
  const [word] = said;
  if (word === undefined || said.length > 1) {
    throw new CommandFailure('Usage', 'Say one of --void, --moved and --refunded, after you have read the bill.');
  }
  const [{ withSession }, { closeRenewal }] = await Promise.all([import('../run/session.ts'), import('../run/resolve.ts')]);
  await withSession(flags, async (session) => {
    const closed = await closeRenewal(session, wanted, word);
    if (flags.json) process.stdout.write(`${JSON.stringify({ format: 1, ...closed })}\n`);
    else process.stdout.write(`${closed.text}\n`);
  });
}
