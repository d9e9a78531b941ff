import { CommandFailure } from '../failure.ts';
import type { World, WorldOptions } from './world.ts';

/**
 * The world that the options choose: `simulator` beats `target` beats the in-process one.
 * @throws CommandFailure when options contradict each other, or the world cannot be reached
 */
export async function openWorld(options: WorldOptions, policyStore?: string): Promise<World> {
  if (options.scenario !== undefined && (options.simulator !== undefined || options.target !== undefined)) {
    throw new CommandFailure('Usage', '--scenario is for the embedded simulator; leave out --simulator and --target.');
  }
  if (options.simulator !== undefined) {
    const { openRemote } = await import('./remote.ts');
    return await openRemote(options.simulator, options.state);
  }
  if (options.target !== undefined) {
    const { openCloud } = await import('./cloud.ts');
    return await openCloud(options.target, options.state, policyStore);
  }
  const { openInProcess } = await import('./in-process.ts');
  return await openInProcess(options);
}
