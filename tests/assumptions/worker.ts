/** A process of `npm run assumptions`: plays under each switch that it is sent, one after another, and answers with what was seen. */
import { type Switched, sightingOf } from './sightings.ts';

process.on('message', async ({ switched }: { readonly switched?: Switched }) => {
  process.send?.(await sightingOf(switched));
});

// Nobody is left to tell.
process.on('disconnect', () => process.exit());
