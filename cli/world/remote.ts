import { systemClock } from '../../shared/client/system-clock.ts';
import { controlClient } from '../../simulator/front/control-client.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { CommandFailure } from '../failure.ts';
import { clientsOf } from './clients.ts';
import { publishedIdentity } from './in-process.ts';
import { lastingState } from './state.ts';
import type { World } from './world.ts';

/**
 * A simulator that runs in another process. Its time is asked for once and goes on from there at its own speed.
 * @throws CommandFailure when nothing answers at the address
 */
export async function openRemote(url: string, state: string | undefined): Promise<World> {
  const summary = await controlClient(url)
    .world()
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandFailure('NoSimulator', `${reason} Start one with 'streamwarden simulator' and give the address it prints.`, {
        cause,
      });
    });
  const [account] = summary.accounts;
  if (!account) throw new CommandFailure('NoSimulator', `The simulator at ${url} has no account.`);
  const askedAtMs = systemClock.now();
  const { worldMs, speed } = summary.clock;
  const clientFor = clientsOf({ identity: publishedIdentity(publishedKey(account.id)), clock: systemClock, simulator: url });
  const lasting = lastingState({ state, policyStore: undefined, id: summary.id });
  return {
    kind: 'simulator',
    id: summary.id,
    headline: `the simulator at ${url} (${summary.id}), ${lasting.store.name}`,
    clock: { now: () => Math.floor(worldMs + (systemClock.now() - askedAtMs) * speed), sleep: systemClock.sleep },
    store: lasting.store,
    clientFor,
    close: lasting.close,
  };
}
