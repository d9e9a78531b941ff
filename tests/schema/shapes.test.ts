import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { mismatches, read } from '../../shared/schema/compare.ts';
import { anyText, decimal, exactOptional, jsonList, oneOf, openObject, optional, type Schema } from '../../shared/schema/schema.ts';
import { anything, eitherOf, known, nullable, recordOf, tupleOf, where } from '../../shared/schema/shapes.ts';

const paths = (schema: Schema, value: unknown): readonly string[] => mismatches(schema, value).map(({ path }) => path.join('.'));
const isEven = (value: unknown): value is number => typeof value === 'number' && value % 2 === 0;

describe('shapes of values that were parsed from JSON', () => {
  it.each<[string, Schema, unknown]>([
    ['null where it may be', nullable(anyText), null],
    ['a value where null may be', nullable(anyText), 'a'],
    ['an object of any members', recordOf(decimal), { a: 1, toString: 2 }],
    ['an object without members', recordOf(decimal), {}],
    ['anything, null too', recordOf(anything), { a: null, b: [{}] }],
    ['a tuple', tupleOf(anyText, decimal), ['a', 1]],
    ['the first of two', eitherOf(anyText, decimal), 'a'],
    ['the second of two', eitherOf(anyText, decimal), 1],
    ['a value that code knows', known(isEven), 2],
    ['a value for which more holds', where(jsonList(decimal), (list) => list.length !== 1), [1, 2]],
    ['members that an open object does not name', openObject({ a: anyText }), { a: 'a', later: { v: 2 } }],
    ['a field that is absent', openObject({ a: optional(anyText), b: exactOptional(anyText), c: anything }), {}],
    ['true where only true may stand', oneOf(true), true],
  ])('take %s', (_, schema, value) => {
    expect(mismatches(schema, value)).toEqual([]);
  });

  it.each<[string, Schema, unknown, readonly string[]]>([
    ['neither null nor fitting', nullable(anyText), 1, ['']],
    ['a list for a record', recordOf(anything), [], ['']],
    ['null for a record', recordOf(anything), null, ['']],
    ['one wrong member', openObject({ all: recordOf(decimal) }), { all: { a: 1, b: '2' } }, ['all.b']],
    ['a member of the prototype', recordOf(decimal), JSON.parse('{"__proto__":"x"}'), ['__proto__']],
    ['a tuple that is too long', tupleOf(anyText), ['a', 'b'], ['']],
    ['a tuple that is too short', tupleOf(anyText, decimal), ['a'], ['']],
    ['a wrong item of a tuple', tupleOf(anyText, decimal), ['a', 'b'], ['1']],
    [
      'neither of two, told by the closer one',
      eitherOf(openObject({ a: anyText, b: anyText }), openObject({ c: decimal })),
      { c: 'x' },
      ['c'],
    ],
    ['what code does not know', known(isEven), 3, ['']],
    ['what fits and for which the rest does not hold', where(anyText, (text) => text !== 'a'), 'a', ['']],
    ['false where only true may stand', oneOf(true), false, ['']],
  ])('refuse %s', (_, schema, value, wrong) => {
    expect(paths(schema, value)).toEqual(wrong);
  });

  it('ask what more holds only of values that fit', () => {
    expect(
      paths(
        where(openObject({ n: decimal }), ({ n }) => n.toFixed(0) === '1'),
        { n: '1' },
      ),
    ).toEqual(['n']);
  });

  it('accept what a library accepts of the same shape, and find all that it finds', () => {
    const ours = openObject({
      at: nullable(anyText),
      steps: jsonList(eitherOf(tupleOf(anyText, decimal), openObject({ kind: oneOf('a', 'b') }))),
      tags: recordOf(jsonList(anyText)),
    });
    const theirs = z.object({
      at: z.nullable(z.string()),
      steps: z.array(z.union([z.tuple([z.string(), z.number()]), z.object({ kind: z.enum(['a', 'b']) })])),
      tags: z.record(z.string(), z.array(z.string())),
    });
    const odd = fc.constantFrom<unknown>(null, 1, 'a', [], {}, ['a'], ['a', 1], { kind: 'c' }, true);
    const near = fc.record(
      {
        at: fc.oneof({ weight: 4, arbitrary: fc.option(fc.string()) }, odd),
        steps: fc.oneof(
          {
            weight: 4,
            arbitrary: fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(['x', 2], { kind: 'a', more: 1 }) }, odd)),
          },
          odd,
        ),
        tags: fc.oneof(
          { weight: 4, arbitrary: fc.dictionary(fc.constantFrom('k', 'toString'), fc.oneof(fc.array(fc.string()), odd)) },
          odd,
        ),
        later: odd,
      },
      { requiredKeys: [] },
    );
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(near, (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        const library = z.safeParse(theirs, json);
        const found = paths(ours, json);
        seen[library.success ? 'good' : 'bad'] += 1;
        expect(found.length === 0).toBe(library.success);
        for (const issue of library.error?.issues ?? []) {
          const at = issue.path.join('.');
          expect(found.some((path) => path === at || path.startsWith(`${at}.`))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(100);
  });
});

describe('reading a value', () => {
  const schema = openObject({ name: anyText, sizes: jsonList(decimal) });

  it('gives the value itself, with what the schema does not name', () => {
    const value = { name: 'a', sizes: [1], later: 1 };
    const parsed = read(schema, value);
    expect(parsed.ok && parsed.value).toBe(value);
  });

  it('names each place that differs, once', () => {
    expect(read(schema, { sizes: [1, '2'] })).toEqual({ ok: false, where: 'name, sizes.1' });
    expect(read(schema, null)).toEqual({ ok: false, where: 'the whole' });
  });

  it('names a dozen places and counts the rest, so that a message stays readable', () => {
    const parsed = read(jsonList(decimal), new Array(1000).fill('x'));
    expect(parsed).toEqual({ ok: false, where: '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 988 more' });
  });

  it('infers the type of what it reads', () => {
    const parsed = read(openObject({ pair: tupleOf(anyText, decimal), all: recordOf(nullable(anyText)) }), {
      pair: ['a', 1],
      all: { b: null },
    });
    if (!parsed.ok) throw new Error('it fits');
    const text: string = parsed.value.pair[0];
    const number: number = parsed.value.pair[1];
    const member: string | null | undefined = parsed.value.all['b'];
    // @ts-expect-error a pair has two entries
    const none = parsed.value.pair[2];
    expect([text, number, member, none]).toEqual(['a', 1, null, undefined]);
  });
});
