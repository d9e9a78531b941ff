import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { bundleWorker } from '../chaos/bundled-worker.ts';
import type { Result, Task } from './task.ts';

/** What a process may take, in megabytes: two of them fit a machine of eight gigabytes. */
const memoryMb = 3000;

/**
 * Does tasks in one process per core and tells of each as it ends. After `untilMs` none is begun. Gives what was not begun.
 * @throws Error when a process dies, with the name of what it was doing
 */
export async function performAll(
  tasks: readonly Task[],
  { untilMs, onEnd }: { readonly untilMs: number; readonly onEnd: (result: Result) => void },
): Promise<readonly Task[]> {
  const waiting = [...tasks];
  const bundle = await bundleWorker('tests/model/worker.ts');
  const work = async (): Promise<void> => {
    const child = fork(bundle.file, { execArgv: [`--max-old-space-size=${memoryMb}`] });
    try {
      while (waiting.length > 0 && Date.now() < untilMs) onEnd(await performIn(child, waiting.shift() as Task));
    } finally {
      child.kill();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  bundle.remove();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return waiting;
}

function performIn(child: ChildProcess, task: Task): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`The process that did '${task.name}' ended with code ${code}; see above.`));
    };
    child.once('exit', onExit);
    child.once('message', (result) => {
      child.off('exit', onExit);
      resolve(result as Result);
    });
    child.send(task);
  });
}
