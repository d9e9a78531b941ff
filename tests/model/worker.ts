/** A process of `npm run model`: explores the configurations that it is sent, one after another, and answers with what came of each. */
import type { Configuration } from './configuration.ts';
import { explore } from './explore.ts';

process.on('message', ({ configuration, maxStates }: { readonly configuration: Configuration; readonly maxStates: number }) => {
  process.send?.(explore(configuration, maxStates));
});

// Nobody is left to tell.
process.on('disconnect', () => process.exit());
