import { systemClock } from '../../shared/client/system-clock.ts';
import { clientsOf } from './clients.ts';
import { lastingState } from './state.ts';
import type { World } from './world.ts';

/**
 * The real service, as the identity of the environment or of the vendor's command line profile.
 * @throws CommandFailure when the policy's store is of a kind that is not available
 */
export async function openCloud(target: string, state: string | undefined, policyStore: string | undefined): Promise<World> {
  const { deskCredentials } = await import('../credentials/desk.ts');
  const { proxyAgent } = await import('./proxy.ts');
  const clientFor = clientsOf({ identity: deskCredentials(), clock: systemClock, agent: await proxyAgent() });
  const lasting = lastingState({ state, policyStore, id: target });
  return {
    kind: 'cloud',
    id: target,
    headline: `the cloud, target ${target}, ${lasting.store.name}`,
    clock: systemClock,
    store: lasting.store,
    clientFor,
    close: lasting.close,
  };
}
