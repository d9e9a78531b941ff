import type { Caller } from '../../shared/client/caller-identity.ts';
import type { Client } from '../../shared/client/client.ts';
import type { Clock } from '../../shared/client/clock.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';

/** Where a command acts: the cloud, a running simulator, or one inside this process. */
export interface World {
  readonly kind: 'cloud' | 'simulator' | 'in-process';
  /** Names the state folder of this world. */
  readonly id: string;
  /** Said on the first line of each command's output. */
  readonly headline: string;
  /** The time that decisions go by: the world's, which in a simulator is not the wall's. */
  readonly clock: Clock;
  readonly store: Store;
  /** A client that acts as the target's role. The same target gives the same client. */
  clientFor(target: CompiledTarget): Client;
  /** Who the keys of this world belong to, asked of STS. */
  caller(): Promise<Caller>;
  /** Ends connections and servers; removes what was temporary. */
  close(): Promise<void>;
}

/** The first line of a command's output: where it looks. */
export function worldLine({ headline }: Pick<World, 'headline'>): string {
  return `World: ${headline}`;
}

/**
 * Does what remains until a world can be handed over, and ends what was started if that fails: a server that listens keeps the process alive for good.
 */
export async function orClosed<T>({ close }: Pick<World, 'close'>, rest: () => T | Promise<T>): Promise<T> {
  try {
    return await rest();
  } catch (error) {
    await close();
    throw error;
  }
}

/** The options that choose a world, shared by all commands that have one. */
export interface WorldOptions {
  /** Name of a target of the policy. Without `simulator`: the cloud. */
  readonly target?: string;
  /** Address of a running simulator. */
  readonly simulator?: string;
  /** The journal. Default: in the cloud STREAMWARDEN_STORE, else the policy's `store`; else `.streamwarden/<target or world id>`. */
  readonly state?: string;
  /** Scenario file of the in-process simulator. Default: the demo account. */
  readonly scenario?: string;
}
