import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { answer, readDecimal, readFlag, readInt, readList, readObject, readOneOf, readText } from '../../shared/client/answer.ts';
import type { AnyOperation, OutputOf } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';

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
    ['a value that the service learned later', readOneOf('A', 'B'), 'C', 'C'],
    ['a list', readList(readText), ['a', 'b'], ['a', 'b']],
    ['a list with entries that cannot be read', readList(readText), ['a', null, {}], ['a']],
    ['text where a list belongs', readList(readText), 'a', undefined],
    ['rows of which one is no object', readList(readObject({ Id: readText })), [{ Id: 'a' }, 7, null], [{ Id: 'a' }]],
    ['an object with a field of the wrong type', readObject({ Id: readText, N: readInt }), { Id: 'a', N: [] }, { Id: 'a', N: undefined }],
    ['an object with a field that nobody knows', readObject({ Id: readText }), { Id: 'a', New: 1 }, { Id: 'a', New: 1 }],
    ['a list where an object belongs', readObject({ Id: readText }), [], undefined],
  ] as [string, z.core.$ZodType, unknown, unknown][])('reads %s', (_, schema, sent, read) => {
    expect(z.parse(schema, sent)).toEqual(read);
  });

  it('is typed as possibly absent', () => {
    const schema = answer({ Count: readInt, Rows: readList(readObject({ Id: readText })) });
    const read: z.output<typeof schema> = z.parse(schema, { Count: '2', Rows: [{ Id: 'a' }], RequestId: 'R' });
    // @ts-expect-error an absent list has no rows
    expect(read.Rows.length).toBe(1);
    expect(read).toEqual({ Count: 2, Rows: [{ Id: 'a' }], RequestId: 'R' });
  });

  it('has a container in the plural that holds one group', () => {
    const read: OutputOf<typeof operations.GetAppInstanceGroup> = z.parse(operations.GetAppInstanceGroup.output, {
      AppInstanceGroupModels: { AppInstanceGroupId: 'aig-1', NodePool: [{ NodeAmount: '3', WarmUp: 'yes' }] },
    });
    expect(read.AppInstanceGroupModels?.AppInstanceGroupId).toBe('aig-1');
    expect(read.AppInstanceGroupModels?.NodePool?.[0]).toMatchObject({ NodeAmount: 3, WarmUp: undefined });
  });

  it('never makes an answer unreadable, whatever JSON it holds', () => {
    const rows: AnyOperation[] = Object.values(operations);
    const fields = rows.flatMap((row) => Object.keys((row.output as { _zod: { def: { shape: object } } })._zod.def.shape));
    const body = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(fc.constantFrom(...rows), body, (row, sent) => {
        expect(z.safeParse(row.output, sent).success).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
