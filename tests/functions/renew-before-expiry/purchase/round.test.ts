import { describe, expect, test } from 'vitest';
import type { Purchasing } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import {
  type AlarmFound,
  type Candidate,
  type DueSubscription,
  purchasePass,
  type RoundResult,
} from '../../../../functions/renew-before-expiry/purchase/purchase-pass.ts';
import type { Recheck } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { renewalStream } from '../../../../shared/journal/renewals/renewal-record.ts';
import { dayMs, minuteMs } from '../../../fixtures/times.ts';
import { apiError, context, down, expiry, noon, type PurchaseFixture, purchaseFixture, purchaseFor } from './purchase-fixture.ts';

interface Round extends RoundResult<DueSubscription> {
  readonly told: number;
  readonly alarms: readonly AlarmFound[];
}

function* nothing(): Purchasing<void> {}

/** A round that wants everything that is free. `ids` are due, all with the same expiry. */
async function round(
  fixture: PurchaseFixture,
  ids: readonly string[],
  more: { nowMs?: number; limit?: number; expiresAtMs?: number; deadlineMs?: number; recheck?: Recheck<never> } = {},
): Promise<Round> {
  const { nowMs = noon, limit = 1000, expiresAtMs = expiry, deadlineMs, recheck } = more;
  const alarms: AlarmFound[] = [];
  fixture.nowMs = nowMs;
  const due = ids.map((id): DueSubscription => ({ account: '1', target: 'cn', resource: { kind: 'delivery-group', id }, expiresAtMs }));
  const result = await fixture.run(
    purchasePass<DueSubscription, never>(
      { run: { owner: `run-${nowMs}`, deadlineMs }, due, ...context(nowMs, limit) },
      {
        ...(recheck ? { recheck: () => recheck } : {}),
        alarm: (found) => {
          fixture.steps.push('alarm');
          alarms.push(found);
          return nothing();
        },
        *choose(candidates) {
          const free = candidates.filter(({ claimState }) => claimState?.state === 'free');
          return free.map((candidate) => ({
            candidate,
            purchase: purchaseFor(candidate.due.resource.id, { expiresAtMs: candidate.due.expiresAtMs }),
          }));
        },
      },
    ) as Purchasing<RoundResult<DueSubscription>>,
  );
  return { ...result, told: alarms.length, alarms };
}

const states = (candidates: readonly Candidate<DueSubscription>[]) => candidates.map(({ claimState }) => claimState?.state);

