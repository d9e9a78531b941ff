import { describe, expect, test } from 'vitest';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { linkOf, parseRecord } from '../../../../shared/journal/log/record.ts';
import { readBudget } from '../../../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../../../fixtures/times.ts';
import {
  apiError,
  bodiesUnder,
  expiry,
  monthOf,
  noon,
  ordered,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  purchaseFor,
  readView,
  stream,
} from './purchase-fixture.ts';

const run = { owner: 'run-1' };
const claimKey = `${stream}/00000000/claim`;
const answerKey = `${stream}/00000000/answer`;
const endKey = `${stream}/00000000/end`;
const moves = (fixture: PurchaseFixture) => () => {
  fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
  return { OrderId: 'order-1', RequestId: 'request-1' };
};

const used = async (fixture: PurchaseFixture) =>
  (await runStoring(fixture.store, readBudget('CNY', '2026-11'))).state.usedMicros / 1_000_000n;

describe('an order that is placed', () => {
  test('reads again, claims, sends once, writes the answer, and recognizes the move', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = moves(fixture);
    const outcome = await ordered(fixture);
    expect(fixture.steps).toEqual([
      'reread',
      'random-token',
      'clock-now',
      `create ${claimKey}`,
      'clock-now',
      'send',
      `create ${answerKey}`,
      'reread',
      `create ${endKey}`,
    ]);
    expect(outcome).toMatchObject({
      n: 0,
      outcome: 'ordered',
      orderId: 'order-1',
      end: { outcome: 'moved', shiftMatches: true },
      alerts: [],
    });
    const answerLink = linkOf(fixture.store.records.get(`${stream}/00000000/answer`) as Uint8Array);
    expect(bodiesUnder(fixture.store, `${stream}/00000000/`)).toEqual({
      claim: {
        kind: 'claim',
        expiry: expiry / 1000,
        period: { count: 1, unit: 'Week' },
        autoPay: true,
        price: { currency: 'CNY', micros: '100000000' },
        reservation: '1/g-1/0',
        month: '2026-11',
        token: 'token-1',
        t: noon,
        target: 'cn',
        operation: 'RenewAppInstanceGroup',
      },
      answer: { kind: 'answer', outcome: 'ordered', orderId: 'order-1', requestId: 'request-1' },
      end: {
        kind: 'end',
        outcome: 'moved',
        by: 'run',
        movedTo: expiry / 1000 + 7 * 86_400,
        shiftMatches: true,
        orderId: 'order-1',
        answer: answerLink,
      },
    });
    expect(await used(fixture)).toBe(100n);
  });

  test('that has not moved the expiry yet stays open, and its money stays used', async () => {
    const fixture = purchaseFixture();
    const outcome = await ordered(fixture);
    expect(outcome).toMatchObject({ outcome: 'ordered', end: undefined, alerts: [] });
    expect((await readView(fixture)).open?.answer).toEqual({ outcome: 'ordered', orderId: 'order-1', requestId: 'request-1' });
    expect(await used(fixture)).toBe(100n);
  });

  test('survives that the read after it fails', async () => {
    const fixture = purchaseFixture();
    fixture.onReread = () => {
      if (fixture.sent.length > 0) throw apiError('AnswerTimeout');
    };
    expect(await ordered(fixture)).toMatchObject({ outcome: 'ordered', orderId: 'order-1', end: undefined });
  });

  test('carries the note for the auditor, and the link of the claim before', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = moves(fixture);
    await ordered(fixture);
    const moved = purchaseFor('g-1', { expiresAtMs: expiry + 7 * dayMs, note: { rule: 'groups', approver: 'lin' } });
    fixture.onSend = () => ({ OrderId: 'order-2' });
    expect(await ordered(fixture, { purchase: moved })).toMatchObject({ n: 1, outcome: 'ordered' });
    expect(bodiesUnder(fixture.store, `${stream}/00000001/claim`)['']).toMatchObject({ note: { rule: 'groups', approver: 'lin' } });
    const bytes = fixture.store.records.get(`${stream}/00000001/claim`) as Uint8Array;
    expect(parseRecord('', bytes).prev).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('an order that is not placed', () => {
  test('because the service refused it is voided, and its money given back', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('Throttling.User', { httpStatus: 400, executed: 'no', requestId: 'r' });
    };
    const outcome = await ordered(fixture);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      code: 'Throttling.User',
      requestId: 'r',
      end: { outcome: 'void', by: 'claimant' },
    });
    expect(fixture.steps.slice(5, 8)).toEqual(['send', `create ${answerKey}`, `create ${endKey}`]);
    expect(await used(fixture)).toBe(0n);
    expect((await readView(fixture)).next).toBe(1);
  });

  test('because what became of it is unclear stays open, keeps its money, and is not sent again', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      throw apiError('AnswerTimeout');
    };
    expect(await ordered(fixture)).toMatchObject({ outcome: 'unclear', code: 'AnswerTimeout', end: undefined });
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.store.records.has(endKey)).toBe(false);
    expect(await used(fixture)).toBe(100n);
  });

  test.each([
    [0, 1],
    [30_000, 1],
    [30_001, 0],
    [-1, 0],
    [75 * minuteMs, 0],
  ])('%i ms after its claim is sent %i times', async (lateMs, times) => {
    const fixture = purchaseFixture();
    fixture.before = (effect) => {
      if (effect.type === 'store-create' && effect.key === claimKey) fixture.nowMs += lateMs;
    };
    const outcome = await ordered(fixture);
    expect(fixture.sent).toHaveLength(times);
    expect(outcome).toMatchObject(
      times === 1 ? { outcome: 'ordered' } : { outcome: 'not-sent', code: 'claim-too-old', end: { outcome: 'void' } },
    );
    expect(await used(fixture)).toBe(times === 1 ? 100n : 0n);
  });

  test.each([
    [60_000, 'ordered'],
    [59_999, 'deadline-near'],
  ])('with %i ms left of the function: %s', async (leftMs, expected) => {
    const fixture = purchaseFixture();
    const outcome = await ordered(fixture, { deadlineMs: noon + leftMs });
    expect(outcome.code ?? outcome.outcome).toBe(expected);
    expect(fixture.store.records.has(claimKey)).toBe(expected === 'ordered');
  });

  test('when the function is stopped or out of time between claim and order, the answer is not-sent', async () => {
    for (const change of ['stopping', 'deadline'] as const) {
      const fixture = purchaseFixture();
      fixture.before = (effect) => {
        if (effect.type !== 'store-create' || effect.key !== claimKey) return;
        if (change === 'stopping') fixture.stopping = true;
        else fixture.nowMs += 10_000;
      };
      const outcome = await ordered(fixture, { deadlineMs: noon + 65_000 });
      expect(outcome).toMatchObject({
        outcome: 'not-sent',
        code: change === 'stopping' ? 'stopped' : 'deadline-near',
        end: { outcome: 'void' },
      });
      expect(fixture.sent).toEqual([]);
    }
  });

  const unreadable = (): void => {
    throw apiError('ServiceUnavailable', { httpStatus: 503 });
  };
  test.each<[string, string, Partial<PurchaseFixture>]>([
    ['has another expiry', 'expiry-changed', { observed: { expiresAtMs: expiry + dayMs } }],
    ['has an expiry that cannot be read', 'expiry-changed', { observed: { expiresAtMs: undefined } }],
    ['is gone', 'resource-gone', { observed: undefined }],
    ['cannot be read', 'reread-failed', { onReread: unreadable }],
    ['may wait no longer', 'stopped', { stopping: true }],
  ])('a resource that %s is not claimed (%s), and its money stays reserved', async (_, code, change) => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    Object.assign(fixture, change);
    expect(await fixture.run(renew(run, request, reservation, { monthOf }))).toMatchObject({ outcome: 'stopped', code });
    expect([fixture.sent.length, fixture.store.records.has(claimKey), await used(fixture)]).toEqual([0, false, 100n]);
  });

  /** Midnight of 2026-12-01 in Shanghai. */
  const change = Date.UTC(2026, 10, 30, 16);
  test.each([
    [change - 60 * minuteMs - 1, 'ordered'],
    [change - 60 * minuteMs, 'month-change'],
    [change, 'month-change'],
    [change + 15 * minuteMs, 'month-change'],
    [change + 3 * dayMs, 'month-change'],
  ])('at %i with money of November: %s', async (atMs, expected) => {
    const fixture = purchaseFixture();
    fixture.observed = { expiresAtMs: expiry + 10 * dayMs };
    const { request, reservation } = await prepared(fixture, purchaseFor('g-1', { expiresAtMs: expiry + 10 * dayMs }));
    fixture.nowMs = atMs;
    const outcome = await fixture.run(renew(run, request, reservation, { monthOf }));
    expect(outcome.code ?? outcome.outcome).toBe(expected);
    expect(fixture.store.records.has(claimKey)).toBe(expected === 'ordered');
  });
});
