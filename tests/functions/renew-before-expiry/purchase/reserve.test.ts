import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { type ReserveRequest, reserveBatch } from '../../../../functions/renew-before-expiry/purchase/reserve.ts';
import { addToBudget, readBudget, releaseReservations, reservationId } from '../../../../shared/journal/renewals/budget.ts';
import { renewalStream } from '../../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../../../fixtures/times.ts';
import {
  apiError,
  context,
  down,
  lost,
  monthOf,
  noon,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  purchaseFor,
  readView,
  yuan,
} from './purchase-fixture.ts';

const run = { owner: 'run-1' };
const budgetOf = (fixture: PurchaseFixture, month = '2026-11') => runStoring(fixture.store, readBudget('CNY', month));

async function requestFor(fixture: PurchaseFixture, id: string, amount = 100, currency = 'CNY'): Promise<ReserveRequest> {
  const purchase = purchaseFor(id, { reserve: { ...yuan(amount), currency } });
  return { purchase, view: await readView(fixture, renewalStream('1', id)) };
}

async function reserved(fixture: PurchaseFixture, amounts: Readonly<Record<string, number>>, limit = 1000, nowMs = noon) {
  const requests: ReserveRequest[] = [];
  for (const [id, amount] of Object.entries(amounts)) requests.push(await requestFor(fixture, id, amount));
  const results = await fixture.run(reserveBatch(run, requests, context(nowMs, limit)));
  return results.map((result) => (result.outcome === 'reserved' ? result.reservation.id : result.code));
}

