import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeInstanceBill } from '../../shared/client/billing/describe-instance-bill.ts';
import { queryAccountBill } from '../../shared/client/billing/query-account-bill.ts';
import { queryAvailableInstances } from '../../shared/client/billing/query-available-instances.ts';
import { queryOrders } from '../../shared/client/billing/query-orders.ts';
import { queryProductList } from '../../shared/client/billing/query-product-list.ts';
import { querySettleBill } from '../../shared/client/billing/query-settle-bill.ts';
import { billingPages } from '../../shared/client/billing-pages.ts';
import type { Client } from '../../shared/client/client.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { failureOf } from './test-client.ts';

type Data = Readonly<Record<string, unknown>>;

/** A client that answers each call by its number with `Data`, and the inputs that it was given. */
function answering(data: (input: Record<string, unknown>, call: number) => Data | undefined) {
  const inputs: Record<string, unknown>[] = [];
  const call = async (_: AnyOperation, input: Record<string, unknown>): Promise<unknown> => {
    inputs.push(input);
    if (inputs.length > 200) throw new Error('does not end');
    return { Success: true, Data: data(input, inputs.length) };
  };
  return { client: { call } as unknown as Client, inputs };
}

async function rowsOf(client: Client, operation: AnyOperation, input: object): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const page of billingPages(client, operation, input)) rows.push(...page.rows);
  return rows;
}

const cycle = { BillingCycle: '2026-11' };
const bill = (...amounts: string[]) => amounts.map((PretaxAmount) => ({ InstanceID: 'aig-1', PretaxAmount }));
const chain = (...pages: readonly (readonly unknown[])[]) =>
  answering((_, call) => ({ Items: pages[call - 1], ...(call < pages.length ? { NextToken: `t-${call}` } : { NextToken: '' }) }));

describe('the lists of billing', () => {
  it.each([
    ['Items.Item by number', queryAccountBill, (rows: unknown) => ({ Items: { Item: rows } }), 'PageNum'],
    ['OrderList.Order by number', queryOrders, (rows: unknown) => ({ OrderList: { Order: rows } }), 'PageNum'],
    ['InstanceList by number', queryAvailableInstances, (rows: unknown) => ({ InstanceList: rows }), 'PageNum'],
    ['ProductList.Product by number', queryProductList, (rows: unknown) => ({ ProductList: { Product: rows } }), 'PageNum'],
    ['Items by token', describeInstanceBill, (rows: unknown) => ({ Items: rows }), 'NextToken'],
    ['Items.Item by token', querySettleBill, (rows: unknown) => ({ Items: { Item: rows } }), 'NextToken'],
  ] as const)('are read to their end: %s', async (_, operation, nested, position) => {
    const row = (n: number) => ({ OrderId: `o-${n}`, InstanceID: `i-${n}`, ProductCode: `p-${n}`, PretaxAmount: '1' });
    const all = [row(1), row(2), row(3)];
    const { client, inputs } = answering((input) => {
      const at = Number(input['PageNum'] ?? input['NextToken'] ?? 1);
      const rows = all.slice((at - 1) * 2, at * 2);
      return { ...nested(rows), TotalCount: 3, ...(at === 1 ? { NextToken: '2' } : {}) };
    });
    const sizes = { [position === 'PageNum' ? 'PageSize' : 'MaxResults']: 2 };
    expect(await rowsOf(client, operation, sizes)).toEqual(all);
    expect(inputs.map((input) => input[position])).toEqual(position === 'PageNum' ? [1, 2] : [undefined, '2']);
  });

  it('can be empty, with an empty list and without one', async () => {
    for (const Items of [{ Item: [] }, {}]) {
      const { client } = answering(() => ({ Items, TotalCount: 0 }));
      expect(await rowsOf(client, queryAccountBill, cycle)).toEqual([]);
    }
  });

  it('are refused where an answer carries no list and does not say that there is nothing', async () => {
    for (const data of [undefined, {}, { Items: { Item: null } }, { Items: null, TotalCount: 4 }]) {
      const failure = await failureOf(rowsOf(answering(() => data).client, queryAccountBill, cycle));
      expect(failure.code).toBe('MalformedList');
    }
  });
});

