import { describe, expect, test } from 'vitest';
import type { Purchasing } from '../../../shared/engine/purchase/contract.ts';
import { type Candidate, type DueSubscription, type RoundResult, renewalRound } from '../../../shared/engine/purchase/round.ts';
import { renewalStream } from '../../../shared/journal/renewal-key.ts';
import { apiError, context, day, down, expiry, minute, noon, type PurchaseBench, purchaseBench, wishFor } from './purchase-bench.ts';

interface Round extends RoundResult<DueSubscription> {
  readonly told: number;
}

function* nothing(): Purchasing<void> {}

/** A round that wants everything that is free. `ids` are due, all with the same expiry. */
async function round(
  bench: PurchaseBench,
  ids: readonly string[],
  more: { nowMs?: number; limit?: number; expiresAtMs?: number } = {},
): Promise<Round> {
  const { nowMs = noon, limit = 1000, expiresAtMs = expiry } = more;
  let told = 0;
  bench.nowMs = nowMs;
  const due = ids.map((id): DueSubscription => ({ account: '1', target: 'cn', resource: { kind: 'delivery-group', id }, expiresAtMs }));
  const result = await bench.run(
    renewalRound<DueSubscription, never>(
      { run: { owner: `run-${nowMs}` }, due, ...context(nowMs, limit) },
      {
        alarm: () => {
          bench.steps.push('alarm');
          told += 1;
          return nothing();
        },
        *choose(candidates) {
          const free = candidates.filter(({ standing }) => standing?.state === 'free');
          return free.map((candidate) => ({
            candidate,
            wish: wishFor(candidate.due.resource.id, { expiresAtMs: candidate.due.expiresAtMs }),
          }));
        },
      },
    ) as Purchasing<RoundResult<DueSubscription>>,
  );
  return { ...result, told };
}

const states = (candidates: readonly Candidate<DueSubscription>[]) => candidates.map(({ standing }) => standing?.state);

