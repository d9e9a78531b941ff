import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { bundleWorker } from '../chaos/bundled-worker.ts';
import type { Configuration } from './configuration.ts';
import type { Exploration } from './explore.ts';

/** What a process may take, in megabytes: two of them fit a machine of eight gigabytes. */
const memoryMb = 3000;

/**
 * Explores configurations in one process per core and tells of each as it ends. After `untilMs` none is begun. Gives what was not begun.
 * @throws Error when a process dies, with the name of what it was exploring
 */
export async function exploreAll(
  configurations: readonly Configuration[],
  {
    maxStates,
    untilMs,
    onEnd,
  }: { readonly maxStates: number; readonly untilMs: number; readonly onEnd: (exploration: Exploration) => void },
): Promise<readonly Configuration[]> {
  const waiting = [...configurations];
  const bundle = await bundleWorker('tests/model/worker.ts');
  const work = async (): Promise<void> => {
    const child = fork(bundle.file, { execArgv: [`--max-old-space-size=${memoryMb}`] });
    try {
      while (waiting.length > 0 && Date.now() < untilMs) onEnd(await exploreIn(child, waiting.shift() as Configuration, maxStates));
    } finally {
      child.kill();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(availableParallelism(), configurations.length) }, work));
  bundle.remove();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return waiting;
}

function exploreIn(child: ChildProcess, configuration: Configuration, maxStates: number): Promise<Exploration> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`The process that explored '${configuration.name}' ended with code ${code}; see above.`));
    };
    child.once('exit', onExit);
    child.once('message', (exploration) => {
      child.off('exit', onExit);
      resolve(exploration as Exploration);
    });
    child.send({ configuration, maxStates });
  });
}
