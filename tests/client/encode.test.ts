import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuery, encodeInput, flatten, joinPairs, type Pair } from '../../shared/client/encode.ts';
import { percentEncode } from '../../shared/client/percent.ts';
import { canonicalHeadersV3, signatureDate, signV3 } from '../../shared/client/sign.ts';
import { readThing, writeThing } from './rows.ts';

/** RFC 3986 from the platform's encoder and nothing of ours. */
const oracle = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyPairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), anyText), { maxLength: 20 });

describe('percent encoding', () => {
  it('is RFC 3986 for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => percentEncode(text) === oracle(text)),
      { numRuns: 2000 },
    );
  });

  it('is RFC 3986 for every single byte', () => {
    for (let code = 0; code < 256; code += 1) expect(percentEncode(String.fromCharCode(code))).toBe(oracle(String.fromCharCode(code)));
  });

  it('replaces half a surrogate pair instead of throwing', () => {
    expect(percentEncode('a\ud800b')).toBe('a%EF%BF%BDb');
    expect(percentEncode('\udfff*')).toBe('%EF%BF%BD%2A');
  });
});

describe('pairs', () => {
  it('joined and read by the platform, they are the same pairs', () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        const read = joinPairs(pairs)
          .split('&')
          .filter((pair) => pair !== '')
          .map((pair) => pair.split('=').map(decodeURIComponent));
        expect(read).toEqual(pairs);
      }),
    );
  });

  it('are sorted by raw name in code-unit order, whatever order they came in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), anyText), { selector: ([name]) => name }), (pairs) => {
        const sorted = canonicalQuery(pairs);
        expect(canonicalQuery([...pairs].reverse())).toBe(sorted);
        const names = sorted
          .split('&')
          .filter((pair) => pair !== '')
          .map((pair) => decodeURIComponent(pair.split('=')[0] as string));
        expect(names).toEqual(pairs.map(([name]) => name).sort());
      }),
    );
  });
});

describe('flattening', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const nested = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[A-Z][a-z]{0,5}$/), tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  it('names every leaf by its path, and only leaves', () => {
    fc.assert(
      fc.property(nested, (value) => {
        const pairs: Pair[] = [];
        flatten('P', value, pairs);
        for (const [name, text] of pairs) {
          let at: unknown = value;
          for (const step of name.split('.').slice(1))
            at = Array.isArray(at) ? at[Number(step) - 1] : (at as Record<string, unknown>)[step];
          expect(String(at)).toBe(text);
        }
        expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
        expect(pairs).toHaveLength(leaves(value));
      }),
    );
  });

  function leaves(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1;
    return Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0);
  }
});

describe('placing an input', () => {
  it('goes by the row: query, flat body, JSON body; undefined is left out', () => {
    expect(encodeInput(readThing, { Id: 'a', Filter: ['x', 'y'] })).toEqual({
      query: [['Id', 'a']],
      form: [
        ['Filter.1', 'x'],
        ['Filter.2', 'y'],
      ],
    });
    expect(encodeInput(writeThing, { Id: 'a', Settings: { Amount: 2, Name: '午' }, Password: undefined })).toEqual({
      query: [['Id', 'a']],
      form: [['Settings', '{"Amount":2,"Name":"午"}']],
    });
  });

  it('tells an empty form from an operation without one', () => {
    expect(encodeInput(writeThing, { Id: 'a' }).form).toEqual([]);
    expect(encodeInput({ params: {} }, {}).form).toBeUndefined();
  });
});

describe('signing', () => {
  const base = {
    method: 'POST',
    host: 'h.example',
    path: '/',
    query: '',
    body: '',
    action: 'A',
    version: '1',
    date: '2026-11-24T04:00:00Z',
    nonce: 'n',
  };

  it('of the usual headers is the same with and without sorting them', () => {
    for (const contentType of [undefined, 'application/x-www-form-urlencoded']) {
      for (const securityToken of [undefined, 'token']) {
        const usual = { ...base, contentType, securityToken };
        expect(canonicalHeadersV3({ ...usual, extraHeaders: {} }, 'hash')).toEqual(canonicalHeadersV3(usual, 'hash'));
      }
    }
  });

  it('changes with every part of the request', () => {
    const keys = { accessKeyId: 'id', accessKeySecret: 'secret' };
    const signature = signV3(base, keys).signature;
    for (const [part, value] of Object.entries({ ...base, body: 'x', query: 'a=b', path: '/x' })) {
      const changed = signV3({ ...base, [part]: value === base[part as keyof typeof base] ? `${value}2` : value }, keys);
      expect(changed.signature, part).not.toBe(signature);
    }
    expect(signV3(base, { ...keys, accessKeySecret: 'other' }).signature).not.toBe(signature);
  });

  it('writes instants to the second, rounded down', () => {
    expect(signatureDate(Date.UTC(2026, 10, 24, 4, 5, 6, 999))).toBe('2026-11-24T04:05:06Z');
    expect(signatureDate(Date.UTC(2026, 10, 24, 4, 5, 7))).toBe('2026-11-24T04:05:07Z');
  });
});
