import { describe, expect, test } from 'vitest';
import { shiftMatches } from '../../../../functions/renew-before-expiry/purchase/expiry-moved-by.ts';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { settlementOf, settleOpen } from '../../../../functions/renew-before-expiry/purchase/settle.ts';
import { linkOf } from '../../../../shared/journal/log/record.ts';
import { readBudget } from '../../../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../../../fixtures/times.ts';
import {
  apiError,
  bodiesUnder,
  expiry,
  lost,
  monthOf,
  noon,
  ordered,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  readView,
  stream,
} from './purchase-fixture.ts';

type Answer = 'ordered' | 'rejected' | 'not-sent' | 'unclear' | 'missing';

/** A claim made at noon, with an answer and no end. */
async function openClaim(answer: Answer): Promise<PurchaseFixture> {
  const fixture = purchaseFixture();
  if (answer === 'rejected') {
    fixture.onSend = () => {
      throw apiError('NoPermission', { httpStatus: 403 });
    };
  }
  if (answer === 'unclear') {
    fixture.onSend = () => {
      throw apiError('ConnectionLost');
    };
  }
  fixture.before = (effect) => {
    if (effect.type !== 'store-create') return;
    if (answer === 'not-sent' && effect.key.endsWith('claim')) fixture.nowMs += 31_000;
    if (answer === 'missing' && effect.key.endsWith('answer')) throw new Error('killed');
    // The run dies right before it can end the claim.
    if (effect.key.endsWith('end')) throw new Error('killed');
  };
  await ordered(fixture).catch((error) => expect(error.message).toBe('killed'));
  fixture.before = () => {};
  return fixture;
}

const later = expiry + 7 * dayMs;

describe('an open claim', () => {
  test.each([
    // answer, expiry now, minutes since the claim, end, alert
    ['ordered', later, 1, 'moved', undefined],
    ['ordered', expiry, 14, undefined, undefined],
    ['ordered', expiry, 15, undefined, 'order-unpaid'],
    ['ordered', expiry, 3 * 24 * 60, undefined, 'order-unpaid'],
    ['unclear', later, 59, undefined, undefined],
    ['unclear', later, 60, 'moved', undefined],
    ['unclear', expiry, 14, undefined, undefined],
    ['unclear', expiry, 15, undefined, 'order-unclear'],
    ['unclear', expiry, 6 * 24 * 60, undefined, 'order-unclear'],
    ['missing', later, 59, undefined, undefined],
    ['missing', later, 60, 'moved', undefined],
    ['missing', expiry, 15, undefined, 'order-unclear'],
    ['rejected', expiry, 0, 'void', undefined],
    ['rejected', later, 0, 'void', undefined],
    ['not-sent', expiry, 1, 'void', undefined],
    ['ordered', later + 7 * dayMs, 1, 'moved', 'shift-differs'],
    ['unclear', later + 30 * dayMs, 61, 'moved', 'shift-differs'],
    ['ordered', expiry - 7 * dayMs, 1, undefined, 'expiry-moved-back'],
    ['ordered', undefined, 1, undefined, undefined],
    ['unclear', undefined, 20, undefined, 'order-unclear'],
  ] as const)('%s, expiry %s, %i minutes old: end %s, alert %s', async (answer, expiresAtMs, minutes, end, alert) => {
    const fixture = await openClaim(answer);
    const view = await readView(fixture);
    expect(view.open?.answer?.outcome).toBe(answer === 'missing' ? undefined : answer);
    const found = settlementOf(view, { expiresAtMs }, noon + minutes * minuteMs);
    expect(found.end?.outcome).toBe(end);
    expect(found.alerts.map(({ code }) => code)).toEqual(alert === undefined ? [] : [alert]);
  });

  test('whose resource is gone is told like one that has not moved', async () => {
    const fixture = await openClaim('unclear');
    expect(settlementOf(await readView(fixture), undefined, noon + 20 * minuteMs).alerts).toMatchObject([{ code: 'order-unclear' }]);
  });

  test('beside which an order stands unpaid is told though the move fits', async () => {
    const fixture = await openClaim('ordered');
    const found = settlementOf(await readView(fixture), { expiresAtMs: later, unpaidOrderId: 'order-9' }, noon + minuteMs);
    expect(found).toMatchObject({
      end: { outcome: 'moved', shiftMatches: true },
      alerts: [{ code: 'shift-differs', data: { orderId: 'order-9' } }],
    });
    expect(found.alerts[0]?.text).toContain('Check or cancel order order-9');
  });

  test('is told once a day while it does not move', async () => {
    const view = await readView(await openClaim('ordered'));
    const once = (hours: number) => settlementOf(view, { expiresAtMs: expiry }, noon + hours * 60 * minuteMs).alerts[0]?.once;
    expect(once(1)).toBe(once(2));
    expect(once(25)).not.toBe(once(1));
  });
});

