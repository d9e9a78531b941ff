import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { readPages } from '../../shared/client/paginate.ts';
import { countThings, listByToken, listNames, listThings, readThing } from './rows.ts';

type Input = Record<string, unknown>;
type Answer = (input: Input, call: number) => unknown;

/** Reads a list to its end; gives the pages and the inputs of the calls. */
async function read(
  operation: AnyOperation,
  answer: Answer,
  input: Input = {},
): Promise<{ pages: unknown[][]; totals: unknown[]; inputs: Input[] }> {
  const inputs: Input[] = [];
  const pages: unknown[][] = [];
  const totals: unknown[] = [];
  const call = async (given: Input): Promise<unknown> => {
    inputs.push(given);
    if (inputs.length > 500) throw new Error('does not end');
    return answer(given, inputs.length);
  };
  for await (const page of readPages(operation, input, call)) {
    pages.push([...page.rows]);
    totals.push(page.total);
  }
  return { pages, totals, inputs };
}

const rows = (...ids: string[]): { Id: string }[] => ids.map((Id) => ({ Id }));
const slice = <T>(all: readonly T[], input: Input): T[] => {
  const size = input['PageSize'] as number;
  return all.slice(((input['PageNumber'] as number) - 1) * size, (input['PageNumber'] as number) * size);
};

describe('paging by number with a total', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 1],
    // A full page may be one that a wrong total cuts off.
    [3, 2],
    [4, 2],
    [6, 3],
    [7, 3],
  ])('%i rows at three a page take %i calls', async (count, calls) => {
    const all = Array.from({ length: count }, (_, index) => ({ Id: `t-${index}` }));
    const { pages, inputs, totals } = await read(listThings, (input) => ({ TotalCount: count, Things: slice(all, input) }), { Name: 'x' });
    expect(pages.flat()).toEqual(all);
    expect(totals.every((total) => total === count)).toBe(true);
    expect(inputs).toEqual(Array.from({ length: calls }, (_, index) => ({ Name: 'x', PageNumber: index + 1, PageSize: 3 })));
  });

  it('asks for 100 where the row names no maximum, and for what the caller says', async () => {
    expect((await read(countThings, () => ({ Count: 0 }))).inputs).toEqual([{ PageNumber: 1, PageSize: 100 }]);
    expect((await read(countThings, () => ({ Count: 0 }), { PageSize: 7 })).inputs).toEqual([{ PageNumber: 1, PageSize: 7 }]);
  });

  it('reads a total under another name, and as text', async () => {
    const all = rows('a', 'b', 'c');
    const { totals, inputs } = await read(countThings, (input) => ({ Count: '3', Things: slice(all, input) }), { PageSize: 2 });
    expect(totals).toEqual([3, 3]);
    expect(inputs).toHaveLength(2);
  });

  it.each([3, 6, 7])('reads on where the total of %i is too low', async (TotalCount) => {
    const all = rows('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const { pages, totals } = await read(listThings, (input) => ({ TotalCount, Things: slice(all, input) }));
    expect(pages.flat()).toEqual(all);
    expect(totals.at(-1)).toBe(TotalCount);
  });

  it('tells the largest total, so that a list that shrinks between its pages does not look whole', async () => {
    const all = rows('a', 'b', 'c', 'd', 'e');
    const { pages, totals } = await read(listThings, (input, call) => {
      const shown = call === 1 ? all : all.slice(1);
      return { TotalCount: shown.length, Things: slice(shown, input) };
    });
    expect([pages.flat(), totals]).toEqual([rows('a', 'b', 'c', 'e'), [5, 5, 5]]);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['an object', {}],
    ['wrapped in an object', { Thing: rows('a') }],
    ['a text', 'none'],
  ])('an answer whose list is %s is malformed, unless it announces that there is nothing', async (_, Things) => {
    for (const answer of [{ TotalCount: 4, Things }, { Things }, { TotalCount: 'many', Things }, { TotalCount: -1, Things }]) {
      await expect(read(listThings, () => answer)).rejects.toMatchObject({ code: 'MalformedList', executed: 'no' });
    }
    expect((await read(listThings, () => ({ TotalCount: 0, Things }))).pages).toEqual([[]]);
    expect((await read(listThings, () => ({ TotalCount: '0', Things }))).pages).toEqual([[]]);
    // Behind a last full page there is nothing more.
    const full: Answer = (_input, call) => ({ TotalCount: 3, Things: call === 1 ? rows('a', 'b', 'c') : Things });
    expect((await read(listThings, full)).pages.flat()).toEqual(rows('a', 'b', 'c'));
    // In the middle there is.
    await expect(
      read(listThings, (_input, call) => ({ TotalCount: 5, Things: call === 1 ? rows('a', 'b', 'c') : Things })),
    ).rejects.toThrow();
  });

  it('goes on where the service serves smaller pages than asked for', async () => {
    const all = rows('a', 'b', 'c', 'd', 'e');
    const small: Answer = (input) => ({ TotalCount: 5, Things: slice(all, { ...input, PageSize: 2 }) });
    expect((await read(listThings, small)).pages.flat()).toEqual(all);
  });

  it('without the total that it should have, ends at a short page', async () => {
    const all = rows('a', 'b', 'c', 'd');
    expect((await read(listThings, (input) => ({ Things: slice(all, input) }))).pages.flat()).toEqual(all);
  });

  it('leaves out rows that a page repeats, and still ends', async () => {
    const answers = [rows('a', 'b', 'c'), rows('c', 'd', 'e'), rows('f')];
    const { pages } = await read(listThings, (_input, call) => ({ TotalCount: 7, Things: answers[call - 1] }));
    expect(pages).toEqual([rows('a', 'b', 'c'), rows('d', 'e'), rows('f')]);
  });

  it('ends when the service repeats a page for ever', async () => {
    const { pages, inputs } = await read(listThings, () => ({ TotalCount: 1000, Things: rows('a', 'b', 'c') }));
    expect(inputs).toHaveLength(2);
    expect(pages).toEqual([rows('a', 'b', 'c'), []]);
  });

  it('ends at an empty page although the total says more', async () => {
    const { inputs } = await read(listThings, (_input, call) => ({ TotalCount: 9, Things: call === 1 ? rows('a', 'b', 'c') : [] }));
    expect(inputs).toHaveLength(2);
  });

  it('tells rows without an id apart by what they hold', async () => {
    const answers = [[{ Name: 'x' }, { Name: 'y' }, { Name: 'x' }], [{ Name: 'z' }]];
    const { pages } = await read(listThings, (_input, call) => ({ TotalCount: 4, Things: answers[call - 1] }));
    expect(pages).toEqual([[{ Name: 'x' }, { Name: 'y' }], [{ Name: 'z' }]]);
  });

  it('gives every row once, however pages overlap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 9 }), fc.nat(3), async (count, size, drift) => {
        // Rows that appear in front while the list is read push others onto the next page.
        let shift = 0;
        const answer: Answer = (input) => {
          const start = ((input['PageNumber'] as number) - 1) * size - shift;
          shift = Math.min(shift + drift, size - 1);
          return {
            TotalCount: count + 50,
            Things: Array.from({ length: size }, (_, index) => start + index)
              .filter((row) => row >= 0 && row < count)
              .map((row) => ({ Id: `t-${row}` })),
          };
        };
        const { pages } = await read(listThings, answer, { PageSize: size });
        const ids = pages.flat().map((row) => (row as { Id: string }).Id);
        return new Set(ids).size === ids.length;
      }),
    );
  });
});

