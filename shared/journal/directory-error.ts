import { StoreError, type StoreErrorCode } from './store-error.ts';

/** The operating system's name of an error, e.g. `ENOENT`; undefined for other errors. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

const known: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  ENOSPC: ['Full', 'The disk is full: free some space, then run again.'],
  EFBIG: ['Full', 'A limit on the size of files is in force: raise it, then run again.'],
  EDQUOT: ['Full', 'The quota is used up: free some space or raise it, then run again.'],
  EACCES: ['Denied', 'Permission denied: give the user that runs Streamwarden read and write access to this directory.'],
  EPERM: ['Unsupported', 'The file system refuses hard links or this user may not make them: choose a directory on a local disk.'],
  ENOTSUP: ['Unsupported', 'The file system has no hard links: choose a directory on a local disk.'],
  EOPNOTSUPP: ['Unsupported', 'The file system has no hard links: choose a directory on a local disk.'],
  ENOSYS: ['Unsupported', 'The file system has no hard links: choose a directory on a local disk.'],
  EINVAL: [
    'Unsupported',
    'The file system cannot flush a file or a folder, so a record could be lost in a power cut: choose a directory on a local disk.',
  ],
  EXDEV: [
    'Unsupported',
    'A part of the journal lies on another file system, such as a mount inside of it: choose a directory that is one file system.',
  ],
  EROFS: ['ReadOnly', 'The file system is read-only: choose another directory with --state or STREAMWARDEN_STORE.'],
  ENOTDIR: ['NotDirectory', 'A file stands where a directory is needed: remove it or choose another directory.'],
  EISDIR: ['NotDirectory', 'A directory stands where a record is needed: the journal was changed by hand; restore it or choose another.'],
  EEXIST: ['NotDirectory', 'A file stands where a directory is needed: remove it or choose another directory.'],
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
