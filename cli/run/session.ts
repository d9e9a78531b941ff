import type { Client } from '../../shared/client/client.ts';
import type { StreamEnd } from '../../shared/journal/log/stream.ts';
import { type NewestPolicy, newestPolicy } from '../../shared/journal/people/policies.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import { CommandFailure } from '../failure.ts';
import { openWorld } from '../world/open.ts';
import { orClosed, type World, type WorldOptions, worldLine } from '../world/world.ts';
import { compilePolicy, readPolicy } from './policy.ts';

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

/** Options of every command that decides from a policy. */
export interface SessionOptions extends WorldOptions {
  /** A file, or `store` for the policy that functions go by. */
  readonly policy: string;
}

/** A policy in force in a world, and the targets that the command is about. */
export interface Session {
  readonly policy: CompiledPolicy;
  readonly world: World;
  readonly targets: readonly CompiledTarget[];
}

/**
 * Opens the world, compiles the policy from its time on, does the work, and closes the world whatever happens.
 * @param about `journal` where the work looks into one or writes to it
 * @throws CommandFailure when the policy is broken, the target is not in it, or the world cannot be reached
 */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
  about: 'account' | 'journal' = 'account',
): Promise<T> {
  if (options.policy === policyInStore) return await withStoredPolicy(options, work);
  const document = await readPolicy(options.policy);
  targetNames(document, options.target);
  const world = await openWorld(options, document.store, about);
  try {
    const policy = compilePolicy(document, world.clock.now());
    const names = targetNames(document, options.target);
    return await work({ policy, world, targets: names.flatMap((name) => policy.targets[name] ?? []) });
  } finally {
    await world.close();
  }
}

/**
 * The client of one target and how to end its world, for a single call.
 * @throws CommandFailure as `withSession`
 */
export async function withTarget(
  options: SessionOptions & { readonly target: string },
): Promise<{ readonly client: Client; readonly place: string; close(): Promise<void> }> {
  const document = await readPolicy(options.policy);
  targetNames(document, options.target);
  const world = await openWorld(options, document.store);
  return orClosed(world, () => {
    const target = compilePolicy(document, world.clock.now()).targets[options.target] as CompiledTarget;
    return { client: world.clientFor(target), place: worldLine(world), close: world.close };
  });
}

function targetNames(document: PolicyDocument, wanted: string | undefined): readonly string[] {
  const names = Object.keys(document.targets);
  if (wanted === undefined) return names;
  if (names.includes(wanted)) return [wanted];
  throw new CommandFailure('UnknownTarget', `The policy has no target '${wanted}'; it has ${names.join(', ')}.`);
}

/** The newest policy of a store. @throws CommandFailure `PolicyMissing` where a record is listed but gone @throws StoreError */
export async function newestIn(world: Pick<World, 'store'>): Promise<NewestPolicy & { readonly end: StreamEnd }> {
  const newest = await runStoring(world.store, newestPolicy());
  if (newest.end) return { ...newest, end: newest.end };
  throw new CommandFailure(
    'PolicyMissing',
    `The newest policy is listed in ${world.store.name}, but not there: run 'streamwarden journal verify', and restore the record from a backup.`,
  );
}
