import type { Client } from '../../shared/client/client.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import type { WorldOptions } from '../world/world.ts';

interface CallTarget extends WorldOptions {
  readonly policy: string;
  readonly endpoint?: string;
  readonly account?: string;
}

/** The client that a single call goes through, and how to end its world. @throws CommandFailure when options contradict each other */
export async function callTarget(options: CallTarget): Promise<{ readonly client: Client; close(): Promise<void> }> {
  const { openWorld } = await import('../world/open.ts');
  if (options.endpoint !== undefined) {
    if (options.target !== undefined || options.simulator !== undefined) {
      throw new CommandFailure('Usage', '--endpoint is the cloud with your own keys; leave out --target and --simulator.');
    }
    const world = await openWorld({ ...options, target: options.endpoint });
    return { client: world.clientFor(ownAccount(options.endpoint)), close: world.close };
  }
  if (options.target !== undefined) {
    const { withTarget } = await import('../run/session.ts');
    return await withTarget({ ...options, target: options.target });
  }
  const world = await openWorld(options);
  const role = options.account === undefined ? {} : { account: options.account, role: 'streamwarden' };
  return { client: world.clientFor({ ...ownAccount('cn-shanghai'), ...role }), close: world.close };
}

/** The identity's own account: no role is assumed. */
function ownAccount(endpoint: string): CompiledTarget {
  return { name: endpoint, account: '', endpoint, timezone: 'UTC', shardByRegion: false };
}
