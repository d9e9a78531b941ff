import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BilledLine,
  billFinalMs,
  billSpan,
  isOpen,
  type OwnDay,
  type OwnOrder,
  type OwnRecords,
  type ReconcileInput,
  reconcile,
  wantsDays,
} from '../../shared/billing/reconcile.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';

const month = '2026-11';
const final = billFinalMs(month);
const yuan = (amount: number): bigint => BigInt(Math.round(amount * 1_000_000));

const line = (more: Partial<BilledLine> = {}): BilledLine => {
  const due = more.due ?? yuan(10);
  return { resource: 'aig-1', item: 'usage', currency: 'CNY', gross: due, discount: 0n, deducted: 0n, ...more, due };
};
const day = (more: Partial<OwnDay> = {}): OwnDay => {
  const cost = more.cost ?? yuan(10);
  return { resource: 'aig-1', date: '2026-11-10', currency: 'CNY', lowest: cost, highest: cost, sampling: 0n, ...more, cost };
};
const order = (more: Partial<OwnOrder> = {}): OwnOrder => ({
  ...{
    resource: 'aig-1',
    amount: { currency: 'CNY', micros: yuan(10) },
    atMs: shanghai('2026-11-10 10:00'),
    state: 'renewed',
    paysItself: true,
  },
  ...more,
});
const nothing: OwnRecords = { days: [], gaps: [], orders: [] };

function rowsOf(own: Partial<OwnRecords>, bill: readonly BilledLine[], more: Partial<ReconcileInput> = {}) {
  const { rows } = reconcile({
    month,
    nowMs: final,
    own: { ...nothing, ...own },
    bill,
    daily: bill.map((each) => ({ date: '2026-11-10', ...each })),
    ...more,
  });
  return rows.map(({ state, causes, ...row }) => [state, ...causes, ...(isOpen({ state, causes, ...row }) ? ['open'] : [])].join(' '));
}

describe('a month of nodes by the hour', () => {
  test.each<[string, Partial<OwnRecords>, readonly BilledLine[], string]>([
    ['the same on both sides', { days: [day()] }, [line()], 'matched'],
    ['a minor unit apart', { days: [day()] }, [line({ due: yuan(10.01) })], 'matched'],
    ['more than a minor unit apart', { days: [day()] }, [line({ due: yuan(10.02) })], 'differing unknown open'],
    ['apart by what sampling may be off by', { days: [day({ sampling: yuan(2) })] }, [line({ due: yuan(11.9) })], 'matched'],
    [
      'apart by the discount of the bill',
      { days: [day()] },
      [line({ due: yuan(8), gross: yuan(10), discount: yuan(2) })],
      'differing promotion open',
    ],
    ['apart by a coupon', { days: [day()] }, [line({ due: yuan(7), deducted: yuan(3) })], 'differing promotion open'],
    [
      'at another price that was quoted in the month',
      { days: [day({ highest: yuan(12) })] },
      [line({ due: yuan(11) })],
      'differing price-change open',
    ],
    [
      'more than was measured, on a day of which some was not',
      { days: [day()], gaps: [{ resource: 'aig-1', date: '2026-11-10', because: 'unmeasured' }] },
      [line({ due: yuan(14) })],
      'differing unmeasured open',
    ],
    [
      'less than was measured: a gap explains no such thing',
      { days: [day()], gaps: [{ resource: 'aig-1', date: '2026-11-10', because: 'unmeasured' }] },
      [line({ due: yuan(6) })],
      'differing unknown open',
    ],
    ['in the bill only', {}, [line()], 'only-bill unknown open'],
    ['here only', { days: [day()] }, [], 'only-here unknown open'],
    ['a refund', {}, [line({ item: 'refund', due: -yuan(3) })], 'correction'],
    ['an adjustment to our disadvantage', {}, [line({ item: 'adjustment', due: yuan(3) })], 'correction open'],
  ])('%s', (_what, own, bill, said) => {
    expect(rowsOf(own, bill)).toEqual([said]);
  });

  test('in two currencies is two rows: nothing is converted', () => {
    expect(rowsOf({ days: [day()] }, [line({ currency: 'USD' })]).sort()).toEqual(['only-bill unknown open', 'only-here unknown open']);
  });

  test('that the bill may still show is not missing until it is final', () => {
    const last = day({ date: '2026-11-30' });
    const at = (nowMs: number) => rowsOf({ days: [day(), last] }, [line()], { nowMs, daily: undefined });
    expect(at(shanghai('2026-12-02'))).toEqual(['pending']);
    expect(at(final - 1)).toEqual(['pending']);
    expect(at(final)).toEqual(['differing unknown open']);
    // A day in the month is due once the lag of bills has passed.
    const early = (nowMs: number) => rowsOf({ days: [day()] }, [], { nowMs, daily: undefined });
    expect(early(shanghai('2026-11-12') - 1)).toEqual(['pending']);
    expect(early(shanghai('2026-11-12'))).toEqual(['only-here unknown open']);
  });
});

