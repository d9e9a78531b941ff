import { CommandFailure } from '../../failure.ts';
import { openWorld } from '../../world/open.ts';
import type { World, WorldOptions } from '../../world/world.ts';
import { fileSource, storeNamedIn } from './source.ts';

/** Options of the commands that publish. */
export interface PublishOptions extends WorldOptions {
  readonly policy: string;
}

/**
 * Opens the world whose store holds the policies, does the work, and closes the world whatever happens. The policy file says where the store
 * is, if anything: it may be broken or absent.
 * @throws CommandFailure `Usage` where no lasting store is named; else as `openWorld`
 */
export async function withPolicyConnection<T>(options: PublishOptions, work: (world: World) => Promise<T>): Promise<T> {
  const { simulator, target, state } = options;
  const storeInFile = await fileSource(options.policy).then(storeNamedIn, () => undefined);
  if (simulator === undefined && target === undefined && state === undefined) {
    throw new CommandFailure(
      'Usage',
      'Policies are published to a store that functions read. Name --target for the cloud, --simulator, or a journal with --state.',
    );
  }
  if (target !== undefined && simulator === undefined && !(state ?? process.env['STREAMWARDEN_STORE'] ?? storeInFile)) {
    throw new CommandFailure(
      'Usage',
      'No store is named, so no function would read what is published: write store: oss://BUCKET/PREFIX in the policy, or set STREAMWARDEN_STORE.',
    );
  }
  const world = await openWorld(options, storeInFile);
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}
