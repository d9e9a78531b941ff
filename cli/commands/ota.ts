import type { Command } from 'commander';
import { printable } from '../../shared/client/printable.ts';
import { worldOptions } from '../world/options.ts';
import { type WorldOptions, worldLine } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly because?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden ota halt|resume|list`: versions of which no more is approved, from the next run on and without a deployment. What was
 * approved already cannot be withdrawn: the service has no call for that. Exit code 0, or 1 when nothing was written.
 */
export function otaCommand(program: Command): void {
  const ota = program.command('ota').description('halt a version of the agent, let it go on, and list what is halted');
  shared(ota.command('halt'))
    .description('approve no more of a version, from the next run on')
    .argument('<version>', 'the version as the service spells it, such as 7.4.2')
    .option('--because <text>', 'why; everybody reads it')
    .action(async (version: string, flags: Flags) => say('halt', version, flags));
  shared(ota.command('resume'))
    .description('let a halted version go on')
    .argument('<version>', "the version as 'ota list' shows it")
    .option('--because <text>', 'a word on why')
    .action(async (version: string, flags: Flags) => say('resume', version, flags));
  shared(ota.command('list'))
    .description('versions that are halted')
    .option('--all', 'also those that go on again, with all that was said')
    .action(async (flags: Flags) => list(flags));
}

function shared(command: Command): Command {
  return worldOptions(command)
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text');
}

async function say(kind: 'halt' | 'resume', version: string, flags: Flags): Promise<void> {
  const [{ withSession }, { actorOf }, { knownVersions, sayOnVersion }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/actor.ts'),
    import('../run/halts.ts'),
  ]);
  await withSession(
    flags,
    async (session) => {
      const said = await sayOnVersion(session, version, { kind, because: flags.because }, await actorOf(session, flags.state));
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ format: 1, ...said })}\n`);
        return;
      }
      const what =
        kind === 'halt'
          ? `halted version ${said.version}: nothing more of it is approved. What was approved already still runs at its time`
          : `let version ${said.version} go on, from the next run on`;
      process.stdout.write(`${worldLine(session.world)}\n${said.by} ${what}.\nJournal: ${said.record}\n`);
      const known = kind === 'halt' ? await knownVersions(session) : undefined;
      if (known === undefined || known.has(said.version)) return;
      const others = known.size === 0 ? 'none names a version' : `they have ${[...known].map(printable).sort().join(', ')}`;
      process.stdout.write(`Look at the spelling: no group runs ${said.version} or is offered it; ${others}.\n`);
    },
    'journal',
  );
}

async function list(flags: Flags): Promise<void> {
  const [{ withSession }, { listHalts }, { localClock }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/halts.ts'),
    import('../render/local-clock.ts'),
  ]);
  await withSession(
    flags,
    async (session) => {
      const histories = await listHalts(session, { all: flags.all === true });
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ format: 1, versions: histories })}\n`);
        return;
      }
      const clock = localClock(session.policy.timezone, session.world.clock.now());
      const lines = histories.flatMap(({ version, words }) =>
        words.slice(flags.all ? 0 : -1).map(({ kind, by, because, atMs }) => {
          const why = because === undefined ? '' : `: ${because}`;
          return `${version}  ${kind === 'halt' ? 'halted' : 'goes on'} since ${clock.text(atMs)} ${session.policy.timezone} by ${by}${why}`;
        }),
      );
      process.stdout.write(`${[worldLine(session.world), ...(lines.length === 0 ? ['No version is halted.'] : lines)].join('\n')}\n`);
    },
    'journal',
  );
}
