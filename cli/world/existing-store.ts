import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../shared/client/system-clock.ts';
import { storeOf } from '../../shared/fc/store.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { localCredentials } from '../credentials/local-credentials.ts';
import { CommandFailure } from '../failure.ts';

/**
 * A journal that is there already: `--state`, else STREAMWARDEN_STORE, else the only folder under `.streamwarden`. One that is
 * no folder is read with the keys of this machine.
 * @throws CommandFailure when there is none, or more than one to choose from
 * @throws SettingsError when the one named cannot be used
 */
export function existingStore(state: string | undefined, environment: Readonly<Record<string, string | undefined>> = process.env): Store {
  const named = state ?? (environment['STREAMWARDEN_STORE'] || onlyFolder());
  if (/^\w+:\/\//.test(named)) return storeOf(named, { credentials: localCredentials(environment), clock: systemClock, environment });
  const folder = named.replace(/^dir:/, '');
  if (!existsSync(folder)) throw new CommandFailure('NoJournal', `There is no journal at ${folder}; --state names its folder.`);
  return directoryStore(path.resolve(folder));
}

function onlyFolder(): string {
  const root = '.streamwarden';
  const folders = existsSync(root) ? readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  if (folders.length === 1 && folders[0]) return path.join(root, folders[0].name);
  if (folders.length === 0) throw new CommandFailure('NoJournal', `There is no journal under ${root} here; --state names its folder.`);
  const names = folders.map(({ name }) => path.join(root, name)).join(', ');
  throw new CommandFailure('NoJournal', `There are several journals: ${names}. Choose one with --state.`);
}