describe('a round', () => {
  test('tells of expiries once all is decided, before the first order, and again with what became of it', async () => {
    const fixture = purchaseFixture();
    await round(fixture, ['a']);
    const send = fixture.steps.indexOf('send');
    expect(fixture.steps.indexOf('alarm')).toBeLessThan(send);
    expect(fixture.steps.lastIndexOf('alarm')).toBeGreaterThan(send);
  });

  test('tells of expiries without a decision where the journal fails before there is one', async () => {
    const fixture = purchaseFixture();
    fixture.before = (effect) => {
      if (effect.type.startsWith('store')) throw down();
    };
    const { alarms } = await round(fixture, ['a']);
    expect(alarms.map(({ decided }) => decided)).toEqual([false]);
  });

  test('tells of expiries without a decision where too little time is left to order anything, and reads nothing more', async () => {
    const fixture = purchaseFixture();
    const { alarms, late, candidates } = await round(fixture, ['a'], { deadlineMs: noon + 59_000 });
    expect([alarms[0]?.decided, late?.code, candidates.length]).toEqual([false, 'deadline-near', 0]);
    expect(fixture.steps.filter((step) => step !== 'alarm' && step !== 'clock-now')).toEqual([]);
  });

  test('chooses nothing where time runs out before all that is due was looked at', async () => {
    const fixture = purchaseFixture();
    fixture.before = (effect) => {
      if (effect.type === 'store-list') fixture.nowMs = noon + 1;
    };
    const { alarms, late, candidates } = await round(fixture, ['a', 'b'], { deadlineMs: noon + minuteMs });
    expect([alarms[0]?.decided, late?.code, candidates.length]).toEqual([false, 'deadline-near', 1]);
    expect([fixture.sent, [...fixture.store.records.keys()]]).toEqual([[], []]);
  });

  test('tells of expiries when the store is down, and orders nothing', async () => {
    const fixture = purchaseFixture();
    fixture.before = (effect) => {
      if (effect.type.startsWith('store')) throw down();
    };
    const result = await round(fixture, ['a']);
    expect([result.told, fixture.sent.length, result.error?.message]).toEqual([1, 0, 'down']);
  });

  test('asks neither journal nor service where nothing is due', async () => {
    const fixture = purchaseFixture();
    await round(fixture, []);
    expect(fixture.steps).toEqual(['alarm', 'alarm']);
  });

  test('makes two to four reads of the store for a resource that is held', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('AnswerTimeout');
    };
    await round(fixture, ['a']);
    let calls = 0;
    fixture.before = (effect) => {
      if (effect.type === 'store-list') calls += 1;
      if (effect.type === 'store-read') calls += effect.keys.length;
    };
    await round(fixture, ['a'], { nowMs: noon + 5 * minuteMs });
    expect(calls).toBe(4);
    expect(fixture.sent).toHaveLength(1);
  });

  test('orders what fits into the budget, one after another in the order given', async () => {
    const fixture = purchaseFixture();
    const { reserved, outcomes } = await round(fixture, ['a', 'b', 'c'], { limit: 250 });
    expect(reserved.map(({ outcome }) => outcome)).toEqual(['reserved', 'reserved', 'refused']);
    expect(outcomes.map(({ purchase }) => purchase.resource.id)).toEqual(['a', 'b']);
    expect(fixture.sent.map(({ resource }) => resource.id)).toEqual(['a', 'b']);
  });

  test('settles what is open and tells what has not moved', async () => {
    const fixture = purchaseFixture();
    await round(fixture, ['a']);
    const { alerts, candidates } = await round(fixture, ['a'], { nowMs: noon + 20 * minuteMs });
    expect(alerts).toMatchObject([{ code: 'order-unpaid', data: { resource: 'a', orderId: 'order-1' } }]);
    expect(states(candidates)).toEqual(['open']);
  });

  test('goes on with the next number in the same run where a claim that came to nothing was left behind', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('NoPermission', { httpStatus: 403 });
    };
    fixture.store.beforeCreate = (key) => {
      if (key.endsWith('end')) throw down();
    };
    expect((await round(fixture, ['a'])).error).toBeDefined();
    fixture.store.beforeCreate = () => {};
    fixture.onSend = () => ({ OrderId: 'order-2' });
    const { outcomes, candidates } = await round(fixture, ['a'], { nowMs: noon + 5 * minuteMs });
    expect(candidates[0]?.settled?.end).toMatchObject({ outcome: 'void', by: 'run' });
    expect(outcomes).toMatchObject([{ n: 1, outcome: 'ordered', orderId: 'order-2' }]);
  });

  test('does not order for an expiry that it found moved when it settled, nor sets money aside for it', async () => {
    const fixture = purchaseFixture();
    await round(fixture, ['a']);
    fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
    const before = fixture.store.records.size;
    // The page still shows the expiry of before.
    const { outcomes, reserved, alerts } = await round(fixture, ['a'], { nowMs: noon + 20 * minuteMs });
    expect(outcomes).toMatchObject([{ outcome: 'stopped', code: 'expiry-changed' }]);
    expect([reserved.length, alerts.length, fixture.store.records.size - before]).toEqual([0, 0, 1]);
  });

  test('raises an alarm for an expiry that was moved back, and does not order', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
      return { OrderId: 'order-1' };
    };
    await round(fixture, ['a']);
    fixture.observed = { expiresAtMs: expiry };
    const { alerts, candidates } = await round(fixture, ['a'], { nowMs: noon + dayMs });
    expect(states(candidates)).toEqual(['spent']);
    expect(alerts).toMatchObject([{ code: 'expiry-moved-back', severity: 'critical' }]);
    expect(fixture.sent).toHaveLength(1);
  });

  test('holds a resource whose records cannot be trusted, and goes on with the others', async () => {
    const fixture = purchaseFixture();
    fixture.store.records.set(`${renewalStream('1', 'a')}/00000000/claim`, new TextEncoder().encode('not a record'));
    const { candidates, outcomes, error } = await round(fixture, ['a', 'b']);
    expect(candidates[0]).toMatchObject({ view: undefined, claimState: undefined, failure: { code: 'MalformedRecord' } });
    expect([outcomes.map(({ purchase }) => purchase.resource.id), error]).toEqual([['b'], undefined]);
  });

  test('leaves an open claim open where the resource cannot be read, and says why', async () => {
    const fixture = purchaseFixture();
    await round(fixture, ['a']);
    fixture.onReread = () => {
      throw apiError('ServiceUnavailable', { httpStatus: 503 });
    };
    const { candidates, alerts } = await round(fixture, ['a'], { nowMs: noon + 20 * minuteMs });
    expect(candidates[0]).toMatchObject({ claimState: { state: 'open' }, settled: undefined, failure: { code: 'ServiceUnavailable' } });
    expect(alerts).toEqual([]);
  });

  test('ends its purchases when the journal fails after an order, and tells of that order', async () => {
    const fixture = purchaseFixture();
    fixture.store.beforeCreate = (key) => {
      if (key.endsWith('answer')) throw down();
    };
    const { outcomes, alerts, error } = await round(fixture, ['a', 'b']);
    expect(outcomes.map(({ purchase }) => purchase.resource.id)).toEqual(['a']);
    expect([alerts[0]?.code, error?.message]).toEqual(['answer-unrecorded', 'down']);
  });

  test.each(['InsufficientBalance', 'ServiceUnavailable', 'NoPermission', 'AnswerTimeout', 'Throttling.User'])(
    'places no further order after one that failed with %s',
    async (code) => {
      const fixture = purchaseFixture();
      fixture.onSend = () => {
        throw apiError(code, { httpStatus: code === 'ServiceUnavailable' ? 503 : 400 });
      };
      const { outcomes } = await round(fixture, ['a', 'b', 'c']);
      expect(fixture.sent.map(({ resource }) => resource.id)).toEqual(['a']);
      expect(outcomes.slice(1)).toMatchObject([
        { outcome: 'stopped', code: 'orders-stopped', text: expect.stringContaining(code) },
        { outcome: 'stopped', code: 'orders-stopped' },
      ]);
    },
  );

  test('goes on after a refusal that is about the one resource', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = ({ resource }) => {
      if (resource.id === 'a') throw apiError('InvalidParameter.Period', { httpStatus: 400 });
      return { OrderId: 'order-b' };
    };
    const { outcomes } = await round(fixture, ['a', 'b']);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unclear', 'ordered']);
  });

  test('waits an hour after an unclear order before it tries what can wait, and tries what expires within a day all the same', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('InsufficientBalance', { httpStatus: 400 });
    };
    await round(fixture, ['a']);
    await round(fixture, ['a', 'b'], { nowMs: noon + 15 * minuteMs });
    expect(fixture.sent.map(({ resource }) => resource.id)).toEqual(['a']);
    const urgent = noon + 15 * minuteMs + dayMs;
    fixture.observed = { expiresAtMs: urgent };
    await round(fixture, ['a', 'c'], { nowMs: noon + 16 * minuteMs, expiresAtMs: urgent });
    expect(fixture.sent.map(({ resource }) => resource.id)).toEqual(['a', 'c']);
    fixture.observed = { expiresAtMs: expiry };
    await round(fixture, ['a', 'b'], { nowMs: noon + 61 * minuteMs });
    expect(fixture.sent.map(({ resource }) => resource.id)).toEqual(['a', 'c', 'b']);
  });

  test('sends nothing where a person or a freeze forbids it between claim and order, closes the claim and gives the money back', async () => {
    const fixture = purchaseFixture();
    const { outcomes } = await round(fixture, ['a'], {
      *recheck(when) {
        yield* nothing();
        return when === 'before-send' ? { code: 'decision-changed', text: 'refused by tan.mei' } : undefined;
      },
    });
    expect(fixture.sent).toEqual([]);
    expect(outcomes).toMatchObject([
      { outcome: 'not-sent', code: 'decision-changed', text: 'refused by tan.mei', end: { outcome: 'void', by: 'claimant' } },
    ]);
    expect((await round(fixture, ['a'], { nowMs: noon + 5 * minuteMs })).outcomes).toMatchObject([{ n: 1, outcome: 'ordered' }]);
  });

  test('sends nothing where what forbids it cannot be read again', async () => {
    const fixture = purchaseFixture();
    const { outcomes } = await round(fixture, ['a'], {
      *recheck(when) {
        yield* nothing();
        if (when === 'before-send') throw down();
        return undefined;
      },
    });
    expect(fixture.sent).toEqual([]);
    expect(outcomes).toMatchObject([{ outcome: 'not-sent', code: 'reread-failed' }]);
  });

  test('takes readings of one expiry that differ by seconds for the same, and orders once', async () => {
    const fixture = purchaseFixture();
    fixture.observed = { expiresAtMs: expiry + 1000 };
    expect((await round(fixture, ['a'])).outcomes).toMatchObject([{ outcome: 'ordered' }]);
    const { candidates, outcomes } = await round(fixture, ['a'], { nowMs: noon + 20 * minuteMs });
    expect(states(candidates)).toEqual(['open']);
    expect(outcomes).toEqual([]);
  });
});
