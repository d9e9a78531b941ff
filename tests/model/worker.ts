/** A process of `npm run model`: does what it is sent, one task after another, and answers with what came of each. */
import { perform, type Task } from './task.ts';

process.on('message', (task: Task) => {
  process.send?.(perform(task));
});

// Nobody is left to tell.
process.on('disconnect', () => process.exit());
