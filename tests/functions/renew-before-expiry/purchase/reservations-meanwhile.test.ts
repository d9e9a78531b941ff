import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Purchasing } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { nearMonthChange } from '../../../../functions/renew-before-expiry/purchase/month.ts';
import { settleBudget, settleBudgets, UsedReservations } from '../../../../functions/renew-before-expiry/purchase/reservations.ts';
import { resolveClaim } from '../../../../functions/renew-before-expiry/purchase/resolve.ts';
import { settleOpen } from '../../../../functions/renew-before-expiry/purchase/settle.ts';
import { encodeRecord, linkOf } from '../../../../shared/journal/log/record.ts';
import { verifyJournal } from '../../../../shared/journal/log/verify.ts';
import { addToBudget, readBudget } from '../../../../shared/journal/renewals/budget.ts';
import { renewalKey } from '../../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../../../fixtures/times.ts';
import {
  apiError,
  down,
  monthOf,
  noon,
  ordered,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  readView,
  stream,
} from './purchase-fixture.ts';

const run = { owner: 'run-9' };
const november = { currency: 'CNY', month: '2026-11' };
/** Midnight of 2026-12-01 in Shanghai. */
const change = Date.UTC(2026, 10, 30, 16);

const ids = async (fixture: PurchaseFixture): Promise<readonly string[]> => [
  ...(await runStoring(fixture.store, readBudget(november.currency, november.month))).state.reserved.keys(),
];
const settled = (fixture: PurchaseFixture, nowMs: number, used?: UsedReservations) =>
  fixture.run(settleBudget(run, november, { nowMs, monthOf, used }));

/** A person voids an order that was cancelled, and the process dies before the money is given back. */
async function voidedHalf(fixture: PurchaseFixture, nowMs: number): Promise<void> {
  const verdict = { account: '1', resourceId: 'g-1', n: 0, outcome: 'void', by: 'person', orderId: 'order-1', nowMs } as const;
  fixture.store.beforeCreate = (key) => {
    if (key.startsWith('budget/')) throw down();
  };
  await expect(fixture.run(resolveClaim({ owner: 'li' }, verdict) as Purchasing<unknown>)).rejects.toThrow('down');
  fixture.store.beforeCreate = () => {};
}

test('money for a number behind an open claim stays, and nothing is claimed behind that', async () => {
  const fixture = purchaseFixture();
  fixture.onSend = () => {
    throw apiError('NoAnswer');
  };
  await ordered(fixture);
  const view = await runStoring(fixture.store, readBudget(november.currency, november.month));
  const body = { reservations: [{ id: '1/g-1/1', micros: '1' }] };
  await runStoring(fixture.store, addToBudget(view, { owner: 'x', atMs: noon }, { kind: 'reserve', body }));
  await settled(fixture, noon + 61 * minuteMs);
  expect(await ids(fixture)).toEqual(['1/g-1/0', '1/g-1/1']);
  expect(await readView(fixture)).toMatchObject({ next: 1, open: { n: 0 } });
  expect((await verifyJournal(fixture.store)).problems).toEqual([]);
});

test('of two runs that give the same money back one ends the claim, on the answer that stands there', async () => {
  const fixture = purchaseFixture();
  await prepared(fixture);
  fixture.before = (effect) => {
    if (effect.type !== 'store-create' || !effect.key.endsWith('/answer')) return;
    fixture.before = () => {};
    const claim = fixture.store.records.get(renewalKey(stream, 0, 'claim')) as Uint8Array;
    const body = { outcome: 'not-sent', code: 'reservation-abandoned' };
    fixture.store.records.set(
      effect.key,
      encodeRecord({ kind: 'answer', atMs: noon + 61 * minuteMs, owner: 'run-8', prev: linkOf(claim), body }),
    );
  };
  await settled(fixture, noon + 61 * minuteMs);
  await settled(fixture, noon + 62 * minuteMs);
  expect(await ids(fixture)).toEqual([]);
  expect(await readView(fixture)).toMatchObject({ next: 1, open: undefined });
  expect((await verifyJournal(fixture.store)).problems).toEqual([]);
});

test('money of an order that is cancelled later goes back by a process that had seen it ordered', async () => {
  const fixture = purchaseFixture();
  await ordered(fixture);
  const used = new UsedReservations();
  await settled(fixture, noon + minuteMs, used);
  await voidedHalf(fixture, noon + dayMs);
  await settled(fixture, noon + dayMs, used);
  expect(await ids(fixture)).toEqual([]);
});

test('a month that is over is looked at as long as an order of it can still be cancelled', async () => {
  const fixture = purchaseFixture();
  await ordered(fixture);
  const used = new UsedReservations();
  await fixture.run(settleBudgets(run, ['CNY'], { nowMs: change + dayMs, monthOf, used }));
  await voidedHalf(fixture, change + 2 * dayMs);
  await fixture.run(settleBudgets(run, ['CNY'], { nowMs: change + 2 * dayMs, monthOf, used }));
  expect(await ids(fixture)).toEqual([]);
});

test.each([noon + 62 * minuteMs, noon + 3 * dayMs])(
  'a number that was used up by half at %i is no order: its claim is void, and nobody is told',
  async (nowMs) => {
    const fixture = purchaseFixture();
    await prepared(fixture);
    fixture.store.beforeCreate = (key) => {
      if (key.endsWith('/answer')) throw down();
    };
    await expect(settled(fixture, noon + 61 * minuteMs)).rejects.toThrow('down');
    fixture.store.beforeCreate = () => {};
    const view = await readView(fixture);
    expect(view).toMatchObject({ open: { n: 0, claim: { abandoned: true } } });
    const found = await fixture.run(settleOpen(run, view, fixture.observed, nowMs));
    expect(found).toEqual({ end: { outcome: 'void', by: 'run' }, alerts: [] });
    expect([await ids(fixture), (await readView(fixture)).next]).toEqual([[], 1]);
  },
);

describe('the change of month', () => {
  test.each([
    [-61 * minuteMs, false, '2026-11'],
    [-60 * minuteMs - 1, false, '2026-11'],
    [-60 * minuteMs, true, '2026-11'],
    [-1, true, '2026-11'],
    [0, true, '2026-12'],
    [15 * minuteMs - 1, true, '2026-12'],
    [15 * minuteMs, false, '2026-12'],
    [24 * 60 * minuteMs, false, '2026-12'],
  ])('%i ms after it: kept away from %s, month %s', (offset, near, month) => {
    expect(nearMonthChange(change + offset, monthOf)).toBe(near);
    expect(monthOf(change + offset)).toBe(month);
  });

  test('what is ordered within 15 minutes of a moment that is not near counts in the same month on clocks 15 minutes apart', () => {
    const start = Date.UTC(2026, 0, 1);
    fc.assert(
      fc.property(fc.nat(400 * 24 * 60), fc.integer({ min: -15, max: 30 }), (minutes, off) => {
        const at = start + minutes * minuteMs;
        fc.pre(!nearMonthChange(at, monthOf));
        expect(monthOf(at + off * minuteMs)).toBe(monthOf(at));
      }),
    );
  });
});
