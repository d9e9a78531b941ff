import type { Command } from 'commander';

interface Flags {
  readonly policy?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden demo`: the main job on a simulated account, without a cloud: plan, apply, and a second plan that is empty. Exit code
 * 0 when the second plan is empty, 1 otherwise.
 */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('plan, apply and plan again on a simulated account; needs no cloud')
    .option('--policy <file>', 'policy file (default: the example that comes with the project)')
    .option('--json', 'print each of the three steps as one line of JSON')
    .action(async (flags: Flags) => {
      process.exitCode = await demo(flags);
    });
}

/** Time that the simulated service is given to bring nodes up before the second plan. */
const settleMs = 8 * 60_000;

async function demo(flags: Flags): Promise<number> {
  const [
    { readPolicy, compilePolicy },
    { openInProcess },
    { reportRuns, print },
    { applied },
    { interruptOnSignals, interruptedExitCode },
    { styleFor },
    { alignColumns },
    { fileURLToPath },
    path,
  ] = await Promise.all([
    import('../run/policy.ts'),
    import('../world/in-process.ts'),
    import('../run/report-runs.ts'),
    import('../render/applied.ts'),
    import('../run/interrupt.ts'),
    import('../render/style.ts'),
    import('../render/columns.ts'),
    import('node:url'),
    import('node:path'),
  ]);
  const file = flags.policy ?? fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
  const document = await readPolicy(file);
  const style = styleFor();
  const interrupt = interruptOnSignals();
  const world = await openInProcess({});
  try {
    const session = () => {
      const policy = compilePolicy(document, world.clock.now());
      return { policy, world, targets: Object.values(policy.targets) };
    };
    const json = flags.json === true;
    const say = (lines: readonly string[]): void => {
      if (!json) print(lines);
    };
    const stopped = (): number => {
      say(['Stopped.']);
      return interruptedExitCode;
    };
    const step = (title: string): void => say([style.strong(`── ${title}`), '']);
    const base = { json, signal: interrupt.signal } as const;

    step('1. plan: what the policy wants, against what the simulated account has');
    await reportRuns(session(), { ...base, mode: 'plan' });
    if (interrupt.signal.aborted) return stopped();

    step('2. apply: the same decisions, carried out');
    const reports = await reportRuns(session(), { ...base, mode: 'apply' });
    say([...applied(reports, interrupt.signal.aborted), '']);
    if (interrupt.signal.aborted) return interruptedExitCode;

    world.simulator.advance(settleMs);
    step('3. plan again, eight minutes of the simulated world later');
    const again = await reportRuns(session(), { ...base, mode: 'plan' });
    if (interrupt.signal.aborted) return stopped();
    const unread = again.some(({ failed }) => failed);
    const pending = again.reduce((sum, { counts, functionMode }) => sum + (functionMode === 'act' ? counts.act : 0), 0);
    const shown = path.relative('', file);
    const next = [
      [`streamwarden plan --policy ${shown} --why`, 'the same plan with its reasons'],
      ['streamwarden simulator', 'this account, served to any client'],
      [`streamwarden validate ${shown}`, 'what the policy says'],
    ];
    const observing = [
      ...new Set(again.filter(({ counts, functionMode }) => counts.act > 0 && functionMode === 'observe').map((run) => run.function)),
    ];
    say([
      unread
        ? 'The second plan could not read everything; what went wrong is said above.'
        : pending === 0
          ? 'The second plan is empty where functions act: the account is as the policy wants it.'
          : `${pending} ${pending === 1 ? 'change is' : 'changes are'} still pending.`,
      ...(observing.length === 0
        ? []
        : [
            `${observing.join(', ')} only ${observing.length === 1 ? 'observes: what it' : 'observe: what they'} would change stays as it is, as the policy says.`,
          ]),
      '',
      ...alignColumns(next, [{}, {}]).map((line, place) => `${place === 0 ? 'Next: ' : '      '}${line}`),
    ]);
    return pending === 0 && !unread && !reports.some(({ failed }) => failed) ? 0 : 1;
  } finally {
    interrupt.release();
    await world.close();
  }
}
