import { systemClock } from '../../shared/client/system-clock.ts';
import { callerOf } from './caller.ts';
import { clientsOf } from './clients.ts';
import { lastingState } from './state.ts';
import type { World } from './world.ts';

/**
 * The real service, as the identity of the environment or of the vendor's command line profile.
 * @throws SettingsError when the policy's store and the environment's differ, or cannot be used; CommandFailure `ProxyUnusable`
 */
export async function openCloud(target: string, state: string | undefined, policyStore: string | undefined): Promise<World> {
  const { localCredentials } = await import('../credentials/local-credentials.ts');
  const { proxyConnect } = await import('./proxy.ts');
  const identity = localCredentials();
  // Everything goes through it already; said here, so that a proxy which cannot be used is one message and not a failure of each call.
  proxyConnect(process.env);
  const clientFor = clientsOf({ identity, clock: systemClock });
  const access = { credentials: identity, clock: systemClock, environment: process.env };
  const lasting = lastingState({ state, policyStore, id: target, access });
  return {
    kind: 'cloud',
    id: target,
    headline: `the cloud, target ${target}, ${lasting.store.name}`,
    clock: systemClock,
    store: lasting.store,
    clientFor,
    caller: () => callerOf(identity, systemClock),
    close: lasting.close,
  };
}
