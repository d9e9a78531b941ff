import { type Command, Option } from 'commander';
import type { ExceptionFlags } from '../run/exception-flags.ts';
import { worldOptions } from '../world/options.ts';
import { type WorldOptions, worldLine } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly json?: boolean;
}

interface AddFlags extends Flags, ExceptionFlags {}

interface ListFlags extends Flags {
  readonly all?: boolean;
}

interface EndFlags extends Flags {
  readonly because?: string;
}

/**
 * Adds `streamwarden exception add|list|end`: exceptions in the journal, beside those of the policy and with the same meaning. They count from
 * the next run on, without a deployment. Exit code 0, or 1 when nothing was written or something could not be read.
 */
export function exceptionCommand(program: Command): void {
  const exception = program.command('exception').description('add, list and end exceptions without changing the policy, for the night');
  const collected = (flags: string, description: string): Option =>
    new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  shared(exception.command('add'))
    .description('add an exception that counts from the next run on')
    .option('--because <text>', 'why; everybody reads it')
    .option('--until <time>', 'when it ends: a local time such as "2026-12-12 09:00", or 12h after the start')
    .option('--from <time>', 'when it begins (default: now)')
    .addOption(collected('--groups <tags>', 'delivery groups by tag, app=aurora or department=finance,hr; or all'))
    .addOption(collected('--group <id>', 'a delivery group by its id'))
    .addOption(collected('--name <glob>', 'delivery groups by name, such as fin-*'))
    .addOption(collected('--workstation <id>', 'a workstation by its id'))
    .addOption(collected('--workstation-name <glob>', 'workstations by name'))
    .option('--keep-at-least <percent>', 'keep at least this share of the peak, such as 100%')
    .addOption(collected('--never <word>', 'what must not be done: cut-sessions, approve-ota, scale-down, renew, power-off, tag, enforce'))
    .addOption(collected('--for <target>', 'only this target of the policy (default: all)'))
    .option('--id <name>', 'a name to end it by (default: from the reason)')
    .action(async (flags: AddFlags) => add(flags));
  shared(exception.command('list'))
    .description('exceptions of the policy and of the journal: in force, coming, ended')
    .option('--all', 'also those that ended more than 30 days ago')
    .action(async (flags: ListFlags) => list(flags));
  shared(exception.command('end'))
    .description('end an exception of the journal now')
    .argument('<id>', "its id or name, as 'exception list' shows it")
    .option('--because <text>', 'a word on why')
    .action(async (id: string, flags: EndFlags) => end(id, flags));
}

function shared(command: Command): Command {
  return worldOptions(command)
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text');
}

async function add(flags: AddFlags): Promise<void> {
  const [{ withSession }, { actorOf }, { addStored }, { localClock }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/actor.ts'),
    import('../run/exceptions.ts'),
    import('../render/local-clock.ts'),
  ]);
  await withSession(
    flags,
    async (session) => {
      const added = await addStored(session, flags, await actorOf(session, flags.state));
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ format: 1, ...added })}\n`);
        return;
      }
      const { id, body, by, record } = added;
      const { timezone } = session.policy;
      const clock = localClock(timezone, session.world.clock.now());
      const span = `from ${clock.text(Date.parse(body.from))} until ${clock.text(Date.parse(body.until))} ${timezone}`;
      process.stdout.write(
        `${worldLine(session.world)}\n${by} added the exception ${id}, ${span}: ${body.because}\nIt counts from the next run on. To end it early: streamwarden exception end ${id}\nJournal: ${record}\n`,
      );
    },
    'journal',
  );
}

async function list(flags: ListFlags): Promise<void> {
  const [{ withSession }, { listExceptions }, { exceptionLines }, { localClock }, { styleFor }, { canonicalJson }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/exceptions.ts'),
    import('../render/exceptions.ts'),
    import('../render/local-clock.ts'),
    import('../render/style.ts'),
    import('../../shared/journal/log/record.ts'),
  ]);
  await withSession(
    flags,
    async (session) => {
      const exceptions = await listExceptions(session, { all: flags.all === true });
      if (flags.json) {
        process.stdout.write(`${canonicalJson({ format: 1, exceptions })}\n`);
        return;
      }
      const clock = localClock(session.policy.timezone, session.world.clock.now());
      const lines = exceptionLines(exceptions, clock, styleFor());
      const told = lines.length === 0 ? ['There are no exceptions.'] : [...lines, `Times: ${session.policy.timezone}`];
      process.stdout.write(`${[worldLine(session.world), ...told].join('\n')}\n`);
    },
    'journal',
  );
}

async function end(wanted: string, flags: EndFlags): Promise<void> {
  const [{ withSession }, { actorOf }, { endStored }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/actor.ts'),
    import('../run/exceptions.ts'),
  ]);
  await withSession(
    flags,
    async (session) => {
      const ended = await endStored(session, wanted, flags.because, await actorOf(session, flags.state));
      if (flags.json) process.stdout.write(`${JSON.stringify({ format: 1, ...ended })}\n`);
      else process.stdout.write(`${worldLine(session.world)}\n${ended.by} ended the exception ${ended.id}.\nJournal: ${ended.record}\n`);
    },
    'journal',
  );
}
