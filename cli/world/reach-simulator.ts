import { systemClock } from '../../shared/client/system-clock.ts';
import { type ControlClient, controlClient } from '../../simulator/front/control-client.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { CommandFailure } from '../failure.ts';
import { callerOf } from './caller.ts';
import { clientsOf } from './clients.ts';
import { publishedIdentity } from './in-process.ts';
import { lastingState } from './state.ts';
import type { World } from './world.ts';

/** How long a simulator that runs may take to answer at all, in milliseconds. */
const patienceMs = 10_000;

/** A simulator in another process: its control API, and its world as it was when asked. */
export interface ReachedSimulator {
  readonly control: ControlClient;
  readonly summary: Awaited<ReturnType<ControlClient['world']>>;
  /** The first account of the world. */
  readonly accountId: string;
}

/**
 * Asks the simulator at an address for its world.
 * @param how the command that starts one which fits
 * @throws CommandFailure `Usage` for text that is no address, `NoSimulator` when no simulator answers there
 */
export async function reachSimulator(url: string, how = 'streamwarden simulator'): Promise<ReachedSimulator> {
  const next = `Start one with '${how}' and give the address that it prints.`;
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) {
    throw new CommandFailure('Usage', `--simulator is '${url}', not an address such as http://127.0.0.1:8080. ${next}`);
  }
  const control = controlClient(url);
  const summary = await control.world(AbortSignal.timeout(patienceMs)).catch((cause: unknown) => {
    throw new CommandFailure('NoSimulator', `No simulator answers at ${url} (${reasonOf(cause)}). ${next}`, { cause });
  });
  const account = summary?.accounts?.[0];
  if (!account) throw new CommandFailure('NoSimulator', `What answers at ${url} is no simulator with an account. ${next}`);
  return { control, summary, accountId: account.id };
}

/** Why a call of the control API failed, without the words around it: a text, or the error of the connection. */
function reasonOf(failure: unknown): string {
  const { cause } = failure as { readonly cause?: unknown };
  if (!(cause instanceof Error)) return String(cause ?? failure);
  if (cause.name === 'AbortError') return `nothing within ${patienceMs / 1000} seconds`;
  return cause instanceof SyntaxError ? 'its answer is not JSON' : ((cause as NodeJS.ErrnoException).code ?? cause.message);
}

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
