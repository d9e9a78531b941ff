import type { Command } from 'commander';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden offboard <user>`: shows every access of a user, and with `--yes` takes it away, authorizations before sessions. Exit code
 * of the plan: 0 with nothing to do, 2 with something, 1 on an error. With `--yes`: 0 when all was done and a look after clients have followed
 * showed nothing, 1 when something failed, was held, came back or could not be read, 130 when it was told to stop.
 */
export function offboardCommand(program: Command): void {
  worldOptions(program.command('offboard'))
    .description('take away everything that a user can reach: shows it first, and does it with --yes')
    .argument('<user>', 'the user as the service names it, in this very case')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--yes', 'do it; without this it is only shown')
    .option('--json', 'print one JSON object instead of text')
    .addHelpText(
      'after',
      "\nWith --yes it takes about two and a half minutes: clients follow a change only after about two, so it looks again before it says that all is done.\nProtected users are refused, and protected groups and exceptions hold. Mode, limits and freezes of the policy do not apply, since a person asks for it.\nWhere a group resets after unbinding, the user's data on the app instance is wiped; the service does not show where.",
    )
    .action(async (user: string, flags: Flags) => {
      process.exitCode = await offboarded(user, flags);
    });
}

async function offboarded(user: string, flags: Flags): Promise<number> {
  const [
    { withSession },
    { offboard, offboardExitCode },
    { interruptOnSignals, interruptedExitCode },
    { reportJson },
    { styleFor },
    { reportLines },
    { localClock },
    { recheckedLines, offboardLeftLines },
    { applied },
  ] = await Promise.all([
    import('../run/session.ts'),
    import('../offboard/offboard.ts'),
    import('../run/interrupt.ts'),
    import('../../shared/engine/report.ts'),
    import('../render/style.ts'),
    import('../render/run-report.ts'),
    import('../render/local-clock.ts'),
    import('../offboard/offboard-lines.ts'),
    import('../render/applied.ts'),
  ]);
  const apply = flags.yes === true;
  const interrupt = interruptOnSignals();
  try {
    return await withSession(flags, async (session) => {
      const { text: localText } = localClock(session.policy.timezone, session.world.clock.now());
      const onWait = (untilMs: number): void =>
        void process.stderr.write(`Clients follow within about two minutes. Looking again at ${localText(untilMs)}.\n`);
      const result = await offboard(session, user, { apply, signal: interrupt.signal, onWait });
      const { reports, left } = result;
      const isPart =
        !apply && (interrupt.signal.aborted || reports.some(({ failed }) => failed) || left.some(({ unread }) => unread.length > 0));
      const acts = reports.some(({ counts }) => counts.act > 0);
      if (flags.json) {
        const runs = reports.map(reportJson).join(',');
        const again = result.rechecked === undefined ? '' : `,"lookedAgain":"${result.rechecked}"`;
        process.stdout.write(`{"format":1,"user":${JSON.stringify(user)},"runs":[${runs}],"left":${JSON.stringify(left)}${again}}\n`);
      } else {
        const style = styleFor();
        const text = [
          style.dim(`World: ${session.world.headline}`),
          '',
          ...reports.flatMap((report) => [...reportLines(report, style, { text: localText }), '']),
          ...left.flatMap((each) => offboardLeftLines(each, user, style)),
          ...(apply ? applied(reports, interrupt.signal.aborted) : []),
          ...recheckedLines(result.rechecked, left, user),
          ...(isPart ? [`This is not everything: run the command again for what of ${user} can be taken away.`] : []),
          ...(!apply && !isPart && acts ? ['Next: the same with --yes. A second plan tells whether anything is left.'] : []),
          ...(!apply && !isPart && !acts ? [`Nothing of ${user} can be taken away here.`] : []),
        ];
        process.stdout.write(`${text.join('\n')}\n`);
      }
      if (interrupt.signal.aborted) return interruptedExitCode;
      return offboardExitCode(result, apply);
    });
  } finally {
    interrupt.release();
  }
}