describe('settling', () => {
  const used = async (fixture: PurchaseFixture) => (await runStoring(fixture.store, readBudget('CNY', '2026-11'))).state.usedMicros;

  test.each(['rejected', 'not-sent'] as const)('a claim left behind as %s voids it and gives its money back', async (answer) => {
    const fixture = await openClaim(answer);
    const settled = await fixture.run(settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: expiry }, noon + minuteMs));
    expect(settled.end).toEqual({ outcome: 'void', by: 'run' });
    expect(await used(fixture)).toBe(0n);
    expect(await readView(fixture)).toMatchObject({ next: 1, open: undefined, voided: [{ n: 0 }] });
  });

  test('a claim that moved writes by how much, and its money stays used', async () => {
    const fixture = await openClaim('unclear');
    await fixture.run(settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: later }, noon + 60 * minuteMs));
    expect(bodiesUnder(fixture.store, `${stream}/00000000/end`)['']).toEqual({
      kind: 'end',
      outcome: 'moved',
      by: 'run',
      movedTo: later / 1000,
      shiftMatches: true,
      // What the end was written on: nobody can change the answer later.
      answer: linkOf(fixture.store.records.get(`${stream}/00000000/answer`) as Uint8Array),
    });
    expect(await used(fixture)).toBe(100_000_000n);
  });

  test('a claim that is not to be ended writes nothing', async () => {
    const fixture = await openClaim('unclear');
    const before = fixture.store.records.size;
    const settled = await fixture.run(
      settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: expiry }, noon + 20 * minuteMs),
    );
    expect([fixture.store.records.size, settled.end, settled.alerts.length]).toEqual([before, undefined, 1]);
  });

  test('by two runs at once gives one end and one release', async () => {
    const fixture = await openClaim('rejected');
    const view = await readView(fixture);
    await fixture.run(settleOpen({ owner: 'run-2' }, view, { expiresAtMs: expiry }, noon + minuteMs));
    await fixture.run(settleOpen({ owner: 'run-3' }, view, { expiresAtMs: expiry }, noon + 2 * minuteMs));
    expect((await runStoring(fixture.store, readBudget('CNY', '2026-11'))).records.map(({ kind }) => kind)).toEqual(['reserve', 'release']);
  });

  test('goes on after a lost answer of its end', async () => {
    const fixture = await openClaim('rejected');
    let losses = 0;
    fixture.store.afterCreate = (key) => {
      if (key.endsWith('end') && losses++ === 0) throw lost();
    };
    await fixture.run(settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: expiry }, noon + minuteMs));
    expect([losses, await used(fixture)]).toEqual([1, 0n]);
  });
});

test('what was set aside in one month and came to nothing in the next is given back in the month that holds it', async () => {
  const fixture = purchaseFixture();
  const { request, reservation } = await prepared(fixture);
  fixture.onSend = () => {
    throw apiError('NoPermission', { httpStatus: 403 });
  };
  fixture.before = (effect) => {
    // The run dies right before it can end the claim.
    if (effect.type === 'store-create' && effect.key.endsWith('end')) throw new Error('killed');
  };
  await expect(fixture.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }))).rejects.toThrow('killed');
  fixture.before = () => {};
  const inDecemberMs = noon + 8 * dayMs;
  expect([reservation.month, monthOf(inDecemberMs)]).toEqual(['2026-11', '2026-12']);
  await fixture.run(settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: expiry }, inDecemberMs));
  const budgetOf = async (month: string) => (await runStoring(fixture.store, readBudget('CNY', month))).state;
  expect(await budgetOf('2026-11')).toMatchObject({ usedMicros: 0n, released: new Set([reservation.id]) });
  expect((await budgetOf('2026-12')).released.size).toBe(0);
});

const local = (text: string): number => Date.parse(`${text}+08:00`);

test.each([
  ['2026-01-31', '2026-02-28', 1, 'Month', true],
  ['2026-01-31', '2026-03-01', 1, 'Month', true],
  ['2026-01-31', '2026-03-03', 1, 'Month', false],
  ['2026-11-24', '2026-12-24', 1, 'Month', true],
  ['2026-11-24', '2026-12-01', 1, 'Month', false],
  ['2026-11-24', '2027-01-24', 1, 'Month', false],
  ['2026-11-24', '2026-12-01', 1, 'Week', true],
  ['2026-11-24', '2026-12-08', 1, 'Week', false],
  ['2026-11-24', '2026-12-08', 2, 'Week', true],
  ['2028-02-29', '2029-02-28', 1, 'Year', true],
  ['2026-11-24', '2026-11-24', 1, 'Week', false],
] as const)('from %s to %s is a move by %i %s: %s', (from, to, count, unit, matches) => {
  expect(shiftMatches(local(`${from}T00:00`), local(`${to}T00:00`), { count, unit })).toBe(matches);
});

test.each([
  [0, true],
  [dayMs, true],
  [-dayMs, true],
  [dayMs + 1, false],
  [-dayMs - 1, false],
])('a move that is off by %i ms matches: %s', (off, matches) => {
  const from = local('2026-11-24T00:00');
  expect(shiftMatches(from, local('2026-12-24T00:00') + off, { count: 1, unit: 'Month' })).toBe(matches);
});
