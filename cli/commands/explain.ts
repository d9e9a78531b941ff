import type { Command } from 'commander';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden explain <id>`: what is decided about one resource and why, what was observed, and what the journal knows of it.
 * Exit code 0, or 1 when no target has the resource or something failed.
 */
export function explainCommand(program: Command): void {
  worldOptions(program.command('explain'))
    .description('why one resource is changed, kept or held, and what was done to it')
    .argument('<resource>', 'id or name of the resource')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .action(async (resource: string, flags: Flags) => {
      process.exitCode = await explain(resource, flags);
    });
}

async function explain(wanted: string, flags: Flags): Promise<number> {
  const [{ withSession }, { gatherStories }, { storyLines }, { canonicalJson }, { styleFor }, { CommandFailure }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/story.ts'),
    import('../render/story.ts'),
    import('../../shared/journal/canonical-json.ts'),
    import('../render/style.ts'),
    import('../failure.ts'),
  ]);
  return await withSession(flags, async (session) => {
    const stories = await gatherStories(session, wanted);
    if (stories.length === 0) {
      const names = session.targets.map(({ name }) => name).join(', ');
      throw new CommandFailure(
        'NoResource',
        `No target has a resource '${wanted}' (looked in ${names}). 'streamwarden plan' lists what is covered.`,
      );
    }
    if (flags.json) process.stdout.write(`${canonicalJson({ format: 1, stories })}\n`);
    else process.stdout.write(`${stories.flatMap((story) => [...storyLines(story, styleFor()), '']).join('\n')}`);
    return 0;
  });
}