describe('setting money aside', () => {
  test('is one record for all orders of a run', async () => {
    const fixture = purchaseFixture();
    expect(await reserved(fixture, { a: 100, b: 200 })).toEqual(['1/a/0', '1/b/0']);
    expect((await budgetOf(fixture)).records).toEqual([
      {
        kind: 'reserve',
        body: {
          reservations: [
            { id: '1/a/0', micros: '100000000' },
            { id: '1/b/0', micros: '200000000' },
          ],
        },
      },
    ]);
  });

  test('takes whole orders in their order, and passes over what does not fit', async () => {
    expect(await reserved(purchaseFixture(), { a: 60, b: 50, c: 40, d: 1 }, 100)).toEqual([
      '1/a/0',
      'budget-short',
      '1/c/0',
      'budget-short',
    ]);
  });

  test('of the very limit fits, a millionth more does not', async () => {
    const fixture = purchaseFixture();
    expect(await reserved(fixture, { a: 100 }, 100)).toEqual(['1/a/0']);
    const dearer = { ...(await requestFor(fixture, 'b')), purchase: purchaseFor('b', { reserve: { currency: 'CNY', micros: 1n } }) };
    expect(await fixture.run(reserveBatch(run, [dearer], context(noon, 100)))).toMatchObject([{ code: 'budget-short' }]);
  });

  test('reuses what is there for the same renewal, and writes nothing then', async () => {
    const fixture = purchaseFixture();
    await reserved(fixture, { a: 100 }, 100);
    expect(await reserved(fixture, { a: 100 }, 100)).toEqual(['1/a/0']);
    expect(await reserved(fixture, { a: 70 }, 100)).toEqual(['1/a/0']);
    expect((await budgetOf(fixture)).records).toHaveLength(1);
  });

  test('raises it by the difference where the price rose, if that fits', async () => {
    const fixture = purchaseFixture();
    await reserved(fixture, { a: 100 }, 150);
    expect(await reserved(fixture, { a: 150 }, 150)).toEqual(['1/a/0']);
    expect((await budgetOf(fixture)).state).toMatchObject({ usedMicros: 150_000_000n });
    expect(await reserved(fixture, { a: 151 }, 150)).toEqual(['budget-short']);
  });

  test('never takes an id again that was released', async () => {
    const fixture = purchaseFixture();
    await reserved(fixture, { a: 100 });
    await runStoring(fixture.store, releaseReservations('CNY', '2026-11', ['1/a/0'], { owner: 'x', atMs: noon }));
    expect(await reserved(fixture, { a: 100 })).toEqual(['reservation-released']);
  });

  test('without a limit in the currency is refused, and nothing is converted or written', async () => {
    const fixture = purchaseFixture();
    const request = await requestFor(fixture, 'a', 100, 'USD');
    expect(await fixture.run(reserveBatch(run, [request], context(noon)))).toMatchObject([{ outcome: 'refused', code: 'no-limit' }]);
    expect(fixture.store.records.size).toBe(0);
  });

  test('keeps currencies apart', async () => {
    const fixture = purchaseFixture();
    const requests = [await requestFor(fixture, 'a', 90, 'CNY'), await requestFor(fixture, 'b', 90, 'USD')];
    const limits = new Map([
      ['CNY', yuan(100)],
      ['USD', { ...yuan(100), currency: 'USD' }],
    ]);
    const results = await fixture.run(reserveBatch(run, requests, { limits, monthOf, nowMs: noon }));
    expect(results.map(({ outcome }) => outcome)).toEqual(['reserved', 'reserved']);
  });

  /** Midnight of 2026-12-01 in Shanghai. */
  const change = Date.UTC(2026, 10, 30, 16);
  test.each([
    [change - 61 * minuteMs, '2026-11'],
    [change - 60 * minuteMs, undefined],
    [change + 14 * minuteMs, undefined],
    [change + 15 * minuteMs, '2026-12'],
  ])('at %i goes into the budget of %s', async (nowMs, month) => {
    const fixture = purchaseFixture();
    expect(await reserved(fixture, { a: 1 }, 10, nowMs)).toEqual([month ? '1/a/0' : 'month-change']);
    if (month) expect((await budgetOf(fixture, month)).records).toHaveLength(1);
  });

  test('gives back first what a claim that came to nothing still holds', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('NoPermission', { httpStatus: 403 });
    };
    const { request, reservation } = await prepared(fixture);
    fixture.store.beforeCreate = (key) => {
      if (key.startsWith('budget')) throw down();
    };
    // The end is written, the release is not.
    expect(await fixture.run(renew(run, request, reservation, { monthOf }))).toMatchObject({
      outcome: 'rejected',
      error: { message: 'down' },
    });
    fixture.store.beforeCreate = () => {};
    expect(await reserved(fixture, { 'g-1': 100 }, 100)).toEqual(['1/g-1/1']);
    expect((await budgetOf(fixture)).records.map(({ kind }) => kind)).toEqual(['reserve', 'release', 'reserve']);
  });

  test.each(['the store made it', 'the store did not make it'])('settles a lost answer where %s', async (which) => {
    const fixture = purchaseFixture();
    let losses = 0;
    const hook = (): void => {
      if (losses++ === 0) throw lost();
    };
    if (which === 'the store made it') fixture.store.afterCreate = hook;
    else fixture.store.beforeCreate = hook;
    expect(await reserved(fixture, { a: 100 }, 100)).toEqual(['1/a/0']);
    expect((await budgetOf(fixture)).records).toHaveLength(1);
  });

  test('counts what another run sets aside at the same moment', async () => {
    const fixture = purchaseFixture();
    const rival = await budgetOf(fixture);
    fixture.before = (effect) => {
      if (effect.type !== 'store-create') return;
      fixture.before = () => {};
      const body = { reservations: [{ id: reservationId('1', 'z', 0), micros: '60000000' }] };
      const code = addToBudget(rival, { owner: 'rival', atMs: noon }, { kind: 'reserve', body });
      // The rival's create comes first, in the middle of ours.
      const step = code.next();
      if (!step.done && step.value.type === 'store-create') fixture.store.records.set(step.value.key, step.value.bytes);
    };
    expect(await reserved(fixture, { a: 60, b: 40 }, 100)).toEqual(['budget-short', '1/b/0']);
    expect((await budgetOf(fixture)).state.usedMicros).toBe(100_000_000n);
  });

  test('never exceeds the limit, whatever is reserved, raised and released in whatever order', async () => {
    const act = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), amount: fc.integer({ min: 0, max: 80 }), release: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const fixture = purchaseFixture();
        const best = new Map<string, number>();
        const gone = new Set<string>();
        for (const { id, amount, release } of acts) {
          if (release) {
            await runStoring(fixture.store, releaseReservations('CNY', '2026-11', [`1/${id}/0`], { owner: 'x', atMs: noon }));
            if (best.delete(id)) gone.add(id);
            continue;
          }
          // The oracle: what is not gone and fits with the others' largest amounts.
          const others = [...best].filter(([key]) => key !== id).reduce((sum, [, value]) => sum + value, 0);
          const wanted = Math.max(amount, best.get(id) ?? 0);
          const fits = !gone.has(id) && others + wanted <= 100;
          const [result] = await reserved(fixture, { [id]: amount }, 100);
          expect(result).toBe(fits ? `1/${id}/0` : gone.has(id) ? 'reservation-released' : 'budget-short');
          if (fits) best.set(id, wanted);
        }
        const sum = [...best.values()].reduce((total, value) => total + value, 0);
        expect((await budgetOf(fixture)).state.usedMicros).toBe(BigInt(sum) * 1_000_000n);
      }),
      { numRuns: 60 },
    );
  });

  test('a month later starts from nothing', async () => {
    const fixture = purchaseFixture();
    await reserved(fixture, { a: 100 }, 100);
    expect(await reserved(fixture, { b: 100 }, 100, noon + 10 * dayMs)).toEqual(['1/b/0']);
  });
});
