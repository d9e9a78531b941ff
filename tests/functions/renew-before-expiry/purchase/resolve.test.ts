import { describe, expect, test } from 'vitest';
import { claimStateOf } from '../../../../functions/renew-before-expiry/purchase/claim-state.ts';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { openSlot, resolveClaim, type Verdict } from '../../../../functions/renew-before-expiry/purchase/resolve.ts';
import { readBudget } from '../../../../shared/journal/renewals/budget.ts';
import { readHistory } from '../../../../shared/journal/renewals/renewal.ts';
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
  readView,
  stream,
} from './purchase-fixture.ts';

const person = { owner: 'person-1' };
const later = expiry + 7 * dayMs;

async function claimed(answer: 'ordered' | 'unclear' | 'moved'): Promise<PurchaseFixture> {
  const fixture = purchaseFixture();
  fixture.onSend = () => {
    if (answer === 'unclear') throw apiError('AnswerTimeout');
    if (answer === 'moved') fixture.observed = { expiresAtMs: later };
    return { OrderId: 'order-1' };
  };
  await ordered(fixture);
  return fixture;
}

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  account: '1',
  resourceId: 'g-1',
  n: 0,
  outcome: 'void',
  by: 'person',
  who: 'lin',
  nowMs: noon + 60 * minuteMs,
  ...more,
});

const used = async (fixture: PurchaseFixture) => (await runStoring(fixture.store, readBudget('CNY', '2026-11'))).state.usedMicros;

describe('what a person read in the bill', () => {
  test.each(['ordered', 'unclear'] as const)(
    'voids a claim whose order is %s and not on the bill, and gives its money back',
    async (answer) => {
      const fixture = await claimed(answer);
      expect(await fixture.run(resolveClaim(person, verdict({ orderId: 'order-1' })))).toMatchObject({
        outcome: 'written',
        end: { outcome: 'void', by: 'person', who: 'lin' },
      });
      expect(await used(fixture)).toBe(0n);
      expect(await readView(fixture)).toMatchObject({ next: 1, open: undefined });
    },
  );

  test.each([
    ['void', 'unclear', 59, 'too-early'],
    ['void', 'unclear', 60, 'written'],
    ['void', 'ordered', 59, 'too-early'],
    ['void', 'ordered', 60, 'written'],
    ['moved', 'unclear', 59, 'too-early'],
    ['moved', 'unclear', 60, 'written'],
    ['moved', 'ordered', 1, 'written'],
  ] as const)('%s of an %s order after %i minutes: %s', async (outcome, answer, minutes, expected) => {
    const fixture = await claimed(answer);
    const before = fixture.store.records.size;
    const resolved = await fixture.run(
      resolveClaim(
        person,
        verdict({ outcome, nowMs: noon + minutes * minuteMs, orderId: 'order-1', expiresAtMs: outcome === 'moved' ? later : expiry }),
      ),
    );
    expect(resolved.outcome === 'refused' ? resolved.code : resolved.outcome).toBe(expected);
    if (expected === 'too-early') expect(fixture.store.records.size).toBe(before);
  });

  test('as billing writes so, under the same hour', async () => {
    const fixture = await claimed('unclear');
    const early = verdict({ by: 'billing', nowMs: noon + 59 * minuteMs });
    expect(await fixture.run(resolveClaim(person, early))).toMatchObject({ code: 'too-early' });
    expect(await fixture.run(resolveClaim(person, { ...early, nowMs: noon + 61 * minuteMs }))).toMatchObject({ end: { by: 'billing' } });
  });

  test('moved keeps the money used and holds the expiry that was ordered for', async () => {
    const fixture = await claimed('unclear');
    await fixture.run(resolveClaim(person, verdict({ outcome: 'moved', expiresAtMs: later })));
    expect(bodiesUnder(fixture.store, `${stream}/00000000/end`)['']).toMatchObject({ outcome: 'moved', movedTo: later / 1000 });
    expect(await used(fixture)).toBe(100_000_000n);
    expect(claimStateOf(await readView(fixture), expiry, noon)).toMatchObject({ state: 'spent' });
  });

  test.each([
    ['a number that is not open', { n: 1 }],
    ['a resource without claims', { resourceId: 'other' }],
  ])('is refused for %s', async (_, more) => {
    const fixture = await claimed('unclear');
    expect(await fixture.run(resolveClaim(person, verdict(more)))).toMatchObject({ outcome: 'refused', code: 'not-open' });
  });

  test.each([
    ['moved while the expiry has not moved', 'unclear', { outcome: 'moved', expiresAtMs: expiry }, 'not-moved'],
    ['moved of a confirmed order whose expiry has not moved', 'ordered', { outcome: 'moved', expiresAtMs: expiry + 1000 }, 'not-moved'],
    ['moved where no expiry can be read', 'ordered', { outcome: 'moved' }, 'not-moved'],
    ['void after the expiry has moved', 'unclear', { expiresAtMs: later }, 'has-moved'],
    ['void of a known order without its id', 'ordered', {}, 'order-known'],
    ['void of a known order under another id', 'ordered', { orderId: 'order-2' }, 'order-known'],
  ] as const)('is refused where it contradicts what is known: %s', async (_, answer, more, code) => {
    const fixture = await claimed(answer);
    const before = fixture.store.records.size;
    expect(await fixture.run(resolveClaim(person, verdict(more)))).toMatchObject({ outcome: 'refused', code });
    expect([fixture.store.records.size, await used(fixture)]).toEqual([before, 100_000_000n]);
  });

  test('is refused twice for the same claim', async () => {
    const fixture = await claimed('unclear');
    await fixture.run(resolveClaim(person, verdict()));
    expect(await fixture.run(resolveClaim(person, verdict()))).toMatchObject({ code: 'not-open' });
  });

  test('gives way to an end that was written in the same moment', async () => {
    const fixture = await claimed('unclear');
    fixture.before = (effect) => {
      if (effect.type !== 'store-create') return;
      fixture.before = () => {};
      fixture.store.records.set(effect.key, new TextEncoder().encode('another end'));
    };
    expect(await fixture.run(resolveClaim(person, verdict()))).toMatchObject({ outcome: 'refused', code: 'ended-meanwhile' });
    expect(await used(fixture)).toBe(100_000_000n);
  });
});

