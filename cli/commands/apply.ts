import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { answeredYes } from '../run/answered-yes.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly only?: string;
  readonly yes?: boolean;
  readonly localJournal?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden apply`: decides anew and does what the functions that the policy puts in `act` want done. In the cloud it shows the
 * plan and asks first. Exit code 0 when all was done, 1 when something failed, 130 when it was told to stop.
 */
export function applyCommand(program: Command): void {
  worldOptions(program.command('apply'))
    .description('do what plan shows, for the functions that the policy puts in act')
    .option('--policy <file>', "policy file, or 'store' for the policy that functions go by", 'policy.yaml')
    .option('--only <function>', 'one function only, such as scale-on-schedule')
    .option('--yes', 'in the cloud: do not ask')
    .option('--local-journal', 'in the cloud: place orders although the journal is a folder of this machine only')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await apply(flags);
    });
}

async function apply(flags: Flags): Promise<number> {
  const [{ withSession }, { reportRuns, print }, { interruptOnSignals, interruptedExitCode }, { applied }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/report-runs.ts'),
    import('../run/interrupt.ts'),
    import('../render/applied.ts'),
  ]);
  const interrupt = interruptOnSignals();
  try {
    return await withSession(flags, async (session) => {
      const { only, json = false } = flags;
      const options = { only, json, signal: interrupt.signal, localJournal: flags.localJournal };
      if (session.world.kind === 'cloud' && flags.yes !== true) {
        if (json || process.stdin.isTTY !== true) {
          throw new CommandFailure(
            'Usage',
            'apply in the cloud asks first, and there is no terminal to ask on: look at plan, then say --yes.',
          );
        }
        const planned = await reportRuns(session, { ...options, mode: 'plan' });
        if (planned.some(({ failed }) => failed) && planned.every(({ counts }) => counts.act === 0)) return 1;
        if (!(await answeredYes('Do this?', interrupt.signal))) {
          print(['Nothing was done.']);
          return interrupt.signal.aborted ? interruptedExitCode : 0;
        }
      }
      const reports = await reportRuns(session, { ...options, mode: 'apply' });
      if (!json) print(applied(reports, interrupt.signal.aborted));
      if (interrupt.signal.aborted) return interruptedExitCode;
      return reports.some(({ failed }) => failed) ? 1 : 0;
    });
  } finally {
    interrupt.release();
  }
}
