import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly sYaml?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden doctor`: looks at everything that a deployment depends on and says what is wrong and what to do. It changes nothing but one
 * record of the journal. Exit code 0 when nothing failed, else 1.
 */
export function doctorCommand(program: Command): void {
  worldOptions(program.command('doctor'))
    .description(
      'examine identity, permissions, journal, policy and deployment, and say what to do; writes one record to the journal, nothing else',
    )
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--s-yaml <file>', 'deployment file to compare with (default: s.yaml, with --target)')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await doctor(flags);
    });
}

async function doctor(flags: Flags): Promise<number> {
  const [{ withSession }, { print }, { runChecks }, { patientOf }, { findingLines, findingsSummary }, { styleFor }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/report-runs.ts'),
    import('../doctor/run-checks.ts'),
    import('../doctor/patient.ts'),
    import('../render/findings.ts'),
    import('../render/style.ts'),
  ]);
  const { json = false, policy: file, simulator, sYaml } = flags;
  if (sYaml !== undefined && (simulator !== undefined || flags.target === undefined)) {
    throw new CommandFailure('Usage', '--s-yaml is compared with what is deployed in the cloud; name --target, and leave out --simulator.');
  }
  const end = (findings: readonly Finding[], world: string | null): number => {
    if (json) process.stdout.write(`${JSON.stringify({ format: 1, world, findings })}\n`);
    else print(['', findingsSummary(findings)]);
    return findings.some(({ state }) => state === 'fail') ? 1 : 0;
  };
  const show = (finding: Finding): void => {
    if (!json) print(findingLines(finding));
  };
  try {
    return await withSession(flags, async (session) => {
      if (!json) print([styleFor().dim(`World: ${session.world.headline}`), '']);
      const patient = await patientOf(session, { file, simulator, sYaml, environment: process.env });
      return end(await runChecks(patient, show), session.world.headline);
    });
  } catch (error) {
    if (!(error instanceof CommandFailure) || !['PolicyBroken', 'PolicyNotRead'].includes(error.code)) throw error;
    const todo = "Fix it ('streamwarden validate'); nothing else can be examined before, since the policy names the targets.";
    const finding: Finding = { area: 'policy', state: 'fail', text: error.message, todo };
    show(finding);
    return end([finding], null);
  }
}
