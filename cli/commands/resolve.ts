import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import { type WorldOptions, worldLine } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly void?: boolean;
  readonly moved?: boolean;
  readonly refunded?: boolean;
  readonly order?: string;
  readonly allOf?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden resolve [resource]`: closes a renewal of which nobody knows what became of it, by what a person has read in the bill; with
 * `--all-of` every renewal that one run left open. Exit code 0 when all of it was written, 1 when some of it was not taken.
 */
export function resolveCommand(program: Command): void {
  worldOptions(program.command('resolve'))
    .description('close an unclear or unpaid renewal according to the bill that you have read')
    .argument('[resource]', 'id or name of the resource')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--void', 'the bill has no order of it, or the order was cancelled: it may be ordered again')
    .option('--order <id>', 'with --void: the order that was cancelled, where the renewal has one')
    .option('--moved', 'the order was placed and has taken effect')
    .option('--refunded', 'a renewal of ours was refunded: the expiry as it is now may be renewed again')
    .option('--all-of <run>', 'every renewal that this run left open, instead of one resource')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string | undefined, flags: Flags) => {
      process.exitCode = await resolve(resource, flags);
    });
}

async function resolve(wanted: string | undefined, flags: Flags): Promise<number> {
  const said = (['void', 'moved', 'refunded'] as const).filter((word) => flags[word] === true);
  const [word] = said;
  if (word === undefined || said.length > 1) {
    throw new CommandFailure('Usage', 'Say one of --void, --moved and --refunded, after you have read the bill.');
  }
  if ((wanted === undefined) === (flags.allOf === undefined)) {
    throw new CommandFailure('Usage', 'Name one resource, or a run with --all-of.');
  }
  if (flags.order !== undefined && (word !== 'void' || wanted === undefined)) {
    throw new CommandFailure('Usage', '--order names the cancelled order of one resource; use it with --void and the resource.');
  }
  const [{ withSession }, { closeRenewal, closeRun }] = await Promise.all([import('../run/session.ts'), import('../run/resolve.ts')]);
  return await withSession(
    flags,
    async (session) => {
      if (!flags.json) print(worldLine(session.world));
      if (wanted !== undefined) {
        const closed = await closeRenewal(session, wanted, { word, order: flags.order });
        print(flags.json ? JSON.stringify({ format: 1, ...closed }) : closed.text);
        return 0;
      }
      if (word === 'refunded') throw new CommandFailure('Usage', 'A refund is of one resource: name it instead of --all-of.');
      const { closed, left } = await closeRun(session, flags.allOf as string, word);
      if (flags.json) print(JSON.stringify({ format: 1, closed, left }));
      else {
        for (const { text } of closed) print(text);
        for (const { resource, text } of left) print(`${resource} stays open: ${text}`);
        print(`${closed.length} closed as ${word}, ${left.length} left open.`);
      }
      return left.length === 0 ? 0 : 1;
    },
    'journal',
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
