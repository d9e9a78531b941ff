/** A process of `npm run assumptions`: plays each task that it is sent, one after another, and answers with what was seen. */
import { sightingOf, type Task } from './sightings.ts';

process.on('message', async (task: Task) => {
  process.send?.(await sightingOf(task));
});

// Nobody is left to tell.
process.on('disconnect', () => process.exit());
