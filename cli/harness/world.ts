import type { EpochMs } from '../../shared/client/clock.ts';
import { type AccessKey, publishedKey } from '../../simulator/front/keys.ts';
import { demoScenario, loadScenario } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { CommandFailure } from '../failure.ts';
import { reachSimulator } from '../world/reach-simulator.ts';

/** What a function on this machine acts on: a simulator, reached over HTTP as the cloud would be. */
export interface LocalWorld {
  readonly url: string;
  /** Said before anything else. */
  readonly headline: string;
  /** Whose keys the function has. */
  readonly key: AccessKey;
  /** What the function takes for the present; undefined: the machine's time, since the simulator judges signatures by it. */
  nowMs(): Promise<EpochMs | undefined>;
  close(): Promise<void>;
}

/**
 * A running simulator, or one that is started here and goes with the command.
 * @throws CommandFailure when nothing answers at the address, ScenarioError when the scenario cannot be read
 */
export async function localWorld(options: {
  readonly simulator?: string | undefined;
  readonly scenario?: string | undefined;
}): Promise<LocalWorld> {
  if (options.simulator !== undefined && options.scenario !== undefined) {
    throw new CommandFailure('Usage', '--scenario is for the embedded simulator; leave out --simulator.');
  }
  return options.simulator === undefined ? await embedded(options.scenario) : await running(options.simulator);
}

async function embedded(file: string | undefined): Promise<LocalWorld> {
  const scenario = file === undefined ? await demoScenario() : await loadScenario(file);
  const simulator = await startSimulator({ scenario, gatewayClock: 'virtual', speed: 1 });
  const [key] = simulator.accounts;
  if (!key) throw new TypeError('the scenario has no account');
  return {
    url: simulator.url,
    headline: `an embedded simulator (${scenario.title ?? scenario.source}), journal in its OSS`,
    key,
    nowMs: async () => simulator.timeline.catchUp(),
    close: () => simulator.close(),
  };
}

async function running(url: string): Promise<LocalWorld> {
  const { control, summary, accountId } = await reachSimulator(url, 'streamwarden simulator --gateway-clock virtual');
  const virtual = summary.clock.gatewayClock === 'virtual';
  const time = virtual ? '' : "; the function reads this machine's clock, not the world's: that needs --gateway-clock virtual there";
  return {
    url,
    headline: `the simulator at ${url} (${summary.id}), journal in its OSS${time}`,
    key: publishedKey(accountId),
    nowMs: async () => (virtual ? (await control.clock()).worldMs : undefined),
    close: async () => {},
  };
}
