import type { Command } from 'commander';

/**
 * Adds `streamwarden schema`: prints the JSON Schema of the policy file, the text of `policy.schema.json`. It is JSON either way, so
 * `--json` changes nothing. Exit code 0.
 */
export function schemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the policy file, for editors')
    .option('--json', 'the same: the schema is JSON')
    .action(async () => {
      const [{ policyJsonSchemaText }, { ruleModules }] = await Promise.all([
        import('../../shared/policy/json-schema.ts'),
        import('../registry.ts'),
      ]);
      process.stdout.write(policyJsonSchemaText(ruleModules));
    });
}
