import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isRecordKey } from '../log/record-key.ts';
import { checkedFolder, checkedKey, checkedPrefix, isKey } from './key.ts';
import { type Store, StoreError, type StoreErrorCode } from './store.ts';

type OnForeign = (name: string) => void;

/** Where records are written before they get their name. No key reaches it, since segments never begin with a dot. */
const pendingFolder = '.pending';

/** What lies in the folder and is neither a record nor foreign. */
const ours: ReadonlySet<string> = new Set([`${pendingFolder}/`, '.gitignore']);

/**
 * A store in a directory of this machine, made when first written to. A record is written and flushed under a temporary name, then
 * linked to its own: linking is atomic and refuses a name that is taken, across processes too, so there is one winner and no torn
 * record. Temporary files that a crash leaves behind are ignored; they lie in `.pending` and may be deleted while nothing runs.
 *
 * Needs a file system with hard links. A key cannot be both a record and a prefix of other records, and keys that differ in case
 * only are one record where the file system says so.
 */
export function directoryStore(root: string): Store {
  const folder = path.resolve(root);
  const pending = path.join(folder, pendingFolder);

  function fileOf(key: string): string {
    return path.join(folder, ...checkedKey(key).split('/'));
  }

  async function create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const file = fileOf(key);
    let temporary: string | undefined;
    let linked = false;
    try {
      await makeDurableFolder(path.dirname(file));
      await makeDurableFolder(pending);
      const name = path.join(pending, `${process.pid}-${randomBytes(8).toString('hex')}`);
      const handle = await open(name, 'wx', 0o600);
      temporary = name;
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const won = await linkOnce(name, file);
      linked = won;
      // The loser flushes too: it may go on to act on the winner's record, which must not vanish in a power cut then.
      await flushFolder(path.dirname(file));
      return won ? 'created' : 'exists';
    } catch (error) {
      throw directoryError('write', folder, key, error, linked);
    } finally {
      if (temporary !== undefined) await unlink(temporary).catch(() => {});
    }
  }

  async function read(key: string): Promise<Uint8Array | undefined> {
    const file = fileOf(key);
    try {
      return new Uint8Array(await readFile(file));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw directoryError('read', folder, key, error);
    }
  }

  async function folders(prefix: string): Promise<readonly string[]> {
    const entries = await entriesOf(checkedFolder(prefix));
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return names.filter((name) => isKey(name)).sort(byCodeUnit);
  }

  /** What lies in a folder; nothing where there is none. */
  async function entriesOf(base: string): Promise<readonly Dirent[]> {
    try {
      return await readdir(path.join(folder, base), { withFileTypes: true });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw directoryError('list', folder, base, error);
    }
  }

  async function* list(prefix: string, onForeign: OnForeign = () => {}): AsyncIterable<string> {
    const slash = prefix.lastIndexOf('/');
    const base = prefix.slice(0, slash + 1);
    yield* walk(base, checkedPrefix(prefix).slice(slash + 1), onForeign);
  }

  async function* walk(base: string, namePrefix: string, onForeign: OnForeign): AsyncGenerator<string> {
    // With the slash that keys have, so that the order of names is the order of whole keys: 'a-b' comes before 'a/b'.
    const names = (await entriesOf(base)).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    for (const name of names.sort(byCodeUnit)) {
      if (!name.startsWith(namePrefix) || ours.has(base + name)) continue;
      const key = base + name;
      if (name.endsWith('/') && isKey(key.slice(0, -1))) yield* walk(key, '', onForeign);
      else if (isRecordKey(key)) yield key;
      else onForeign(key);
    }
  }

  return { name: `dir:${folder}`, shared: false, create, read, list, folders };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Gives `to` the content of `from` unless it exists. True when this call did it. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    // A network file system may repeat a request whose answer was lost and refuse the repeat: the link count tells.
    return (await stat(from)).nlink > 1;
  }
}

/** Makes a folder and its parents, and flushes each parent that got a new entry. */
async function makeDurableFolder(wanted: string): Promise<void> {
  // What was ordered, for how much and by whom is nobody else's.
  const first = await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const highest = path.dirname(first);
  let folder = wanted;
  do {
    folder = path.dirname(folder);
    await flushFolder(folder);
  } while (folder !== highest);
}

/** Makes the entries of a folder survive a power cut. Windows has no such call and keeps them by itself. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The operating system's name of an error, e.g. `ENOENT`; undefined for other errors. */
function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

type Meaning = readonly [StoreErrorCode, string];

const noLinks: Meaning = ['Unsupported', 'The file system has no hard links: choose a directory on a local disk.'];
const inTheWay: Meaning = ['NotDirectory', 'A file stands where a directory is needed: remove it or choose another directory.'];

const known: Readonly<Record<string, Meaning>> = {
  ENOSPC: ['Full', 'The disk is full: free some space, then run again.'],
  EFBIG: ['Full', 'A limit on the size of files is in force: raise it, then run again.'],
  EDQUOT: ['Full', 'The quota is used up: free some space or raise it, then run again.'],
  EACCES: ['Denied', 'Permission denied: give the user that runs Streamwarden read and write access to this directory.'],
  EPERM: ['Unsupported', 'The file system refuses hard links or this user may not make them: choose a directory on a local disk.'],
  ENOTSUP: noLinks,
  EOPNOTSUPP: noLinks,
  ENOSYS: noLinks,
  EINVAL: [
    'Unsupported',
    'The file system cannot flush a file or a folder, so a record could be lost in a power cut: choose a directory on a local disk.',
  ],
  EXDEV: [
    'Unsupported',
    'A part of the journal lies on another file system, such as a mount inside of it: choose a directory that is one file system.',
  ],
  EROFS: ['ReadOnly', 'The file system is read-only: choose another directory with --state or STREAMWARDEN_STORE.'],
  ENOTDIR: inTheWay,
  EISDIR: ['NotDirectory', 'A directory stands where a record is needed: the journal was changed by hand; restore it or choose another.'],
  EEXIST: inTheWay,
  ENAMETOOLONG: ['InvalidKey', 'A name in the key is longer than the file system takes.'],
};

/** What a failed file operation means for the store, with what to do. A StoreError passes as it is. `linked`: the record stands already. */
export function directoryError(verb: 'read' | 'write' | 'list', folder: string, key: string, error: unknown, linked = false): StoreError {
  if (error instanceof StoreError) return error;
  const errno = errnoOf(error);
  const [code, advice] = known[errno ?? ''] ?? ['Unreachable', 'Check the disk or the mount, then run again.'];
  return new StoreError(code, `Cannot ${verb} ${key || 'the journal'} in dir:${folder} (${errno ?? String(error)}). ${advice}`, {
    cause: error,
    maybeWritten: verb === 'write' && (linked || code === 'Unreachable'),
  });
}
