import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, encodeRecord, type JournalRecord, linkOf, parseRecord, recordVersion } from '../../shared/journal/log/record.ts';

const link = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const anyRecord: fc.Arbitrary<JournalRecord> = fc.record({
  kind: fc.string(),
  atMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  owner: fc.string(),
  prev: fc.option(link),
  body: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.jsonValue(),
  ),
});

const good: JournalRecord = { kind: 'intents', atMs: Date.UTC(2026, 10, 24, 4), owner: 'me', prev: null, body: { b: 1, a: [true] } };
const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const fieldsOf = (record: JournalRecord) => JSON.parse(new TextDecoder().decode(encodeRecord(record))) as Record<string, unknown>;

describe('records', () => {
  test('are JSON with sorted keys and a final line feed', () => {
    expect(new TextDecoder().decode(encodeRecord(good))).toBe(
      '{"at":"2026-11-24T04:00:00.000Z","body":{"a":[true],"b":1},"kind":"intents","owner":"me","prev":null,"v":1}\n',
    );
  });

  test('come back from their bytes, and equal records have equal bytes', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const back = parseRecord('k', encodeRecord(record));
        expect(encodeRecord(back)).toEqual(encodeRecord(record));
        expect({ ...back, body: JSON.stringify(sortKeys(back.body)) }).toEqual({ ...record, body: JSON.stringify(sortKeys(record.body)) });
      }),
    );
  });

  test('the link is the SHA-256 of the bytes', () => {
    const bytes = encodeRecord(good);
    expect(linkOf(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('unknown kinds and unknown members pass', () => {
    const record = parseRecord('k', bytesOf({ ...fieldsOf(good), kind: 'from-the-future', extra: 1 }));
    expect(record).toMatchObject({ kind: 'from-the-future', body: good.body });
  });

  test.each<[string, unknown, string]>([
    ['no JSON', 'half a rec', 'not JSON'],
    ['empty', '', 'not JSON'],
    ['not an object', [1], 'wrong or missing'],
    ['no kind', { ...fieldsOf(good), kind: undefined }, 'kind'],
    ['a time without milliseconds', { ...fieldsOf(good), at: '2026-11-24T04:00:00Z' }, 'at'],
    ['an impossible time', { ...fieldsOf(good), at: '2026-13-24T04:00:00.000Z' }, 'at'],
    ['a link that is no hash', { ...fieldsOf(good), prev: 'abc' }, 'prev'],
    ['a body that is a list', { ...fieldsOf(good), body: [] }, 'body'],
    ['no version', { ...fieldsOf(good), v: undefined }, 'v'],
    ['version zero', { ...fieldsOf(good), v: 0 }, 'v'],
  ])('%s is refused with the key and what to do', (_name, value, where) => {
    const refused = () => parseRecord('written/f/1/00000007', bytesOf(value));
    expect(refused).toThrow(expect.objectContaining({ name: 'JournalError', code: 'MalformedRecord' }));
    expect(refused).toThrow(where);
    expect(refused).toThrow('written/f/1/00000007');
    expect(refused).toThrow('journal verify');
  });

  test('bytes that are not UTF-8 are refused', () => {
    expect(() => parseRecord('k', Uint8Array.from([0x22, 0xff, 0x22]))).toThrow(expect.objectContaining({ code: 'MalformedRecord' }));
  });

  test('a record of a later format asks for an update instead of being called broken', () => {
    expect(() => parseRecord('k', bytesOf({ ...fieldsOf(good), v: recordVersion + 1 }))).toThrow(
      expect.objectContaining({ code: 'NewerRecord' }),
    );
  });
});

describe('canonical JSON', () => {
  test.each<[unknown, string]>([
    [{ b: 1, a: undefined, c: [undefined, null] }, '{"b":1,"c":[null,null]}'],
    [{ amount: 12n }, '{"amount":"12"}'],
    [{ é: 'ü\n', Z: -0 }, '{"Z":0,"é":"ü\\n"}'],
  ])('%o', (value, text) => expect(canonicalJson(value)).toBe(text));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x')])('refuses %o', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });

  test('does not depend on the order in which members were set, and means the same as JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        (value) => {
          const reversed = Object.fromEntries(Object.entries(value).reverse());
          expect(canonicalJson(reversed)).toBe(canonicalJson(value));
          expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });
});

/** Sorts deeply by another way than the code under test: through entries of a map. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  const map = new Map(Object.entries(value));
  return [...map.keys()].sort().map((key) => [key, sortKeys(map.get(key))]);
}
