import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agreedAddress, type StoreAccess, storeOf } from '../../shared/fc/store.ts';
import { directoryError, directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';

/** Where journals lie that nobody named another place for. */
const privateName = '.streamwarden';

/** A store and what to do with it when the command ends. */
export interface State {
  readonly store: Store;
  close(): Promise<void>;
}

/** A journal that lives as long as the command. Its folder is made with the first record, so that a command that only reads leaves none behind when it is cut off. */
export function temporaryState(): State {
  const folder = path.join(tmpdir(), `streamwarden-${randomUUID()}`);
  return {
    store: directoryStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * The journal of a world: `--state`, else STREAMWARDEN_STORE, else the policy's `store` (cloud only), else `.streamwarden/<id>`. A name
 * without `dir:` or `oss://` is a folder.
 * @throws SettingsError when the environment and the policy name different stores, or one that cannot be used
 */
export function lastingState(choice: {
  readonly state: string | undefined;
  readonly policyStore: string | undefined;
  readonly id: string;
  /** Also names the store: STREAMWARDEN_STORE. */
  readonly access: StoreAccess;
}): State {
  const { state, policyStore, id, access } = choice;
  const agreed = agreedAddress(access.environment['STREAMWARDEN_STORE'], policyStore);
  const named = state ?? agreed;
  return { store: named === undefined ? privateStore(id) : namedStore(named, access), close: async () => {} };
}

/** The store of a world that nobody named a place for. Nothing is made before the first record: a command that only reads leaves no folder behind. */
function privateStore(id: string): Store {
  const folder = path.join(privateName, encodeURIComponent(id));
  const store = directoryStore(folder);
  // One that an earlier version left open to others is closed by whoever comes first.
  let isPrivate = existsSync(privateName);
  if (isPrivate) privateFolder();
  const create: Store['create'] = async (key, bytes) => {
    try {
      if (!isPrivate) privateFolder();
      isPrivate = true;
    } catch (error) {
      throw directoryError('write', folder, key, error, false);
    }
    return store.create(key, bytes);
  };
  return { ...store, create };
}

/** The folder for journals that nobody named another place for, below `parent`. It keeps itself out of version control, and to its owner. */
export function privateFolder(parent = ''): string {
  const folder = path.join(parent, privateName);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  try {
    writeFileSync(path.join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return folder;
}

/** The store of a name as people write it: `dir:PATH`, `oss://BUCKET/PREFIX`, or just a folder. @throws SettingsError as `storeOf` */
export function namedStore(name: string, access: StoreAccess): Store {
  return storeOf(/^(dir:|\w+:\/\/)/.test(name) ? name : `dir:${name}`, access);
}