describe('a round', () => {
  test('tells of expiries before it asks the journal anything', async () => {
    const bench = purchaseBench();
    await round(bench, ['a']);
    expect(bench.steps[0]).toBe('alarm');
  });

  test('tells of expiries when the store is down, and orders nothing', async () => {
    const bench = purchaseBench();
    bench.before = (effect) => {
      if (effect.type.startsWith('store')) throw down();
    };
    const result = await round(bench, ['a']);
    expect([result.told, bench.sent.length, result.error?.message]).toEqual([1, 0, 'down']);
  });

  test('asks neither journal nor service where nothing is due', async () => {
    const bench = purchaseBench();
    await round(bench, []);
    expect(bench.steps).toEqual(['alarm']);
  });

  test('makes two to four reads of the store for a resource that is held', async () => {
    const bench = purchaseBench();
    bench.onSend = () => {
      throw apiError('AnswerTimeout');
    };
    await round(bench, ['a']);
    let calls = 0;
    bench.before = (effect) => {
      if (effect.type === 'store-list') calls += 1;
      if (effect.type === 'store-read') calls += effect.keys.length;
    };
    await round(bench, ['a'], { nowMs: noon + 5 * minute });
    expect(calls).toBe(4);
    expect(bench.sent).toHaveLength(1);
  });

  test('orders what fits into the budget, one after another in the order given', async () => {
    const bench = purchaseBench();
    const { reserved, outcomes } = await round(bench, ['a', 'b', 'c'], { limit: 250 });
    expect(reserved.map(({ outcome }) => outcome)).toEqual(['reserved', 'reserved', 'refused']);
    expect(outcomes.map(({ wish }) => wish.resource.id)).toEqual(['a', 'b']);
    expect(bench.sent.map(({ resource }) => resource.id)).toEqual(['a', 'b']);
  });

  test('settles what is open and tells what has not moved', async () => {
    const bench = purchaseBench();
    await round(bench, ['a']);
    const { alerts, candidates } = await round(bench, ['a'], { nowMs: noon + 20 * minute });
    expect(alerts).toMatchObject([{ code: 'order-unpaid', data: { resource: 'a', orderId: 'order-1' } }]);
    expect(states(candidates)).toEqual(['open']);
  });

  test('goes on with the next number in the same run where a claim that came to nothing was left behind', async () => {
    const bench = purchaseBench();
    bench.onSend = () => {
      throw apiError('NoPermission', { httpStatus: 403 });
    };
    bench.store.beforeCreate = (key) => {
      if (key.endsWith('end')) throw down();
    };
    expect((await round(bench, ['a'])).error).toBeDefined();
    bench.store.beforeCreate = () => {};
    bench.onSend = () => ({ OrderId: 'order-2' });
    const { outcomes, candidates } = await round(bench, ['a'], { nowMs: noon + 5 * minute });
    expect(candidates[0]?.settled?.end).toMatchObject({ outcome: 'void', by: 'run' });
    expect(outcomes).toMatchObject([{ n: 1, outcome: 'ordered', orderId: 'order-2' }]);
  });

  test('does not order for an expiry that it found moved when it settled, nor sets money aside for it', async () => {
    const bench = purchaseBench();
    await round(bench, ['a']);
    bench.observed = { expiresAtMs: expiry + 7 * day };
    const before = bench.store.records.size;
    // The page still shows the expiry of before.
    const { outcomes, reserved, alerts } = await round(bench, ['a'], { nowMs: noon + 20 * minute });
    expect(outcomes).toMatchObject([{ outcome: 'stopped', code: 'expiry-changed' }]);
    expect([reserved.length, alerts.length, bench.store.records.size - before]).toEqual([0, 0, 1]);
  });

  test('raises an alarm for an expiry that was moved back, and does not order', async () => {
    const bench = purchaseBench();
    bench.onSend = () => {
      bench.observed = { expiresAtMs: expiry + 7 * day };
      return { OrderId: 'order-1' };
    };
    await round(bench, ['a']);
    bench.observed = { expiresAtMs: expiry };
    const { alerts, candidates } = await round(bench, ['a'], { nowMs: noon + day });
    expect(states(candidates)).toEqual(['spent']);
    expect(alerts).toMatchObject([{ code: 'expiry-moved-back', severity: 'critical' }]);
    expect(bench.sent).toHaveLength(1);
  });

  test('holds a resource whose records cannot be trusted, and goes on with the others', async () => {
    const bench = purchaseBench();
    bench.store.records.set(`${renewalStream('1', 'a')}/00000000/claim`, new TextEncoder().encode('not a record'));
    const { candidates, outcomes, error } = await round(bench, ['a', 'b']);
    expect(candidates[0]).toMatchObject({ view: undefined, standing: undefined, failure: { code: 'MalformedRecord' } });
    expect([outcomes.map(({ wish }) => wish.resource.id), error]).toEqual([['b'], undefined]);
  });

  test('leaves an open claim open where the resource cannot be read, and says why', async () => {
    const bench = purchaseBench();
    await round(bench, ['a']);
    bench.onReread = () => {
      throw apiError('ServiceUnavailable', { httpStatus: 503 });
    };
    const { candidates, alerts } = await round(bench, ['a'], { nowMs: noon + 20 * minute });
    expect(candidates[0]).toMatchObject({ standing: { state: 'open' }, settled: undefined, failure: { code: 'ServiceUnavailable' } });
    expect(alerts).toEqual([]);
  });

  test('ends its purchases when the journal fails after an order, and tells of that order', async () => {
    const bench = purchaseBench();
    bench.store.beforeCreate = (key) => {
      if (key.endsWith('answer')) throw down();
    };
    const { outcomes, alerts, error } = await round(bench, ['a', 'b']);
    expect(outcomes.map(({ wish }) => wish.resource.id)).toEqual(['a']);
    expect([alerts[0]?.code, error?.message]).toEqual(['answer-unrecorded', 'down']);
  });
});
