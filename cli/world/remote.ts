import { systemClock } from '../../shared/client/system-clock.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { callerOf } from './caller.ts';
import { clientsOf } from './clients.ts';
import { publishedIdentity } from './in-process.ts';
import { reachSimulator } from './reach-simulator.ts';
import { lastingState } from './state.ts';
import type { World } from './world.ts';

/**
 * A simulator that runs in another process. Its time is asked for once and goes on from there at its own speed.
 * @throws CommandFailure when nothing answers at the address
 */
export async function openRemote(url: string, state: string | undefined): Promise<World> {
  const { control, summary, accountId } = await reachSimulator(url);
  let askedAtMs = systemClock.now();
  let { worldMs, speed } = summary.clock;
  // A simulator whose clock stands still passes time only when it is told to.
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (speed > 0) return systemClock.sleep(ms / speed, signal);
    ({ worldMs, speed } = await control.setClock({ advanceMs: ms }));
    askedAtMs = systemClock.now();
  };
  const identity = publishedIdentity(namedKey(process.env['STREAMWARDEN_SIMULATOR_KEY']) ?? publishedKey(accountId));
  const clock = { now: () => Math.floor(worldMs + (systemClock.now() - askedAtMs) * speed), sleep };
  // A gateway that goes by the world's time tells it too, and would look like one whose clock is wrong.
  const gateway = summary.clock.gatewayClock === 'virtual' ? { now: clock.now, sleep: systemClock.sleep } : systemClock;
  const clientFor = clientsOf({ identity, clock: gateway, simulator: url });
  // STREAMWARDEN_STORE is the cloud's journal: what a simulator did must never count as the account's history.
  const environment = { ...process.env, STREAMWARDEN_STORE: undefined };
  const access = { credentials: identity, clock: gateway, environment, simulator: url };
  const lasting = lastingState({ state, policyStore: undefined, id: summary.id, access });
  return {
    kind: 'simulator',
    id: summary.id,
    headline: `the simulator at ${url} (${summary.id}), ${lasting.store.name}`,
    clock,
    store: lasting.store,
    clientFor,
    caller: () => callerOf(identity, gateway, url),
    close: lasting.close,
  };
}

/** A key of a scenario's `accessKeys` as STREAMWARDEN_SIMULATOR_KEY gives it, `<id>:<secret>`: who somebody is in a simulated account. */
function namedKey(text: string | undefined): { readonly accessKeyId: string; readonly accessKeySecret: string } | undefined {
  const [accessKeyId, accessKeySecret] = text?.split(':') ?? [];
  return accessKeyId && accessKeySecret ? { accessKeyId, accessKeySecret } : undefined;
}
