import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nameOf } from './document.ts';
import type { Sighting, Task } from './sightings.ts';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

/** How a task is called. */
export const taskName = ({ switched, cadence }: Task): string =>
  `${switched.length === 0 ? 'all as assumed' : switched.map(nameOf).join(' and ')} (${cadence})`;

/**
 * Plays each in a process of its own processor. Gives the sightings in the order asked for; `onSighting` hears of each as it comes.
 * @throws Error when a process ends before it has answered
 */
export async function playAll(
  all: readonly Task[],
  onSighting: (task: Task, sighting: Sighting) => void = () => undefined,
): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), all.length) }, async () => {
      const child = fork(worker, { execArgv: ['--import', 'tsx'] });
      try {
        for (let place = next++; place < all.length; place = next++) {
          const task = all[place] as Task;
          const sighting = await ask(child, task);
          sightings[place] = sighting;
          onSighting(task, sighting);
        }
      } finally {
        child.kill();
      }
    }),
  );
  return sightings;
}

async function ask(child: ChildProcess, task: Task): Promise<Sighting> {
  const over = new AbortController();
  const end = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`the process for ${taskName(task)} ended with ${code}`);
  });
  // Aborted once the answer is there.
  end.catch(() => undefined);
  try {
    child.send(task);
    const [sighting] = (await Promise.race([once(child, 'message', { signal: over.signal }), end])) as [Sighting];
    return sighting;
  } finally {
    over.abort();
  }
}
