import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CommandFailure } from './failure.ts';

/** Says so before any work is done where a file would be in the way of `writeWhole`. @throws CommandFailure `FileExists` */
export async function refuseExisting(file: string): Promise<void> {
  const kind = await stat(file).catch(() => undefined);
  if (kind?.isFile()) throw fileExists(file);
}

/**
 * Writes a file as a whole: nobody ever finds half of it, and what stood there stays until the new text is complete. A file that is a link is replaced
 * where it points to. What is no regular file, such as `/dev/stdout` or a pipe, is written to and never replaced.
 * @param keep leaves a file that exists as it is
 * @throws CommandFailure `FileExists` where `keep` is set and the file exists, or has come about since; `NotWritten` where it cannot be written
 */
export async function writeWhole(file: string, text: string, keep = false): Promise<void> {
  try {
    const place = await realpath(file).catch(() => file);
    const kind = await stat(place).catch(() => undefined);
    if (kind !== undefined && !kind.isFile()) await writeFile(place, text);
    else await replaced(place, text, kind?.mode ?? 0o666, keep);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fileExists(file, cause);
    throw new CommandFailure('NotWritten', `${file} could not be written: ${advice(code) ?? `${code ?? cause}; name another file`}.`, {
      cause,
    });
  }
}

async function replaced(place: string, text: string, mode: number, keep: boolean): Promise<void> {
  const beside = `${place}.${randomBytes(4).toString('hex')}.new`;
  try {
    await writeFile(beside, text, { flag: 'wx', mode });
    await (keep ? placed(beside, place) : rename(beside, place));
  } finally {
    await rm(beside, { force: true });
  }
}

/** Gives a file a second name unless that is taken. Some disks know no second names; a copy that fails there is removed again. */
async function placed(beside: string, place: string): Promise<void> {
  await link(beside, place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw error;
    return copyFile(beside, place, constants.COPYFILE_EXCL);
  });
}

function fileExists(file: string, cause?: unknown): CommandFailure {
  const options = cause === undefined ? {} : { cause };
  return new CommandFailure('FileExists', `${file} exists already; choose another name with --out, or --force to overwrite it.`, options);
}

function advice(code: string | undefined): string | undefined {
  if (code === 'ENOENT') return 'its folder does not exist; make it first';
  if (code === 'ENOTDIR') return 'a file stands where its folder should be; name another place';
  if (code === 'EISDIR') return 'it is a folder; name a file in it';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'this user may not write there; name another place';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full; make room and run the command again';
  return undefined;
}
