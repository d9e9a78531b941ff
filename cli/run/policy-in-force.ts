import { CommandFailure } from '../failure.ts';
import { openWorld } from '../world/open.ts';
import { compilePolicy, readPolicy } from './policy.ts';
import { newestIn, policyInStore, type Session, type SessionOptions, withStoredPolicy } from './session.ts';

/** A session, and in words where its policy came from. */
export interface ForcedSession extends Session {
  /** `policy 3 of dir:state, which functions go by`. */
  readonly from: string;
}

/**
 * Works by the policy that functions go by: the one in the store where one is published, else the file. Without a file the store is the one that
 * options or environment name.
 * @throws CommandFailure as `withSession`
 */
export async function withPolicyInForce<T>(options: SessionOptions, work: (session: ForcedSession) => Promise<T>): Promise<T> {
  if (options.policy === policyInStore) {
    return await withStoredPolicy(options, (session) => work({ ...session, from: `the policy in ${session.world.store.name}` }));
  }
  const file = await readPolicy(options.policy).catch((error: unknown) => {
    if (error instanceof CommandFailure) return error;
    throw error;
  });
  const broken = file instanceof CommandFailure ? file : undefined;
  const document = file instanceof CommandFailure ? undefined : file;
  const world = await openWorld(options, document?.store, 'journal');
  try {
    const { good } = await newestIn(world);
    const policy = good?.policy ?? (document && compilePolicy(document, world.clock.now()));
    if (policy === undefined) throw broken ?? new CommandFailure('PolicyMissing', `${options.policy} cannot be used.`);
    const from =
      good === undefined
        ? `${options.policy}, since none is published in ${world.store.name}`
        : `policy ${good.sequence} of ${world.store.name}, which functions go by`;
    return await work({ policy, world, from, targets: targetsOf(policy, options.target) });
  } finally {
    await world.close();
  }
}

function targetsOf(policy: Session['policy'], wanted: string | undefined): Session['targets'] {
  const names = wanted === undefined ? Object.keys(policy.targets) : [wanted];
  return names.map((name) => {
    const target = Object.hasOwn(policy.targets, name) ? policy.targets[name] : undefined;
    if (target) return target;
    const known = Object.keys(policy.targets).join(', ');
    throw new CommandFailure('UnknownTarget', `The policy has no target '${name}'; it has ${known}.`);
  });
}
