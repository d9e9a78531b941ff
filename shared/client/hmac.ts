import * as crypto from 'node:crypto';

// One-shot hashing is several times as fast as a hash object where it exists (Node 20.12); older ones get the object.
const oneShot: typeof crypto.hash | undefined = crypto.hash;

/** Bytes that SHA-256 takes at a time; a key is padded to it. */
const blockBytes = 64;

/** Lower-case hex SHA-256. Text counts as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return oneShot ? oneShot('sha256', data, 'hex') : crypto.createHash('sha256').update(data).digest('hex');
}

let paddedKey: string | undefined;
let inner = Buffer.alloc(0);
let outer = Buffer.alloc(0);

/**
 * Lower-case hex HMAC-SHA256 (RFC 2104) of text; key and text count as UTF-8. Two one-shot hashes: the object that Node makes for an HMAC
 * costs more than the whole rest of a signature, most of it when it is collected.
 */
export function hmacSha256(key: string, text: string): string {
  if (!oneShot) return crypto.createHmac('sha256', key).update(text).digest('hex');
  if (key !== paddedKey) pad(key);
  outer.write(sha256(Buffer.concat([inner, Buffer.from(text, 'utf8')])), blockBytes, 'hex');
  return sha256(outer);
}

/** Prepares the two blocks that a key makes. Kept for the next call, since a client signs with one key for hours. */
function pad(key: string): void {
  const bytes = Buffer.from(key, 'utf8');
  const short = bytes.length > blockBytes ? Buffer.from(sha256(bytes), 'hex') : bytes;
  inner = Buffer.alloc(blockBytes, 0x36);
  // Behind its block there is room for the inner hash.
  outer = Buffer.alloc(blockBytes + 32, 0x5c);
  for (const [index, byte] of short.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  paddedKey = key;
}
