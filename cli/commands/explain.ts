import type { Command } from 'commander';
import { worldOptions } from '../world/options.ts';
import { type WorldOptions, worldLine } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly at?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden explain <id>`: what is decided about one resource and why, what was observed, and what the journal knows of it; with
 * `--at` what was decided and done around an instant, or that somebody else did it, from the journal alone.
 * Exit code 0, or 1 when no target has the resource or something failed.
 */
export function explainCommand(program: Command): void {
  worldOptions(program.command('explain'))
    .description('why one resource is changed, kept or held, and what was done to it')
    .argument('<resource>', 'id or name of the resource')
    .option('--policy <file>', "policy file, or 'store' for the policy that functions go by", 'policy.yaml')
    .option('--at <time>', 'what happened around then: a local time such as "2026-11-24 08:30", or RFC 3339')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string, flags: Flags) => {
      process.exitCode = flags.at === undefined ? await explain(resource, flags) : await explainAt(resource, flags, flags.at);
    });
}

async function explain(wanted: string, flags: Flags): Promise<number> {
  const [{ withSession }, { gatherStories }, { explanationLines }, { canonicalJson }, { styleFor }, { localClock }, { CommandFailure }] =
    await Promise.all([
      import('../run/session.ts'),
      import('../explain/explanation.ts'),
      import('../explain/explanation-lines.ts'),
      import('../../shared/journal/log/record.ts'),
      import('../render/style.ts'),
      import('../render/local-clock.ts'),
      import('../failure.ts'),
    ]);
  return await withSession(flags, async (session) => {
    const stories = await gatherStories(session, wanted);
    if (stories.length === 0) throw new CommandFailure('NoResource', noResource(wanted, session.targets));
    if (flags.json) process.stdout.write(`${canonicalJson({ format: 1, stories })}\n`);
    else {
      const { text } = localClock(session.policy.timezone, session.world.clock.now());
      const lines = stories.flatMap((explanation) => [...explanationLines(explanation, styleFor(), text), '']);
      process.stdout.write(`${worldLine(session.world)}\n\n${lines.join('\n')}Times: ${session.policy.timezone}\n`);
    }
    return 0;
  });
}

async function explainAt(wanted: string, flags: Flags, at: string): Promise<number> {
  const [
    { withSession },
    { storiesAt },
    { momentOf },
    { explanationAtLines },
    { canonicalJson },
    { styleFor },
    clocks,
    { CommandFailure },
  ] = await Promise.all([
    import('../run/session.ts'),
    import('../explain/explanation-at.ts'),
    import('../explain/explanation-at.ts'),
    import('../explain/explanation-at-lines.ts'),
    import('../../shared/journal/log/record.ts'),
    import('../render/style.ts'),
    import('../render/local-clock.ts'),
    import('../failure.ts'),
  ]);
  return await withSession(
    flags,
    async (session) => {
      const { policy, world, targets } = session;
      const clock = clocks.localClock(policy.timezone, world.clock.now());
      const stories = await storiesAt(session, wanted, momentOf('--at', at, clock, world.clock.now()));
      if (stories.length === 0) throw new CommandFailure('NoResource', noResource(wanted, targets));
      if (flags.json) process.stdout.write(`${canonicalJson({ format: 1, stories })}\n`);
      else
        process.stdout.write(
          `${worldLine(world)}\n\n${stories.flatMap((explanation) => [...explanationAtLines(explanation, clock, styleFor()), '']).join('\n')}Times: ${policy.timezone}\n`,
        );
      return 0;
    },
    'journal',
  );
}

function noResource(wanted: string, targets: readonly { readonly name: string }[]): string {
  const names = targets.map(({ name }) => name).join(', ');
  return `No target has a resource '${wanted}' (looked in ${names}). 'streamwarden plan' lists what is covered.`;
}
