import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalog } from '../../functions/catalog.ts';
import { CommandFailure } from '../failure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The built bundle of a function.
 * @param dist folder of the bundles; default: the project's
 * @throws CommandFailure `UnknownFunction` when there is none of that name, `NotBuilt` when there is and it has no bundle yet
 */
export function builtBundle(name: string, dist = path.join(root, 'dist')): string {
  const names: readonly string[] = catalog.map(({ manifest }) => manifest.name);
  if (!names.includes(name)) {
    throw new CommandFailure('UnknownFunction', `There is no function '${name}'; there are ${names.join(', ')}.`);
  }
  const file = path.join(dist, name, 'index.js');
  if (existsSync(file)) return file;
  throw new CommandFailure('NotBuilt', `${name} is not built: there is no ${file}. Run 'npm run build', then this again.`);
}
