import { createHash } from 'node:crypto';

/** SHA-256 of a policy's source text as UTF-8, lower-case hex; ties a compiled policy to the file it came from. */
export function sourceHash(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}
