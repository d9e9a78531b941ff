import { CommandFailure } from '../failure.ts';
import type { World, WorldOptions } from './world.ts';

/**
 * The world that the options choose: `simulator` beats `target` beats the in-process one.
 * @param about `journal` for commands that look into one or write to it: the embedded simulator's is empty at each start and goes with it
 * @throws CommandFailure when options contradict each other, `NoJournal` where nothing can be there, or the world cannot be reached
 */
export async function openWorld(options: WorldOptions, policyStore?: string, about: 'account' | 'journal' = 'account'): Promise<World> {
  if (options.scenario !== undefined && (options.simulator !== undefined || options.target !== undefined)) {
    throw new CommandFailure('Usage', '--scenario is for the embedded simulator; leave out --simulator and --target.');
  }
  if (options.simulator !== undefined) {
    const { openRemote } = await import('./reach-simulator.ts');
    return await openRemote(options.simulator, options.state);
  }
  if (options.target !== undefined) {
    const { openCloud } = await import('./cloud.ts');
    return await openCloud(options.target, options.state, policyStore);
  }
  if (about === 'journal' && options.state === undefined) {
    throw new CommandFailure(
      'NoJournal',
      'This is about a journal, and the one of the embedded simulator is empty at each start. Name --target for the cloud, --simulator for one that runs, or a journal with --state.',
    );
  }
  const { openInProcess } = await import('./in-process.ts');
  return await openInProcess(options);
}
