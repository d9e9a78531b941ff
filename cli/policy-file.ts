import { createReadStream } from 'node:fs';
import { CommandFailure } from './failure.ts';

/** Larger files are no policies; reading one by mistake should not take memory and minutes. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The text of a policy file.
 * @throws CommandFailure `PolicyNotRead` when it cannot be read, is not UTF-8, or is larger than 4 MB
 */
export async function readPolicyText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  try {
    // One byte more shows that there is more; a device such as /dev/zero never ends.
    for await (const part of createReadStream(file, { end: mostBytes })) parts.push(part as Buffer);
  } catch (cause) {
    throw new CommandFailure('PolicyNotRead', `${file} ${whyUnread(cause)}; name the policy file, or start from policy.example.yaml`, {
      cause,
    });
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > mostBytes) throw new CommandFailure('PolicyNotRead', `${file} is larger than 4 MB; name a policy file`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandFailure('PolicyNotRead', `${file} is not UTF-8 text; save it as UTF-8`, { cause });
  }
}

/** Why a file could not be read, to stand behind its name. */
export function whyUnread(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES') return 'may not be read by this user';
  return `cannot be read (${code ?? 'unknown reason'})`;
}