describe('an expiry that was ordered for', () => {
  test.each([
    ['moved on, as ordered', later, 'free'],
    ['moved on further, by somebody else', later + 7 * dayMs, 'free'],
    ['moved back to where it was', expiry, 'spent'],
    ['moved back a little', later - dayMs, 'spent'],
    ['moved back further than it was', expiry - dayMs, 'spent'],
  ])('%s is %s', async (_, expiresAtMs, state) => {
    const claimState = claimStateOf(await readView(await claimed('moved')), expiresAtMs, noon + 3 * 3_600_000);
    expect(claimState.state).toBe(state);
    if (claimState.state === 'spent') expect(claimState.alert).toMatchObject({ code: 'expiry-moved-back', data: { orderId: 'order-1' } });
  });

  test('is spent at once where it reads as before the order; that it moved back is told once the reading cannot be an old one', async () => {
    const view = await readView(await claimed('moved'));
    const alertAt = (expiresAtMs: number, hours: number) => {
      const claimState = claimStateOf(view, expiresAtMs, noon + hours * 3_600_000);
      return claimState.state === 'spent' ? claimState.alert?.code : claimState.state;
    };
    expect([0, 1.9, 2.1].map((hours) => alertAt(expiry, hours))).toEqual([undefined, undefined, 'expiry-moved-back']);
    // No reading before the order was like that.
    expect(alertAt(expiry - dayMs, 0)).toBe('expiry-moved-back');
  });

  test('stays spent where its end does not say to where it moved', async () => {
    const view = await readView(await claimed('moved'));
    const moved = view.moved && { ...view.moved, end: { outcome: 'moved', by: 'person' } as const };
    expect(claimStateOf({ ...view, moved }, expiry, noon + 3 * 3_600_000)).toMatchObject({
      state: 'spent',
      alert: { code: 'expiry-moved-back' },
    });
  });

  test('and was moved by somebody else since says from where to where', async () => {
    expect(claimStateOf(await readView(await claimed('moved')), later + 30 * dayMs, noon)).toEqual({
      state: 'free',
      n: 1,
      external: { fromMs: later, toMs: later + 30 * dayMs },
    });
  });

  test('is free again once a person has opened a slot, and the slot has a number of its own', async () => {
    const fixture = await claimed('moved');
    const opening = { account: '1', resourceId: 'g-1', expiresAtMs: expiry, who: 'lin', nowMs: noon + dayMs };
    expect(await fixture.run(openSlot(person, opening))).toBe(1);
    expect(claimStateOf(await readView(fixture), expiry, noon)).toEqual({ state: 'free', n: 2 });
    const { request, reservation } = await prepared(fixture);
    fixture.observed = { expiresAtMs: expiry };
    expect(await fixture.run(renew({ owner: 'run-2' }, request, reservation, { monthOf }))).toMatchObject({ n: 2, outcome: 'ordered' });
    const history = await runStoring(fixture.store, readHistory(stream));
    expect(history.map(({ n, claim, slot }) => [n, claim ? 'claim' : slot?.by])).toEqual([
      [0, 'claim'],
      [1, 'lin'],
      [2, 'claim'],
    ]);
  });

  test('has no slot opened while a claim is open', async () => {
    const fixture = await claimed('unclear');
    expect(
      await fixture.run(openSlot(person, { account: '1', resourceId: 'g-1', expiresAtMs: expiry, who: 'lin', nowMs: noon })),
    ).toBeUndefined();
  });
});
