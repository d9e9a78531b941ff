import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { bundleWorker } from '../chaos/bundled-worker.ts';
import type { Result, Task } from './task.ts';

/** What a process may take, in megabytes: two of them fit a machine of eight gigabytes. Most of what is made lives for a moment only. */
const memory = ['--max-old-space-size=3000', '--max-semi-space-size=64'];

/**
 * Does tasks in so many processes (default: one per core), each in turn, and tells of each as it ends. After `untilMs` none is begun. Gives what
 * was not begun.
 * @throws Error when a process dies, with the name of what it was doing
 */
export async function performAll(
  tasks: readonly Task[],
  {
    untilMs,
    workers = availableParallelism(),
    onEnd,
  }: { readonly untilMs: number; readonly workers?: number | undefined; readonly onEnd: (result: Result) => void },
): Promise<readonly Task[]> {
  const waiting = [...tasks];
  const bundle = await bundleWorker('tests/model/worker.ts');
  const work = async (): Promise<void> => {
    const child = fork(bundle.file, { execArgv: memory });
    try {
      while (waiting.length > 0 && Date.now() < untilMs) onEnd(await performIn(child, waiting.shift() as Task));
    } finally {
      child.kill();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(workers, tasks.length) }, work));
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
