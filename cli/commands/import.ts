import type { Command } from 'commander';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends Omit<WorldOptions, 'state'> {
  readonly account?: string;
  readonly role?: string;
  readonly endpoint: string;
  readonly serviceTimeZone: string;
  readonly peakTag: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden import`: reads an account and writes a policy under which everything stays as it is. Changes nothing in the account. The policy
 * goes to `--out`, else to standard output with the report on standard error; `--json` prints `{format, world, account, policy, rules, leftAlone,
 * gaps, warnings}`. Exit code 0, 1 when nothing was imported, 130 when it was told to stop.
 */
export function importCommand(program: Command): void {
  program
    .command('import')
    .description('read an account and write a policy under which everything stays as it is')
    .option('--target <name>', 'name of the target in the policy; without --simulator: read the cloud')
    .option('--simulator <url>', 'a simulator that is running')
    .option('--scenario <file>', 'scenario of the embedded simulator (default: the demo account)')
    .option('--account <id>', 'account to read (default: that of the keys in use)')
    .option('--role <name>', 'RAM role to assume in the account; the policy names it too')
    .option('--endpoint <name>', 'endpoint of the service: cn-shanghai or ap-southeast-1', 'cn-shanghai')
    .option('--service-time-zone <zone>', "zone in which the service's weekly schedules count", 'Asia/Shanghai')
    .option('--peak-tag <key>', "tag that carries a group's peak", 'peak-nodes')
    .option('--out <file>', 'file to write (default: standard output)')
    .option('--force', 'overwrite that file')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await importAccount(flags);
    });
}

async function importAccount({ json = false, out, force = false, ...flags }: Flags): Promise<number> {
  const [{ importWorld }, { refuseExisting, writeWhole }, { importJson, importLines }, { interruptOnSignals, interruptedExitCode }] =
    await Promise.all([
      import('../import/import-world.ts'),
      import('../whole-file.ts'),
      import('../render/import-report.ts'),
      import('../run/interrupt.ts'),
    ]);
  if (out !== undefined && !force) await refuseExisting(out);
  const interrupt = interruptOnSignals();
  try {
    const imported = await importWorld(flags, json, interrupt.signal);
    if (out !== undefined) await writeWhole(out, imported.text, !force);
    const report = json ? '' : `${importLines(imported, { out, simulator: flags.simulator }).join('\n')}\n`;
    if (json) process.stdout.write(`${importJson(imported)}\n`);
    else if (out !== undefined) process.stdout.write(report);
    else {
      process.stdout.write(imported.text);
      process.stderr.write(report);
    }
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return interruptedExitCode;
    throw error;
  } finally {
    interrupt.release();
  }
}
