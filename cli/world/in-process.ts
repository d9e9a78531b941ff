import { Credentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { demoScenario, loadScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { callerOf } from './caller.ts';
import { clientsOf } from './clients.ts';
import { lastingState, temporaryState } from './state.ts';
import { orClosed, type World } from './world.ts';

/** A world inside this process, with the simulator itself for those who want to move its time. */
export interface InProcessWorld extends World {
  readonly simulator: Simulator;
}

/** Keys of the simulator's own account of that id, as the simulator publishes them. */
export function publishedIdentity(key: { readonly accessKeyId: string; readonly accessKeySecret: string }) {
  const credentials = new Credentials(
    { accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret, securityToken: undefined },
    'The published test key',
  );
  return { get: async () => credentials };
}

/**
 * Starts a simulator in this process and speaks to it over HTTP on the loopback address like any other client.
 * @throws ScenarioError when the scenario cannot be read
 */
export async function openInProcess(options: {
  readonly scenario?: string | undefined;
  readonly state?: string | undefined;
}): Promise<InProcessWorld> {
  const scenario = options.scenario === undefined ? await demoScenario() : await loadScenario(options.scenario);
  const simulator = await startSimulator({ scenario });
  return orClosed(simulator, () => worldOf(simulator, scenario.title ?? scenario.source, options.state));
}

function worldOf(simulator: Simulator, title: string, place: string | undefined): InProcessWorld {
  const [key] = simulator.accounts;
  if (!key) throw new TypeError('the scenario has no account');
  const identity = publishedIdentity(key);
  const clientFor = clientsOf({ identity, clock: systemClock, simulator: simulator.url });
  const access = { credentials: identity, clock: systemClock, environment: {}, simulator: simulator.url };
  const state =
    place === undefined ? temporaryState() : lastingState({ state: place, policyStore: undefined, id: simulator.world.id, access });
  return {
    kind: 'in-process',
    id: simulator.world.id,
    headline: `an embedded simulator (${title}), ${place === undefined ? 'temporary journal' : state.store.name}`,
    clock: { now: () => simulator.world.clock.nowMs, sleep: async (ms) => simulator.advance(ms) },
    store: state.store,
    clientFor,
    caller: () => callerOf(identity, systemClock, simulator.url),
    simulator,
    close: async () => {
      await simulator.close();
      await state.close();
    },
  };
}
