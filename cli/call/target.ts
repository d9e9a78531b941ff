import { mismatchText } from '../../shared/client/caller-identity.ts';
import type { Client } from '../../shared/client/client.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import { orClosed, type WorldOptions, worldLine } from '../world/world.ts';

interface CallTarget extends WorldOptions {
  readonly policy: string;
  readonly endpoint?: string;
  readonly account?: string;
}

/** What a single call goes through, where it goes, and how to end that. */
interface Called {
  readonly client: Client;
  readonly place: string;
  close(): Promise<void>;
}

/**
 * The client that a single call goes through, and how to end its world. Without a policy nothing states the account, so a call that writes has to
 * name it. @throws CommandFailure when options contradict each other, or the keys are of another account than is named
 */
export async function callTarget(options: CallTarget, writes: boolean): Promise<Called> {
  const { openWorld } = await import('../world/open.ts');
  if (options.endpoint !== undefined) {
    if (options.target !== undefined || options.simulator !== undefined) {
      throw new CommandFailure('Usage', '--endpoint is the cloud with your own keys; leave out --target and --simulator.');
    }
    if (writes && options.account === undefined) {
      throw new CommandFailure('Usage', 'Name the account with --account. Nothing is sent if the keys belong to another one.');
    }
    const world = await openWorld({ ...options, target: options.endpoint });
    const { account, endpoint } = options;
    if (account !== undefined) {
      const caller = await orClosed(world, () => world.caller());
      if (caller.account !== account) {
        await world.close();
        throw new CommandFailure('AccountMismatch', `Nothing was sent: ${mismatchText(account, '--account', caller)}`);
      }
    }
    return { client: world.clientFor(ownAccount(endpoint)), place: worldLine(world), close: world.close };
  }
  if (options.target !== undefined) {
    const { withTarget } = await import('../run/session.ts');
    return await withTarget({ ...options, target: options.target });
  }
  const world = await openWorld(options);
  const role = options.account === undefined ? {} : { account: options.account, role: 'streamwarden' };
  return { client: world.clientFor({ ...ownAccount('cn-shanghai'), ...role }), place: worldLine(world), close: world.close };
}

/** The identity's own account: no role is assumed. */
function ownAccount(endpoint: string): CompiledTarget {
  return { name: endpoint, account: '', endpoint, timezone: 'UTC', shardByRegion: false };
}
