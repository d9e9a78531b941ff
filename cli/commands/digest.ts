import type { Command } from 'commander';
import type { DigestPage } from '../../functions/digest/digest-page.ts';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly rule?: string;
  readonly days?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden digest`: what happened, what is held and what is ahead, as of now; sends and writes nothing but the file asked for.
 * Exit code 0, or 1 when something could not be read.
 */
export function digestCommand(program: Command): void {
  worldOptions(program.command('digest'))
    .description('what happened, what is held and what is ahead, as of now; sends nothing')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--rule <name>', 'a rule of digest (default: the first of the policy)')
    .option('--days <n>', 'cover the last n days (default: since the last digest of the rule, else one day)')
    .option('--html <file>', 'also write it as a page with plots that needs nothing but a browser')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await digest(flags);
    });
}

async function digest(flags: Flags): Promise<number> {
  const days = daysOf(flags.days);
  const [{ withSession }, { digestNow }, { digestText }, { styleFor }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/digest.ts'),
    import('../../functions/digest/text.ts'),
    import('../render/style.ts'),
  ]);
  return await withSession(flags, async (session) => {
    const { page, failures } = await digestNow(session, { rule: flags.rule, days });
    if (flags.html !== undefined) await writePage(flags.html, page);
    if (flags.json) {
      const { plots: _plots, ...rest } = page;
      process.stdout.write(`${JSON.stringify({ format: 1, world: session.world.headline, ...rest, failures })}\n`);
    } else {
      const style = styleFor();
      process.stdout.write(`${style.dim(`World: ${session.world.headline}`)}\n\n${style.strong(page.title)}\n${digestText(page, 40)}\n`);
      if (flags.html !== undefined) process.stdout.write(`\nThe page is in ${flags.html}.\n`);
    }
    return failures.length > 0 ? 1 : 0;
  });
}

async function writePage(file: string, page: DigestPage): Promise<void> {
  const [{ writeWhole }, { htmlPage }] = await Promise.all([
    import('../whole-file.ts'),
    import('../../functions/digest/page/html-page.ts'),
  ]);
  await writeWhole(file, htmlPage(page));
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= 92) return days;
  throw new CommandFailure('Usage', `--days takes a whole number from 1 to 92, not '${text}'.`);
}
