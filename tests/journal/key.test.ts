import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromSegment, isKey, keyOf, maxSequence, parseStreamKey, segment, streamKey } from '../../shared/journal/store/key.ts';

describe('segment', () => {
  test.each([
    ['aig-1', 'aig-1'],
    ['a/b', 'a%2Fb'],
    ['..', '%2E.'],
    ['.hidden', '%2Ehidden'],
    ['v1.2', 'v1.2'],
    ['100%', '100%25'],
    ["it's (a) *~!", 'it%27s%20%28a%29%20%2A%7E%21'],
    ['中', '%E4%B8%AD'],
  ])('%j becomes %j', (text, encoded) => expect(segment(text)).toBe(encoded));

  test('is reversible and always a key by itself, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (text) => {
        expect(fromSegment(segment(text))).toBe(text);
        expect(isKey(segment(text))).toBe(true);
        expect(segment(text)).not.toContain('/');
      }),
    );
  });

  test.each(['', '\ud800'])('refuses %j, which no key can hold', (text) => {
    expect(() => segment(text)).toThrow(expect.objectContaining({ name: 'JournalError', code: 'InvalidSegment' }));
  });

  test('refuses to decode what is not percent-encoded', () => {
    expect(() => fromSegment('100%')).toThrow(expect.objectContaining({ code: 'InvalidSegment' }));
  });
});

describe('keys of numbered streams', () => {
  test('numbers have eight digits, so that the order of keys is the order of numbers', () => {
    expect(streamKey(keyOf('written', 'f', '1'), 42)).toBe('written/f/1/00000042');
    fc.assert(
      fc.property(fc.nat(maxSequence), fc.nat(maxSequence), (a, b) => {
        expect(streamKey('s', a) < streamKey('s', b)).toBe(a < b);
        expect(parseStreamKey(streamKey('s/t', a))).toEqual({ stream: 's/t', sequence: a });
      }),
    );
  });

  test.each(['runs/2026/11/24/x', 's/0000001', 's/000000001', '00000001', 's/0000000a'])('%s is no numbered key', (key) => {
    expect(parseStreamKey(key)).toBeUndefined();
  });

  test.each([-1, 1.5, maxSequence + 1, Number.NaN])('refuses the number %d', (sequence) => {
    expect(() => streamKey('s', sequence)).toThrow(RangeError);
  });
});
