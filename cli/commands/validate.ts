import type { Command } from 'commander';

interface Flags {
  readonly json?: boolean;
}

/**
 * Adds `streamwarden validate [file]`: checks a policy and prints every problem with its place, or what a valid policy has.
 * Exit code 0 when there is no error (warnings are allowed), 1 otherwise. `--json` prints `{ file, valid, errors, warnings, problems,
 * summary }`, `summary` only where the policy is valid.
 */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('check a policy file, every problem with line and column')
    .argument('[file]', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await validate(file, flags);
    });
}

async function validate(file: string, flags: Flags): Promise<number> {
  const [{ readPolicyText }, { loadPolicy }, { ruleModules }, { systemClock }, report] = await Promise.all([
    import('../policy-file.ts'),
    import('../../shared/policy/load.ts'),
    import('../registry.ts'),
    import('../../shared/client/system-clock.ts'),
    import('../render/policy-report.ts'),
  ]);
  const text = await readPolicyText(file);
  const loaded = loadPolicy(text, file, ruleModules, { nowMs: systemClock.now() });
  const result = report.validationOf(file, loaded);
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : report.validationText(result));
  return result.valid ? 0 : 1;
}
