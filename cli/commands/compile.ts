import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';

interface Flags {
  readonly policy: string;
  readonly out?: string;
}

/**
 * Adds `streamwarden compile`: writes the policy as functions read it, JSON with calendars resolved to dates and zones to offsets. Makes the folder of
 * the file where there is none. Exit code 0, or 1 when the policy is broken or the file cannot be written.
 */
export function compileCommand(program: Command): void {
  program
    .command('compile')
    .description('write the policy as deployed functions read it')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--out <file>', 'file to write (default: standard output)')
    .action(async (flags: Flags) => compilePolicyFile(flags));
}

async function compilePolicyFile({ policy, out }: Flags): Promise<void> {
  const [{ readPolicy, compilePolicy }, { encodePolicy }, { systemClock }, { zonedText }, { mkdir }, { writeWhole }, path] =
    await Promise.all([
      import('../run/policy.ts'),
      import('../../shared/policy/codec.ts'),
      import('../../shared/client/system-clock.ts'),
      import('../../shared/planning/local-time.ts'),
      import('node:fs/promises'),
      import('../whole-file.ts'),
      import('node:path'),
    ]);
  const compiled = compilePolicy(await readPolicy(policy), systemClock.now());
  const text = encodePolicy(compiled);
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  const folder = path.dirname(out);
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      'NotWritten',
      `The folder ${folder} could not be made (${cause.code}); make it, or name another place with --out.`,
      { cause },
    );
  });
  await writeWhole(out, text);
  const until = zonedText(compiled.untilMs, { policy: compiled });
  process.stdout.write(`${out}: policy ${compiled.sourceHash.slice(0, 12)}, in force until ${until}\n`);
}
