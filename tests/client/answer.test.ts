import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answer,
  needed,
  type ObjectReader,
  type Reader,
  type ReadOf,
  readDecimal,
  readFlag,
  readInt,
  readList,
  readObject,
  readOneOf,
  readText,
} from '../../shared/client/answer.ts';
import type { OutputOf } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { readValue } from '../../shared/client/read-output.ts';
import { type Described, describeAnswer } from './schema-reading.ts';

describe('a field of an answer', () => {
  it.each([
    ['text', readText, 'a', 'a'],
    ['digits sent as a number', readText, 200, '200'],
    ['a number too large to be exact', readText, 2 ** 60, undefined],
    ['an object where text belongs', readText, { a: 1 }, undefined],
    ['null', readText, null, undefined],
    ['a whole number', readInt, 7, 7],
    ['a whole number as text', readInt, '7', 7],
    ['a negative number as text', readInt, '-1', -1],
    ['a fraction where a whole number belongs', readInt, 7.5, undefined],
    ['words where a number belongs', readInt, 'seven', undefined],
    ['nothing where a number belongs', readInt, '', undefined],
    ['true where a number belongs', readInt, true, undefined],
    ['a decimal as text', readDecimal, '0.25', 0.25],
    ['infinity', readDecimal, Number.POSITIVE_INFINITY, undefined],
    ['a flag', readFlag, false, false],
    ['a flag as text', readFlag, 'true', true],
    ['1 where a flag belongs', readFlag, 1, undefined],
    ['a value that the service learned later', readOneOf<'A' | 'B'>(), 'C', 'C'],
    ['a list', readList(readText), ['a', 'b'], ['a', 'b']],
    ['a list with entries that cannot be read, which stay', readList(readText), ['a', null, {}], ['a', null, {}]],
    ['text where a list belongs', readList(readText), 'a', undefined],
    ['rows of which one is no object', readList(readObject({ Id: readText })), [{ Id: 1 }, 7, null], [{ Id: '1' }, 7, null]],
    ['an object with a field of the wrong type', readObject({ Id: readText, N: readInt }), { Id: 'a', N: [] }, { Id: 'a', N: [] }],
    ['an object with a field that nobody knows', readObject({ Id: readText }), { Id: 'a', New: 1 }, { Id: 'a', New: 1 }],
    ['a list where an object belongs', readObject({ Id: readText }), [], undefined],
  ] as [string, Reader, unknown, unknown][])('reads %s', (_, reader, sent, read) => {
    expect(readValue(reader, sent)).toEqual(read);
  });

  it('is typed as possibly absent', () => {
    const reader = answer({ Count: readInt, Rows: readList(readObject({ Id: readText })) });
    const read = readValue(reader, { Count: '2', Rows: [{ Id: 'a' }], RequestId: 'R' }) as ReadOf<typeof reader>;
    // @ts-expect-error an absent list has no rows
    expect(read.Rows.length).toBe(1);
    // @ts-expect-error a field that the row does not name
    expect(read.Row).toBeUndefined();
    expect(read).toEqual({ Count: 2, Rows: [{ Id: 'a' }], RequestId: 'R' });
  });

  it('has a container in the plural that holds one group', () => {
    const read: OutputOf<typeof operations.GetAppInstanceGroup> | undefined = readValue(operations.GetAppInstanceGroup.output, {
      AppInstanceGroupModels: { AppInstanceGroupId: 'aig-1', NodePool: [{ NodeAmount: '3', WarmUp: 'yes' }] },
    });
    expect(read?.AppInstanceGroupModels?.AppInstanceGroupId).toBe('aig-1');
    expect(read?.AppInstanceGroupModels?.NodePool?.[0]).toMatchObject({ NodeAmount: 3, WarmUp: 'yes' });
  });

  it('without a field that it needs is absent itself', () => {
    const reader = answer({ Rows: readList(readObject({ Id: needed(readText), N: readInt })), Keys: needed(readObject({ Id: readText })) });
    const keys = { Id: 'k' };
    const rows = [{ Id: 'a' }, { N: 1 }, { Id: [] }];
    expect(readValue(reader, { Rows: structuredClone(rows), Keys: keys })).toEqual({ Rows: rows, Keys: keys });
    for (const sent of [{}, { Keys: null }, { Keys: 'k' }]) expect(readValue(reader, sent)).toBeUndefined();
    const read = readValue(reader, { Keys: keys }) as ReadOf<typeof reader>;
    const known: { Id?: string | undefined } = read.Keys;
    expect(known).toEqual(keys);
  });
});

const outputs = Object.values(operations).map(({ output }) => output as ObjectReader);
const fields = outputs.flatMap((output) => Object.keys(output.fields));
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** The fields of the body, at random; those of its rows too, so that something is found inside. */
const body = fc.dictionary(fc.constantFrom(...fields), fc.oneof(json, fc.array(fc.dictionary(fc.constantFrom(...fields), json))), {
  noNullPrototype: true,
});

/** Whether a value is what the definition says, told without the reader's own code. */
function isOf({ type, fields: named, items }: Described, value: unknown): boolean {
  if (type === 'string' || type === 'boolean') return typeof value === type;
  if (type === 'integer') return typeof value === 'number' && Math.abs(value) <= 2 ** 53 - 1 && value % 1 === 0;
  if (type === 'float') return typeof value === 'number' && Math.abs(value) < Number.POSITIVE_INFINITY;
  if (type === 'array') return Array.isArray(value) && value.every((entry) => isOf(items as Described, entry));
  const known = Object.entries(named ?? {});
  const held = value as Readonly<Record<string, unknown>>;
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    known.every(([name, inner]) => held[name] === undefined || isOf(inner, held[name]))
  );
}

/** Whether a value came through reading: as it is, or as a value of its described type that says the same. */
function isReadOf(described: Described | undefined, sent: unknown, read: unknown): boolean {
  if (typeof sent !== 'object' || sent === null) {
    return read === sent || String(read) === String(sent).trim() || Number(read) === Number(sent);
  }
  if (Array.isArray(sent)) {
    return Array.isArray(read) && read.length === sent.length && sent.every((entry, at) => isReadOf(described?.items, entry, read[at]));
  }
  if (typeof read !== 'object' || read === null) return false;
  const [from, to] = [sent, read] as Readonly<Record<string, unknown>>[];
  return Object.keys(from ?? {}).every((name) => isReadOf(described?.fields?.[name], from?.[name], to?.[name]));
}

describe('whatever JSON an answer holds', () => {
  it('nothing of it is deleted, whatever its type', () => {
    fc.assert(
      fc.property(fc.constantFrom(...outputs), body, (output, sent) => {
        expect(isReadOf(describeAnswer(output), sent, readValue(output, structuredClone(sent)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('what is right is left as it is, and what nobody names passes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...outputs), body, (output, sent) => {
        const read = readValue(output, structuredClone(sent)) as Readonly<Record<string, unknown>>;
        expect(readValue(output, structuredClone(read))).toEqual(read);
        for (const [name, value] of Object.entries(sent)) {
          const known = describeAnswer(output).fields?.[name];
          if (known === undefined || (isOf(known, value) && !['array', 'object'].includes(known.type))) expect(read[name]).toEqual(value);
        }
      }),
      { numRuns: 500 },
    );
  });
});
