import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Sighting, Switched } from './sightings.ts';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

/**
 * Plays each in a process of its own processor. Gives the sightings in the order asked for; `onSighting` hears of each as it comes.
 * @throws Error when a process ends before it has answered
 */
export async function playAll(
  all: readonly (Switched | undefined)[],
  onSighting: (switched: Switched | undefined, sighting: Sighting) => void,
): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), all.length) }, async () => {
      const child = fork(worker, { execArgv: ['--import', 'tsx'] });
      try {
        for (let place = next++; place < all.length; place = next++) {
          const switched = all[place];
          const sighting = await ask(child, switched);
          sightings[place] = sighting;
          onSighting(switched, sighting);
        }
      } finally {
        child.kill();
      }
    }),
  );
  return sightings;
}

async function ask(child: ChildProcess, switched: Switched | undefined): Promise<Sighting> {
  const over = new AbortController();
  const end = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`the process for ${switched ? `${switched.name} = ${switched.value}` : 'the defaults'} ended with ${code}`);
  });
  // Aborted once the answer is there.
  end.catch(() => undefined);
  try {
    child.send(switched ? { switched } : {});
    const [sighting] = (await Promise.race([once(child, 'message', { signal: over.signal }), end])) as [Sighting];
    return sighting;
  } finally {
    over.abort();
  }
}
