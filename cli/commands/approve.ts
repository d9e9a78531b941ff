import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly because?: string;
  readonly until?: string;
  readonly json?: boolean;
}

/** Adds `streamwarden approvals`: what waits for somebody to approve it. Exit code 0 with nothing waiting, 2 with something, 1 on an error. */
export function approvalsCommand(program: Command): void {
  worldOptions(program.command('approvals'))
    .description('renewals that wait for an approval')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await list(flags);
    });
}

/** Adds `streamwarden approve <resource>`: bound to the target, expiry, period and price that are asked now; a dearer price asks again. */
export function approveCommand(program: Command): void {
  worldOptions(program.command('approve'))
    .description('approve a renewal that waits, up to the price that is asked now')
    .argument('<resource>', 'id or name of the resource')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--until <instant>', 'until when it counts, RFC 3339 (default: until the expiry)')
    .option('--because <text>', 'a word on why')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string, flags: Flags) => say('approve', resource, flags));
}

/** Adds `streamwarden refuse <resource>`: it is not renewed until somebody approves it. */
export function refuseCommand(program: Command): void {
  worldOptions(program.command('refuse'))
    .description('refuse a renewal that waits')
    .argument('<resource>', 'id or name of the resource')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--because <text>', 'a word on why')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string, flags: Flags) => say('refuse', resource, flags));
}

async function list(flags: Flags): Promise<number> {
  const [{ withSession }, { waitingIn }, { alignColumns }, { formatMoney }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/approvals.ts'),
    import('../render/columns.ts'),
    import('../../shared/policy/money.ts'),
  ]);
  return await withSession(flags, async (session) => {
    const waiting = await waitingIn(session);
    if (flags.json) process.stdout.write(`${JSON.stringify({ format: 1, waiting: waiting.map(jsonOf) })}\n`);
    else if (waiting.length === 0) process.stdout.write('Nothing waits for an approval.\n');
    else {
      const cells = waiting.map(({ target, line }) => [
        ...[target.name, line.resource.name ?? line.resource.id, line.resource.id, `${line.period} from ${line.expires.slice(0, 10)}`],
        ...[formatMoney(line.amount), `asks ${line.approvers}`, line.why],
      ]);
      const lines = alignColumns(cells, [{}, {}, {}, {}, { align: 'right' }, {}, {}]);
      process.stdout.write(`${lines.join('\n')}\n\nSay 'streamwarden approve <id>' or 'streamwarden refuse <id>'.\n`);
    }
    return waiting.length === 0 ? 0 : 2;
  });
}

type Waiting = Awaited<ReturnType<typeof import('../run/approvals.ts')['waitingIn']>>[number];

const jsonOf = ({ target, line }: Waiting) => ({
  target: target.name,
  ...line,
  amount: { currency: line.amount.currency, micros: line.amount.micros.toString() },
});

async function say(verdict: 'approve' | 'refuse', wanted: string, flags: Flags): Promise<void> {
  const [{ withSession }, { giveWord }, { formatMoney }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/approvals.ts'),
    import('../../shared/policy/money.ts'),
  ]);
  const untilMs = flags.until === undefined ? undefined : Date.parse(flags.until);
  if (untilMs !== undefined && (Number.isNaN(untilMs) || !/(Z|[+-]\d{2}:\d{2})$/.test(flags.until ?? ''))) {
    throw new CommandFailure('Usage', `--until is '${flags.until}'; write an instant with its offset, such as 2026-12-01T18:00:00+08:00.`);
  }
  await withSession(flags, async (session) => {
    const given = await giveWord(session, { verdict, wanted, untilMs, because: flags.because });
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ format: 1, ...given, highest: formatMoney(given.highest) })}\n`);
      return;
    }
    const what = `${given.resource}, ${given.period}, ${verdict === 'approve' ? 'up to ' : ''}${formatMoney(given.highest)}`;
    const until = verdict === 'approve' ? `, until ${given.until}` : '';
    process.stdout.write(`${given.by} ${verdict === 'approve' ? 'approved' : 'refused'} ${what}${until}.\nJournal: ${given.record}\n`);
  });
}
