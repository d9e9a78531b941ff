import type { Command } from 'commander';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly only?: string;
  readonly why?: boolean;
  readonly json?: boolean;
}

/** Exit status of a plan with changes pending. */
const pendingExitCode = 2;

/**
 * Adds `streamwarden plan`: decides and prints what would change and what it would cost, and changes nothing. Exit code 0 when nothing
 * is to be done, 2 when changes are pending, 1 on an error.
 */
export function planCommand(program: Command): void {
  worldOptions(program.command('plan'))
    .description('show what would change, why, and what it would cost; changes nothing')
    .option('--policy <file>', "policy file, or 'store' for the policy that functions go by", 'policy.yaml')
    .option('--only <function>', 'one function only, such as scale-on-schedule')
    .option('--why', 'show the reasons of changes too')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await plan(flags);
    });
}

async function plan(flags: Flags): Promise<number> {
  const [{ withSession }, { reportRuns, print }, { interruptOnSignals, interruptedExitCode }, { nextSteps }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/report-runs.ts'),
    import('../run/interrupt.ts'),
    import('../render/next-steps.ts'),
  ]);
  const interrupt = interruptOnSignals();
  try {
    return await withSession(flags, async (session) => {
      const { only, why = false, json = false } = flags;
      const reports = await reportRuns(session, { mode: 'plan', only, reasons: why, json, signal: interrupt.signal });
      if (!json) print(nextSteps(reports, flags, interrupt.signal.aborted));
      if (interrupt.signal.aborted) return interruptedExitCode;
      if (reports.some(({ failed }) => failed)) return 1;
      return reports.some(({ counts }) => counts.act > 0) ? pendingExitCode : 0;
    });
  } finally {
    interrupt.release();
  }
}