describe('rows of a bill', () => {
  it('count twice where two say the same, on one page and on two', async () => {
    const twice = bill('-1.5', '-1.5');
    expect(await rowsOf(chain(twice).client, describeInstanceBill, cycle)).toEqual(twice);
    expect(await rowsOf(chain(bill('2', '-1.5'), bill('-1.5')).client, describeInstanceBill, cycle)).toEqual(bill('2', '-1.5', '-1.5'));
  });

  it('are all there, whatever their pages', async () => {
    const pages = fc.array(fc.array(fc.constantFrom('0', '1', '-1'), { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pages, async (amounts) => {
        const same = (at: number) => at > 0 && amounts[at]?.join() === amounts[at - 1]?.join() && (amounts[at]?.length ?? 0) > 1;
        fc.pre(!amounts.some((_, at) => same(at)));
        expect(await rowsOf(chain(...amounts.map((page) => bill(...page))).client, describeInstanceBill, cycle)).toEqual(
          bill(...amounts.flat()),
        );
      }),
    );
  });

  it('are refused where a page comes again under a new token', async () => {
    const { client } = chain(bill('1', '2'), bill('1', '2'), bill('3'));
    const failure = await failureOf(rowsOf(client, describeInstanceBill, cycle));
    expect(failure).toMatchObject({ code: 'MalformedList', executed: 'no' });
    expect(failure.message).toContain('a page is the one before it again');
  });

  it.each([
    ['at once', ['a', 'a']],
    ['later', ['a', 'b', 'a']],
  ])('are refused where a token comes twice, %s', async (_, tokens) => {
    const { client, inputs } = answering((_input, call) => ({ Items: bill(String(call)), NextToken: tokens[call - 1] }));
    expect((await failureOf(rowsOf(client, describeInstanceBill, cycle))).message).toContain('a token came twice');
    expect(inputs).toHaveLength(tokens.length);
  });
});

describe('a list by token', () => {
  const pages = (...of: readonly (readonly [rows: readonly string[], total: unknown])[]) =>
    answering((_, call) => {
      const [amounts = [], TotalCount] = of[call - 1] ?? [];
      return { Items: bill(...amounts), TotalCount, ...(call < of.length ? { NextToken: `t-${call}` } : {}) };
    });

  it.each([
    ['counts all rows', pages([['1', '2'], 3], [['3'], '3'])],
    ['counts the rows of a page', pages([['1', '2'], 2], [['3'], 1])],
    ['is not there', pages([['1', '2'], undefined], [['3'], undefined])],
  ])('is whole where its total %s', async (_, { client }) => {
    expect(await rowsOf(client, describeInstanceBill, cycle)).toEqual(bill('1', '2', '3'));
  });

  it.each([
    ['has grown meanwhile', pages([['1', '2'], 3], [['2', '3'], 4])],
    ['misses a row', pages([['1', '2'], 4], [['4'], 4])],
    ['has a row too many', pages([['1', '2'], 3], [['2', '3'], 3])],
  ])('is refused where it %s', async (_, { client }) => {
    expect((await failureOf(rowsOf(client, describeInstanceBill, cycle))).message).toMatch(/rows were announced, and \d came/);
  });

  it('is refused where page after page is empty and there is always another', async () => {
    const { client } = answering((_, call) => ({ Items: [], NextToken: `t-${call}` }));
    expect((await failureOf(rowsOf(client, describeInstanceBill, cycle))).message).toContain('there are more pages than were read');
  });

  it('may have empty pages between others', async () => {
    expect(await rowsOf(chain(bill('1'), [], [], bill('2')).client, describeInstanceBill, cycle)).toEqual(bill('1', '2'));
  });
});

describe('the bill of an account, whose rows have no ids', () => {
  it('is refused where a row comes twice and hides another', async () => {
    const item = (...amounts: string[]) => ({ Items: { Item: bill(...amounts) }, TotalCount: 3 });
    const { client } = answering((_, call) => (call === 1 ? item('1', '2') : item('2')));
    expect((await failureOf(rowsOf(client, queryAccountBill, { ...cycle, PageSize: 2 }))).message).toContain(
      '3 rows were announced, and 2 came',
    );
  });
});

describe('orders', () => {
  const order = (n: number) => ({ OrderId: `o-${n}` });
  const ofPages = (total: number, ...pages: readonly (readonly number[])[]) =>
    answering((_, call) => ({ OrderList: { Order: (pages[call - 1] ?? []).map(order) }, TotalCount: total }));

  it('are refused where one has moved between pages, so that another is missing', async () => {
    const { client } = ofPages(4, [1, 2], [2, 3]);
    expect((await failureOf(rowsOf(client, queryOrders, { PageSize: 2 }))).message).toContain('4 rows were announced, and 3 came');
  });

  it('are refused where the second page is the first again', async () => {
    expect((await failureOf(rowsOf(ofPages(4, [1, 2], [1, 2]).client, queryOrders, { PageSize: 2 }))).code).toBe('MalformedList');
  });

  it('are refused where fewer come than were announced, or more', async () => {
    expect((await failureOf(rowsOf(ofPages(3, [1, 2]).client, queryOrders, { PageSize: 2 }))).code).toBe('MalformedList');
    expect((await failureOf(rowsOf(ofPages(2, [1, 2], [3]).client, queryOrders, { PageSize: 2 }))).code).toBe('MalformedList');
  });
});
