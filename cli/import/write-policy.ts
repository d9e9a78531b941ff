import { randomBytes } from 'node:crypto';
import { access, rename, rm, writeFile } from 'node:fs/promises';
import { CommandFailure } from '../failure.ts';

/** Says so before anything is read where the file to write exists already. @throws CommandFailure `FileExists` unless `force` */
export async function refuseExisting(file: string, force: boolean): Promise<void> {
  if (force) return;
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw fileExists(file);
}

/**
 * Writes the policy file. Without `force` an existing file stays as it is, even one that has come about since; with it the file is replaced as a
 * whole, so that nobody ever reads half of one.
 * @throws CommandFailure `FileExists`, or `NotWritten` where the file cannot be written
 */
export async function writePolicy(file: string, text: string, force: boolean): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}.new`;
  try {
    if (force) {
      await writeFile(beside, text, { flag: 'wx' });
      await rename(beside, file);
    } else await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    if (force) await rm(beside, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && !force) throw fileExists(file, cause);
    const why = code === 'ENOENT' ? 'its folder does not exist; make it first' : `${code ?? cause}; choose another file with --out`;
    throw new CommandFailure('NotWritten', `${file} could not be written: ${why}.`, { cause });
  }
}

function fileExists(file: string, cause?: unknown): CommandFailure {
  const options = cause === undefined ? {} : { cause };
  return new CommandFailure('FileExists', `${file} exists already; choose another name with --out, or --force to overwrite it.`, options);
}
