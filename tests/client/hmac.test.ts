import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacSha256, sha256 } from '../../shared/client/hmac.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 200 });

/** Keys around the 64 bytes of a block, where padding turns into hashing. */
const key = fc.oneof(
  text,
  fc.integer({ min: 62, max: 66 }).map((length) => 'k'.repeat(length)),
);

describe('the HMAC of a signature', () => {
  it('is the one that Node computes, whatever the key and the text', () => {
    fc.assert(
      fc.property(key, text, (secret, message) => {
        expect(hmacSha256(secret, message)).toBe(createHmac('sha256', secret).update(message).digest('hex'));
      }),
    );
  });

  it('is of its own key when keys take turns', () => {
    const expected = (secret: string) => createHmac('sha256', secret).update('text').digest('hex');
    expect(['a', 'b', 'a', '', 'a'].map((secret) => hmacSha256(secret, 'text'))).toEqual(['a', 'b', 'a', '', 'a'].map(expected));
  });

  it('rests on the hash that Node computes', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array()), (data) => {
        expect(sha256(data)).toBe(createHash('sha256').update(data).digest('hex'));
      }),
    );
  });
});
