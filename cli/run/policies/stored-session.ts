import { CommandFailure } from '../../failure.ts';
import { openWorld } from '../../world/open.ts';
import type { WorldOptions } from '../../world/world.ts';
import type { Session } from '../session.ts';
import { newestIn } from './prepare.ts';

/** What stands for a file where the policy that functions go by is meant. */
export const policyInStore = 'store';

/**
 * Opens the world and works by the policy that is in force in its store, as functions have it. No file says where that store is.
 * @throws CommandFailure `PolicyMissing` where nothing usable was published, `UnknownTarget`
 */
export async function withStoredPolicy<T>(options: WorldOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const world = await openWorld(options, undefined, 'journal');
  try {
    const { good } = await newestIn(world);
    if (!good) {
      throw new CommandFailure(
        'PolicyMissing',
        `${world.store.name} has no policy that could be used; name the store with STREAMWARDEN_STORE or --state, or push one to it.`,
      );
    }
    const { policy } = good;
    const names = options.target === undefined ? Object.keys(policy.targets) : [options.target];
    const targets = names.map((name) => {
      const target = Object.hasOwn(policy.targets, name) ? policy.targets[name] : undefined;
      if (target) return target;
      const known = Object.keys(policy.targets).join(', ');
      throw new CommandFailure('UnknownTarget', `The policy in force has no target '${name}'; it has ${known}.`);
    });
    return await work({ policy, world, targets });
  } finally {
    await world.close();
  }
}
