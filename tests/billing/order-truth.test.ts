import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  autoRenewalOf,
  type BilledInstance,
  type BilledOrder,
  type OrderQuestion,
  type OrderReading,
  orderLagMs,
  orderTruth,
} from '../../shared/billing/order-truth.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';

const claimedMs = Date.UTC(2026, 10, 24, 4);
const expiresAtMs = claimedMs + 5 * dayMs;
const product = { productCode: 'appstream' };
const question: OrderQuestion = {
  resourceId: 'aig-1',
  fromMs: claimedMs - 15 * minuteMs,
  untilMs: claimedMs + hourMs,
  expiresAtMs,
};
const instance: BilledInstance = { resourceId: 'aig-1', productCode: 'appstream', endsAtMs: expiresAtMs, renewal: 'ManualRenewal' };
const order = (more: Partial<BilledOrder> = {}): BilledOrder => ({
  ...{ id: '1', productCode: 'appstream', type: 'Renew', status: 'Paid', resourceIds: ['aig-1'] },
  ...more,
});
const whole = (orders: readonly BilledOrder[], listed: BilledInstance = instance): OrderReading => ({
  whole: true,
  orders,
  instance: listed,
});
/** The same where the subscription is not listed. */
const unlisted = (...orders: readonly BilledOrder[]): OrderReading => ({ whole: true, orders });
/** When the lag is over. */
const lateMs = question.untilMs + orderLagMs;
const stateOf = (reading: OrderReading, nowMs = lateMs, asked: OrderQuestion = question) =>
  orderTruth(asked, reading, product, nowMs).state;

describe('an order that is known by its number', () => {
  const known = { ...question, orderId: '1' };
  test.each([
    ['Paid', 'paid'],
    ['Unpaid', 'unpaid'],
    ['Cancelled', 'cancelled'],
    ['Refunding', 'unknown'],
    [undefined, 'unknown'],
  ])('with the status %s is %s', (status, state) => {
    expect(stateOf(whole([order({ status })]), claimedMs, known)).toBe(state);
  });

  test('is never absent, however late billing shows nothing of it', () => {
    expect(stateOf(whole([]), lateMs + 30 * dayMs, known)).toBe('unknown');
    expect(stateOf(whole([order({ id: '2', status: 'Cancelled' })]), lateMs, known)).toBe('unknown');
  });

  test('whose parts disagree is not known', () => {
    expect(stateOf(whole([order({ status: 'Cancelled' }), order()]), lateMs, known)).toBe('unknown');
  });
});

describe('an order of which nobody knows the number', () => {
  test('is found by what it renews, at once', () => {
    const found = orderTruth(question, unlisted(order({ untilMs: 7 })), product, claimedMs + 20 * minuteMs);
    expect(found).toEqual({ state: 'paid', orderId: '1', untilMs: 7 });
    expect(stateOf(whole([order({ status: 'Unpaid' }), order({ id: '2', resourceIds: ['aig-2'] })]), claimedMs)).toBe('unpaid');
  });

  test('is absent after the lag, where billing lists the subscription as it was', () => {
    expect(stateOf(whole([]))).toBe('absent');
    expect(stateOf(whole([]), lateMs - 1)).toBe('unknown');
  });

  test('that was canceled is absent after the lag: another one may not be listed before', () => {
    expect(stateOf(whole([order({ status: 'Cancelled' })]), lateMs - 1)).toBe('unknown');
    expect(stateOf(whole([order({ status: 'Cancelled' })]))).toBe('absent');
  });

  test.each<[string, OrderReading]>([
    ['billing was not read', { whole: false, why: 'down' }],
    ['the subscription is not listed, as with a wrong product code', unlisted()],
    ['it is listed under another code', whole([], { ...instance, productCode: 'eds' })],
    ['it is listed without a code', whole([], { ...instance, productCode: undefined })],
    ['another subscription is listed', whole([], { ...instance, resourceId: 'aig-2' })],
    ['it ends later by now', whole([], { ...instance, endsAtMs: expiresAtMs + 30 * dayMs })],
    ['its end is not shown', whole([], { ...instance, endsAtMs: undefined })],
    ['an order of the product names nothing', whole([order({ resourceIds: undefined })])],
    ['an order of the product names no id', whole([order({ resourceIds: [] })])],
    ['an order names ids of billing alone', whole([order({ resourceIds: ['bss-1'] })])],
    ['an order without a product names ids of billing', whole([order({ productCode: undefined, resourceIds: ['i-1'] })])],
    ['two renewals of it are listed', whole([order(), order({ id: '2' })])],
    ['one was canceled, and one is paid', whole([order({ status: 'Cancelled' }), order({ id: '2' })])],
    ['it was ordered in another way', whole([order({ type: 'Convert' })])],
    ['its status is a new one', whole([order({ status: 'Pending' })])],
  ])('is not known where %s', (_title, reading) => {
    expect(stateOf(reading, lateMs + 30 * dayMs)).toBe('unknown');
  });

  test('is told apart from orders of other products and of other resources', () => {
    const others = [
      order({ id: '2', productCode: 'ecs', resourceIds: undefined }),
      order({ id: '3', resourceIds: ['aig-2', 'aig-3'] }),
      order({ id: '4', resourceIds: ['ws-1'] }),
    ];
    expect(stateOf(whole(others))).toBe('absent');
  });

  test('is looked for under the type of the product, where the policy names one', () => {
    const typed = { productCode: 'appstream', productType: 'cloudapp' };
    expect(orderTruth(question, whole([]), typed, lateMs).state).toBe('unknown');
    expect(orderTruth(question, whole([], { ...instance, productType: 'cloudapp' }), typed, lateMs).state).toBe('absent');
  });
});

test('whatever billing shows, an order that it lists for the resource is never absent before somebody canceled it', () => {
  const orders = fc.array(
    fc.record<BilledOrder>({
      id: fc.constantFrom('1', '2', '3'),
      productCode: fc.constantFrom('appstream', 'ecs', '', undefined),
      type: fc.constantFrom('Renew', 'New', undefined),
      status: fc.constantFrom('Paid', 'Unpaid', 'Cancelled', 'Odd', undefined),
      resourceIds: fc.constantFrom(['aig-1'], ['aig-2'], ['aig-1', 'aig-2'], ['bss-9'], [], undefined),
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(orders, fc.integer({ min: -dayMs, max: 3 * dayMs }), fc.boolean(), (listed, later, isListed) => {
      const nowMs = question.untilMs + later;
      const { state } = orderTruth(question, isListed ? whole(listed) : unlisted(...listed), product, nowMs);
      const mine = listed.filter(({ resourceIds, status }) => resourceIds?.includes('aig-1') && status !== 'Cancelled');
      const unclear = listed.filter(
        ({ productCode, resourceIds }) => productCode !== 'ecs' && (!resourceIds?.length || resourceIds.includes('bss-9')),
      );
      if (state !== 'absent') return;
      expect(mine).toEqual([]);
      expect(unclear).toEqual([]);
      expect([isListed, later >= orderLagMs]).toEqual([true, true]);
    }),
  );
});

test.each([
  ['AutoRenewal', 'on'],
  ['ManualRenewal', 'off'],
  ['NotRenewal', 'off'],
  ['SomethingNew', undefined],
  [undefined, undefined],
])('a subscription with the status %s of renewal renews itself: %s', (renewal, found) => {
  expect(autoRenewalOf({ resourceId: 'aig-1', renewal })).toBe(found);
  expect(autoRenewalOf(undefined)).toBe(undefined);
});
