/** A process of `npm run example-weeks`: plays in the way that it is sent, and answers with what it came to. */
import { type Asked, playAsked } from './ways.ts';

process.on('message', async (asked: Asked) => {
  process.send?.(await playAsked(asked));
});

// Nobody is left to tell.
process.on('disconnect', () => process.exit());