describe('paging by number without a total', () => {
  it.each([
    [0, 1],
    [2, 1],
    [3, 2],
    [7, 3],
  ])('%i names at three a page take %i calls', async (count, calls) => {
    const all = Array.from({ length: count }, (_, index) => `user-${index}`);
    const { pages, inputs } = await read(listNames, (input) => ({ Names: slice(all, input) }));
    expect(pages.flat()).toEqual(all);
    expect(inputs).toHaveLength(calls);
  });

  it('an answer without its list is malformed: nothing else says that there is nobody', async () => {
    await expect(read(listNames, () => ({}))).rejects.toMatchObject({ code: 'MalformedList' });
    await expect(read(listNames, (_input, call) => (call === 1 ? { Names: ['a', 'b', 'c'] } : {}))).rejects.toThrow('Names');
  });

  it('ends when the service repeats a full page for ever', async () => {
    expect((await read(listNames, () => ({ Names: ['a', 'b', 'c'] }))).inputs).toHaveLength(2);
  });
});

describe('paging by token', () => {
  const thing = (Kind: string, Id: string): unknown => ({ Kind, Id });

  it('follows the token to its end, and sends none at first', async () => {
    const answers = [
      { NextToken: 't1', Things: [thing('a', '1')] },
      { NextToken: 't2', Things: [] },
      { NextToken: '', Things: [thing('b', '1')] },
    ];
    const { pages, inputs } = await read(listByToken, (_input, call) => answers[call - 1]);
    expect(inputs).toEqual([{ MaxResults: 3 }, { MaxResults: 3, NextToken: 't1' }, { MaxResults: 3, NextToken: 't2' }]);
    expect(pages.flat()).toEqual([thing('a', '1'), thing('b', '1')]);
  });

  it.each([
    ['a token that comes again', (call: number) => ({ NextToken: call % 2 ? 'x' : 'y', Things: [thing('a', String(call))] }), 3],
    ['a page that comes again under new tokens', (call: number) => ({ NextToken: `t${call}`, Things: [thing('a', '1')] }), 2],
    ['empty pages under new tokens', (call: number) => ({ NextToken: `t${call}`, Things: [] }), 21],
  ])('ends at %s', async (_name, answer, calls) => {
    expect((await read(listByToken, (_input, call) => answer(call))).inputs).toHaveLength(calls);
  });
});

it('what is no list has no pages', async () => {
  await expect(read(readThing, () => ({}))).rejects.toThrow('ReadThing: this is not a list; use call instead of pages');
});
