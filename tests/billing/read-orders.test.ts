import { describe, expect, test } from 'vitest';
import type { OrderQuestion } from '../../shared/billing/order-truth.ts';
import { orderBook } from '../../shared/billing/read-orders.ts';
import type { Client } from '../../shared/client/client.ts';
import type { EpochMs } from '../../shared/client/clock.ts';
import { ApiError, CredentialsError } from '../../shared/client/errors.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';

const billing = { site: 'international', productCode: 'appstream' } as const;
const startMs = Date.UTC(2026, 10, 24, 4, 0, 0, 500);
const question: OrderQuestion = { resourceId: 'aig-1', fromMs: startMs, untilMs: startMs + hourMs, expiresAtMs: startMs + 5 * dayMs };

interface Call {
  readonly operation: AnyOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A book over answers that a test scripts, by action; time passes by `tookMs` in each call. */
function bookOver(answers: Readonly<Record<string, (input: Call['input'], nth: number) => unknown>>, tookMs = 0) {
  const calls: Call[] = [];
  let nowMs: EpochMs = startMs;
  const client = {
    call: async (operation: AnyOperation, input: Call['input']) => {
      const nth = calls.filter((call) => call.operation.action === operation.action).length;
      calls.push({ operation, input });
      nowMs += tookMs;
      return answers[operation.action]?.(input, nth) ?? { Data: {} };
    },
  } as unknown as Client;
  return {
    book: orderBook(
      client,
      billing,
      clockOf(() => nowMs),
    ),
    calls,
  };
}

const order = (id: number, more: object = {}) => ({
  OrderId: `${id}`,
  OrderType: 'Renew',
  PaymentStatus: 'Paid',
  ProductCode: 'appstream',
  ...more,
});
const page = (rows: readonly object[], TotalCount: unknown = rows.length) => ({ Data: { OrderList: { Order: rows }, TotalCount } });
const detailOf = (input: Call['input'], ids: unknown = ['aig-9']) =>
  page([order(Number(input['OrderId']), { InstanceIDs: JSON.stringify(ids) })]);
const failing = (code: string, httpStatus: number | undefined) => (): never => {
  const about = { operation: 'QueryOrders', executed: 'no', requestId: undefined, attempts: 1 } as const;
  throw new ApiError({ ...about, code, message: code, httpStatus });
};

describe('the orders of a window', () => {
  test('are read to the last page, at the site of the account, from second to second', async () => {
    const rows = Array.from({ length: 205 }, (_, index) => order(index, { ProductCode: index === 204 ? 'appstream' : 'ecs' }));
    const { book, calls } = bookOver({
      QueryOrders: ({ PageNum }) => page(rows.slice((Number(PageNum) - 1) * 100, Number(PageNum) * 100), 205),
      GetOrderDetail: (input) => detailOf(input),
    });
    const reading = await book.read(question);
    expect(reading).toMatchObject({ whole: true });
    expect(reading.whole && reading.orders).toHaveLength(205);
    expect(calls.map(({ operation, input }) => `${operation.action} ${input['PageNum'] ?? ''}`.trim())).toEqual([
      ...['QueryOrders 1', 'QueryOrders 2', 'QueryOrders 3', 'GetOrderDetail', 'QueryAvailableInstances 1'],
    ]);
    expect(calls[0]?.operation.service).toMatchObject({ host: 'business.ap-southeast-1.aliyuncs.com' });
    expect(calls[0]?.input).toMatchObject({ CreateTimeStart: '2026-11-24T04:00:00Z', CreateTimeEnd: '2026-11-24T05:00:01Z' });
  });

  test.each<[string, (input: Call['input']) => unknown]>([
    ['has fewer rows than it announces', () => page([order(1)], 2)],
    ['has a row twice', () => page([order(1), order(1)])],
    ['does not say how many there are', () => page([], null)],
    ['has an order without a number', () => page([{ OrderType: 'Renew' }])],
    [
      'never ends',
      ({ PageNum }) =>
        page(
          Array.from({ length: 100 }, (_, index) => order(Number(PageNum) * 100 + index)),
          10_000,
        ),
    ],
    ['has more orders of the product than are looked into', () => page(Array.from({ length: 41 }, (_, index) => order(index)))],
  ])('are not whole where the list %s', async (_title, QueryOrders) => {
    const { book } = bookOver({ QueryOrders, GetOrderDetail: (input) => detailOf(input) });
    expect(await book.read(question)).toMatchObject({ whole: false });
  });

  test('are looked into once for all questions, and keep what cannot be read of them', async () => {
    const { book, calls } = bookOver({
      QueryOrders: () => page([order(1), order(2)]),
      GetOrderDetail: (input) => (input['OrderId'] === '1' ? detailOf(input, 'no list') : page([])),
    });
    const reading = await book.read(question);
    expect(reading.whole && reading.orders.map(({ id, resourceIds }) => [id, resourceIds])).toEqual([
      ['1', undefined],
      ['2', undefined],
    ]);
    await book.read(question);
    expect(calls.filter(({ operation }) => operation.action === 'GetOrderDetail')).toHaveLength(2);
  });

  test('are enough where one is for the resource: the subscription is not read then', async () => {
    const { book, calls } = bookOver({ QueryOrders: () => page([order(1)]), GetOrderDetail: (input) => detailOf(input, ['aig-1']) });
    expect(await book.read(question)).toMatchObject({ whole: true, orders: [{ id: '1', resourceIds: ['aig-1'] }] });
    expect(calls.map(({ operation }) => operation.action)).not.toContain('QueryAvailableInstances');
  });
});

test('an order that is known is read by its number alone, and another one in its place is not it', async () => {
  const { book, calls } = bookOver({ GetOrderDetail: () => page([order(8)]) });
  expect(await book.read({ ...question, orderId: '7' })).toEqual({ whole: true, orders: [] });
  expect(calls).toHaveLength(1);
});

describe('billing that does not answer', () => {
  test('is not asked again in a run; one that refuses is', async () => {
    const down = bookOver({ QueryOrders: failing('ServiceUnavailable', 503) });
    expect(await down.book.read(question)).toEqual({ whole: false, why: 'ServiceUnavailable' });
    expect(await down.book.instance('aig-1')).toEqual({ unread: 'ServiceUnavailable' });
    expect(down.calls).toHaveLength(1);
    const refusing = bookOver({ QueryOrders: failing('NotApplicable', 400) });
    await refusing.book.read(question);
    await refusing.book.instance('aig-1');
    expect(refusing.calls).toHaveLength(2);
  });

  test('is no failure of the run, whether the keys or the network are to blame; a defect is', async () => {
    for (const error of [new CredentialsError('MissingCredentials', 'no keys'), undefined]) {
      const { book } = bookOver({
        QueryAccountBalance: () => {
          throw error ?? new TypeError('a defect');
        },
      });
      if (error) expect(await book.balance()).toEqual({ unread: error.message });
      else await expect(book.balance()).rejects.toThrow('a defect');
    }
  });

  test('or is slow is asked for a minute in a run', async () => {
    const { book, calls } = bookOver({}, 4_000);
    for (let count = 0; count < 30; count++) await book.instance('aig-1');
    expect(calls).toHaveLength(15);
    expect(await book.balance()).toEqual({ unread: 'billing is too slow' });
  });
});

test.each([
  ['1234.50', 'CNY', { currency: 'CNY', micros: 1_234_500_000n }],
  ['-3.00', 'USD', { currency: 'USD', micros: -3_000_000n }],
  ['a lot', 'CNY', undefined],
  ['1.00', undefined, undefined],
  [undefined, 'CNY', undefined],
])('a balance of %s %s', async (AvailableAmount, Currency, money) => {
  const { book } = bookOver({ QueryAccountBalance: () => ({ Data: { AvailableAmount, Currency } }) });
  const found = await book.balance();
  if (money) expect(found).toEqual(money);
  else expect(found).toHaveProperty('unread');
});
