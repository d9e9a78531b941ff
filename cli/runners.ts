import { type CatalogEntry, catalog } from '../functions/catalog.ts';
import { automationRunner, type Runner } from '../shared/engine/runner.ts';

/** What runs the functions of a catalog, in the order in which the command line runs them: those first that the others go by. */
export async function runnersOf(entries: readonly CatalogEntry[]): Promise<readonly Runner[]> {
  const first = entries.filter(({ manifest }) => manifest.runsFirst);
  const ordered = [...first, ...entries.filter((entry) => !first.includes(entry))];
  const loaded = await Promise.all(ordered.map(({ runs }) => runs?.()));
  return loaded.flatMap((found) => (found === undefined ? [] : ['run' in found ? found : automationRunner(found)]));
}

/** The functions that the command line can run, in the order in which it runs them. */
export const runners: readonly Runner[] = await runnersOf(catalog);
