import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { answer } from '../../shared/client/answer.ts';
import { checkInput, describeFaults } from '../../shared/client/check-input.ts';
import { body, faultIf } from '../../shared/client/fields.ts';
import { type AnyOperation, type InputOf, operation } from '../../shared/client/operation.ts';
import { mismatches } from '../../shared/schema/compare.ts';
import type { ObjectSchema, Schema, TypeOf } from '../../shared/schema/schema.ts';
import {
  decimal,
  flag,
  int,
  intOr,
  jsonList,
  list,
  matching,
  object,
  oneOf,
  open,
  optional,
  sized,
  text,
} from '../../shared/schema/schema.ts';
import { anySchema, fitting, inLibrary, near } from './schema-samples.ts';

const path = (keys: readonly PropertyKey[]): string => keys.map(String).join('.');
const tried = { action: 'Try', group: 'Things', access: 'read', effect: 'none' } as const;
const nested = object({ Pools: list(object({ Size: int(1, 9) }), 2) });

describe('the check of an input', () => {
  it.each<[string, Schema, unknown]>([
    ['an empty list inside JSON', jsonList(text), []],
    ['a field left out', object({ A: optional(text) }), {}],
    ['a field that is undefined', object({ A: optional(text) }), { A: undefined }],
    ['a value of an open set that nobody knows', open('a'), 'z'],
    ['a value outside of the bounds with a meaning of its own', intOr(-1, 3, 300), -1],
    ['an object without a prototype', object({ A: text }), Object.assign(Object.create(null), { A: 'a' })],
    ['a number with decimals', decimal, 0.1],
    ['the largest exact number', int(), Number.MAX_SAFE_INTEGER],
  ])('takes %s', (_, schema, value) => {
    expect(mismatches(schema, value)).toEqual([]);
  });

  it.each<[string, Schema, unknown, where: string, what: string]>([
    ['nothing', text, undefined, '', 'give text'],
    ['null', optional(text), null, '', 'give text'],
    ['a text object', text, new String('a'), '', 'give text'],
    ['empty text', text, '', '', 'must have at least 1 character'],
    ['short text', sized(2, 4), 'a', '', 'must have at least 2 characters'],
    ['long text', sized(2, 4), 'abcde', '', 'must have at most 4 characters'],
    ['an empty value of an open set', open('a'), '', '', 'must have at least 1 character'],
    ['text of another form', matching(/^a$/, 'write an a'), 'b', '', 'write an a'],
    ['a number where a form is wanted', matching(/^a$/, 'write an a'), 1, '', 'write an a'],
    ['a number as text', int(), '1', '', 'give a whole number'],
    ['a fraction', int(), 1.5, '', 'give a whole number'],
    ['a number too large to be exact', int(), 2 ** 53, '', 'give a whole number'],
    ['no number', decimal, Number.NaN, '', 'give a number'],
    ['infinity', decimal, Number.POSITIVE_INFINITY, '', 'give a number'],
    ['too small a number', int(5, 120), 4, '', 'must be at least 5'],
    ['too large a number', int(5, 120), 121, '', 'must be at most 120'],
    ['a value between the two kinds', intOr(-1, 3, 300), 0, '', 'give -1, or a number from 3 to 300'],
    ['words for a flag', flag, 'true', '', 'give true or false'],
    ['the wrong value', oneOf('CloudApp'), 'CloudDesktop', '', 'must be CloudApp'],
    ['none of the values', oneOf(1, 2, 3), '1', '', 'choose one of 1, 2, 3'],
    ['an object for a list', list(text), { 0: 'a' }, '', 'give a list'],
    ['an empty list', list(text), [], '', 'must have at least 1 entry'],
    ['too many entries', list(text, 2), ['a', 'b', 'c'], '', 'must have at most 2 entries'],
    ['a hole in a list', list(text), new Array(1), '0', 'give text'],
    ['a list for an object', object({}), [], '', 'give an object'],
    ['a wrong value deep inside', nested, { Pools: [{ Size: 1 }, { Size: 0 }] }, 'Pools.1.Size', 'must be at least 1'],
    [
      'an unknown key deep inside',
      nested,
      { Pools: [{ Size: 1, size: 1 }] },
      'Pools.0.size',
      'no such parameter: remove it or correct its name',
    ],
    ['an unknown key that is undefined', object({}), { A: undefined }, 'A', 'no such parameter: remove it or correct its name'],
    ['a key that every object seems to have', object({}), { toString: 1 }, 'toString', 'no such parameter: remove it or correct its name'],
    ['a key of the prototype', object({}), JSON.parse('{"__proto__":1}'), '__proto__', 'no such parameter: remove it or correct its name'],
  ])('refuses %s', (_, schema, value, where, what) => {
    expect(mismatches(schema, value).map((fault) => [path(fault.path), fault.text])).toEqual([[where, what]]);
  });

  it('names every fault at once, and counts lists from 1 as the service does', () => {
    const faults = mismatches(object({ Id: text, Pools: nested.fields.Pools as Schema }), {
      Pools: [{ Size: 0 }, { Size: 'x' }, {}],
      More: 1,
    });
    expect(describeFaults(faults)).toEqual([
      { path: 'Id', text: 'give text' },
      { path: 'Pools.1.Size', text: 'must be at least 1' },
      { path: 'Pools.2.Size', text: 'give a whole number' },
      { path: 'Pools.3.Size', text: 'give a whole number' },
      { path: 'Pools', text: 'must have at most 2 entries' },
      { path: 'More', text: 'no such parameter: remove it or correct its name' },
    ]);
  });

  it('accepts what a library accepts of the same schema, and finds all that it finds', () => {
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(
        anySchema.chain((schema) => fc.tuple(fc.constant(schema), near(schema))),
        ([schema, value]) => {
          const read = z.safeParse(inLibrary(schema), value);
          const ours = new Set(mismatches(schema, value).map((fault) => path(fault.path)));
          const theirs = (read.error?.issues ?? []).flatMap((issue) =>
            issue.code === 'unrecognized_keys' ? issue.keys.map((key) => path([...issue.path, key])) : [path(issue.path)],
          );
          seen[read.success ? 'good' : 'bad'] += 1;
          expect(ours.size === 0).toBe(read.success);
          for (const found of theirs) expect([...ours]).toContain(found);
        },
      ),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(200);
  });

  it('finds the one thing that was made wrong, and nothing else', () => {
    const wrongs: readonly unknown[] = [undefined, null, Number.NaN, Symbol('s'), () => 1];
    const holder = anySchema.chain((schema) => {
      const fields = { Good: schema, Wrong: schema, List: { kind: 'list', item: schema } as const };
      const parts = fc.record({
        Good: fitting(schema),
        Wrong: fitting(schema),
        List: fc.array(fitting(schema), { minLength: 1, maxLength: 3 }),
      });
      return fc.tuple(fc.constant({ kind: 'object', fields } as ObjectSchema), parts);
    });
    fc.assert(
      fc.property(
        holder,
        fc.constantFrom(...wrongs),
        fc.constantFrom('Wrong', 'entry', 'extra', 'missing'),
        ([schema, value], wrong, where) => {
          const copy: Record<string, unknown> = { ...value, List: [...value.List] };
          let expected = 'Wrong';
          if (where === 'Wrong') copy['Wrong'] = wrong;
          else if (where === 'missing') delete copy['Wrong'];
          else if (where === 'extra') {
            copy['Extra'] = wrong;
            expected = 'Extra';
          } else {
            const last = value.List.length - 1;
            (copy['List'] as unknown[])[last] = wrong;
            expected = `List.${last}`;
          }
          expect(mismatches(schema, value)).toEqual([]);
          expect(new Set(mismatches(schema, copy).map((fault) => path(fault.path)))).toEqual(new Set([expected]));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('rules over several parameters', () => {
  const row = operation({
    ...tried,
    params: { Name: body(sized(1, 3)), Size: body(optional(int(1))) },
    check: ({ Name, Size }) => faultIf(Name.startsWith('big') && Size === undefined, 'Size', 'say how big'),
    output: answer({}),
  });
  const found = (input: unknown) => checkInput(row as AnyOperation, input).map((fault) => path(fault.path));

  it('are asked beside the faults of single parameters', () => {
    expect(found({ Name: 'big' })).toEqual(['Size']);
    expect(found({ Name: 'bigger' })).toEqual(['Name', 'Size']);
    expect(found({ Name: 'big', Size: 1 })).toEqual([]);
  });

  it('are not asked about values of the wrong type', () => {
    expect(found({})).toEqual(['Name']);
    expect(found({ Name: 1 })).toEqual(['Name']);
  });
});

describe('the type of a schema', () => {
  const schema = object({ Id: text, Kind: optional(oneOf('a', 'b')), Sizes: optional(list(intOr(-1, 1, 5))), Mode: open('x') });

  it('tells optional fields, closed and open sets and lists apart', () => {
    const good: TypeOf<typeof schema>[] = [
      { Id: '1', Mode: 'x' },
      { Id: '1', Mode: 'other', Kind: 'a', Sizes: [1, -1] },
      { Id: '1', Mode: 'x', Kind: undefined },
    ];
    const bad: TypeOf<typeof schema>[] = [
      // @ts-expect-error a required field
      { Mode: 'x' },
      // @ts-expect-error not of the closed set
      { Id: '1', Mode: 'x', Kind: 'c' },
      // @ts-expect-error a number where text is wanted
      { Id: 1, Mode: 'x' },
      // @ts-expect-error no list
      { Id: '1', Mode: 'x', Sizes: 1 },
      // @ts-expect-error no such field
      { Id: '1', Mode: 'x', Other: 1 },
      // @ts-expect-error null is not absent
      { Id: '1', Mode: 'x', Kind: null },
    ];
    for (const value of good) expect(mismatches(schema, value)).toEqual([]);
    for (const value of bad) expect(mismatches(schema, value)).toHaveLength(1);
  });

  it('follows into the input of an operation', () => {
    const row = operation({
      ...tried,
      params: { Tags: body.flat(list(object({ Key: text }))), Secret: body.secret(optional(text)) },
      output: answer({}),
    });
    const input: InputOf<typeof row> = { Tags: [{ Key: 'a' }] };
    // @ts-expect-error a tag has a key
    const wrong: InputOf<typeof row> = { Tags: [{}] };
    expect(checkInput(row, input)).toEqual([]);
    expect(checkInput(row, wrong)).toHaveLength(1);
  });
});