describe('an order', () => {
  test.each<[string, Partial<OwnRecords>, readonly BilledLine[], string]>([
    ['of the journal and the bill', { orders: [order()] }, [line({ item: 'order' })], 'matched'],
    ['that nobody placed here', {}, [line({ item: 'order' })], 'only-bill unknown open'],
    ['that the journal has not closed', { orders: [order({ state: 'open' })] }, [line({ item: 'order' })], 'only-bill open-order open'],
    [
      'of the month before, paid in this one',
      { orders: [order({ atMs: shanghai('2026-10-30') })] },
      [line({ item: 'order' })],
      'only-bill other-month open',
    ],
    ['that somebody pays later', { orders: [order({ paysItself: false })] }, [], 'only-here other-month open'],
    ['that the bill does not know', { orders: [order()] }, [], 'only-here unknown open'],
    [
      'at a promotion',
      { orders: [order()] },
      [line({ item: 'order', due: yuan(9), discount: yuan(1), gross: yuan(10) })],
      'differing promotion open',
    ],
    ['twice in the bill', { orders: [order()] }, [line({ item: 'order', due: yuan(20) })], 'differing unknown open'],
  ])('%s', (_what, own, bill, said) => {
    expect(rowsOf(own, bill)).toEqual([said]);
  });
});

test('days are asked for only where usage differs and the bill itself does not say why', () => {
  const asks = (own: Partial<OwnRecords>, bill: readonly BilledLine[]) =>
    wantsDays(reconcile({ month, nowMs: final, own: { ...nothing, ...own }, bill }));
  expect(asks({ days: [day()] }, [line()])).toBe(false);
  expect(asks({ days: [day()] }, [line({ due: yuan(8), discount: yuan(2) })])).toBe(false);
  expect(asks({ days: [day()] }, [line({ due: yuan(8) })])).toBe(true);
  expect(asks({}, [line({ item: 'order' })])).toBe(false);
});

test('the month of a bill is one of UTC+8, and its bill is final on the 3rd at noon', () => {
  expect(billSpan('2026-12')).toEqual({ fromMs: shanghai('2026-12-01'), untilMs: shanghai('2027-01-01') });
  expect(billFinalMs('2026-12')).toBe(shanghai('2027-01-03 12:00'));
  const provisional = (nowMs: number) => reconcile({ month, nowMs, own: nothing, bill: [] }).provisional;
  expect([provisional(final - 1), provisional(final)]).toEqual([true, false]);
});

test('each amount of either side is in exactly one row, whatever the sides are and in whatever order they come', () => {
  const resource = fc.constantFrom('a', 'b', 'c');
  const currency = fc.constantFrom('CNY', 'USD');
  const micros = fc.integer({ min: 0, max: 30 }).map((units) => BigInt(units) * 500_000n);
  const date = fc.integer({ min: 1, max: 30 }).map((number) => `2026-11-${String(number).padStart(2, '0')}`);
  const bills = fc.array(
    fc
      .record({ resource, currency, due: micros, item: fc.constantFrom<BilledLine['item']>('usage', 'order', 'refund', 'adjustment') })
      .map((each) => line(each)),
    { maxLength: 8 },
  );
  const days = fc.array(
    fc.record({ resource, currency, cost: micros, date, sampling: micros }).map((each) => day(each)),
    { maxLength: 8 },
  );
  const orders = fc.array(
    fc
      .record({ resource, currency, micros, hours: fc.nat(60 * 24), state: fc.constantFrom<OwnOrder['state']>('renewed', 'open') })
      .map(({ resource: id, currency: code, micros: amount, hours, state }) =>
        order({ resource: id, amount: { currency: code, micros: amount }, atMs: shanghai('2026-10-15') + hours * hourMs, state }),
      ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(bills, days, orders, fc.nat(40), (bill, own, ordered, later) => {
      const input: ReconcileInput = {
        month,
        nowMs: shanghai('2026-11-05') + later * dayMs,
        own: { days: own, gaps: [], orders: ordered },
        bill,
      };
      const { rows, totals } = reconcile(input);
      const { fromMs, untilMs } = billSpan(month);
      const counted = ordered.filter(({ state, atMs }) => state === 'renewed' && atMs >= fromMs && atMs < untilMs);
      for (const code of ['CNY', 'USD']) {
        const ofBill = bill.filter((each) => each.currency === code).reduce((sum, { due }) => sum + due, 0n);
        const ofOwn =
          own.filter((each) => each.currency === code).reduce((sum, { cost }) => sum + cost, 0n) +
          counted.filter(({ amount }) => amount.currency === code).reduce((sum, { amount }) => sum + amount.micros, 0n);
        const total = totals.find(({ own: { currency: found } }) => found === code);
        expect([total?.own.micros ?? 0n, total?.billed.micros ?? 0n]).toEqual([ofOwn, ofBill]);
      }
      const again = reconcile({
        ...input,
        bill: [...bill].reverse(),
        own: { ...input.own, days: [...own].reverse(), orders: [...ordered].reverse() },
      });
      const plain = (all: typeof rows) => all.map(({ resource: id, item, state, own: a, billed: b }) => [id, item, state, a, b]);
      expect(new Set(plain(again.rows).map((row) => JSON.stringify(row, (_k, v) => (typeof v === 'bigint' ? String(v) : v))))).toEqual(
        new Set(plain(rows).map((row) => JSON.stringify(row, (_k, v) => (typeof v === 'bigint' ? String(v) : v)))),
      );
    }),
    { numRuns: 300 },
  );
});
