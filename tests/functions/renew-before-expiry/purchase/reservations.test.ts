import { describe, expect, test } from 'vitest';
import type { Purchasing } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { heldIn, settleBudget, settleBudgets, UsedReservations } from '../../../../functions/renew-before-expiry/purchase/reservations.ts';
import { reserveBatch } from '../../../../functions/renew-before-expiry/purchase/reserve.ts';
import { openSlot, resolveClaim } from '../../../../functions/renew-before-expiry/purchase/resolve.ts';
import { linkOf, parseRecord } from '../../../../shared/journal/log/record.ts';
import { verifyJournal } from '../../../../shared/journal/log/verify.ts';
import { addToBudget, type BudgetView, readBudget } from '../../../../shared/journal/renewals/budget.ts';
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
  ordered,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  purchaseFor,
  readView,
  yuan,
} from './purchase-fixture.ts';

const run = { owner: 'run-9' };
/** Midnight of 2026-12-01 in Shanghai. */
const change = Date.UTC(2026, 10, 30, 16);
const november = { currency: 'CNY', month: '2026-11' };
const december = { currency: 'CNY', month: '2026-12' };

const viewOf = (fixture: PurchaseFixture, budget = november): Promise<BudgetView> =>
  runStoring(fixture.store, readBudget(budget.currency, budget.month));
const ids = async (fixture: PurchaseFixture, budget = november): Promise<readonly string[]> => [
  ...(await viewOf(fixture, budget)).state.reserved.keys(),
];

/** How everything in a budget stands, without what a run has read before. */
async function states(fixture: PurchaseFixture, nowMs: number, budget = november): Promise<readonly string[]> {
  const view = await viewOf(fixture, budget);
  const held = await runStoring(fixture.store, heldIn(view, budget, { nowMs, monthOf }));
  return held.map(({ id, state }) => `${id} ${state}`);
}

const settled = (fixture: PurchaseFixture, nowMs: number, budget = november, more = {}): Promise<BudgetView> =>
  fixture.run(settleBudget(run, budget, { nowMs, monthOf, ...more }));

const throttled = (fixture: PurchaseFixture): void => {
  fixture.onSend = () => {
    throw apiError('Throttling', { executed: 'no', httpStatus: 400 });
  };
};
const unanswered = (fixture: PurchaseFixture): void => {
  fixture.onSend = () => {
    throw apiError('NoAnswer');
  };
};

describe('money without a claim', () => {
  test('is kept for an hour, then its number is used up before it is given back', async () => {
    const fixture = purchaseFixture();
    await prepared(fixture);
    expect(await states(fixture, noon + 60 * minuteMs - 1)).toEqual(['1/g-1/0 set-aside']);
    expect([...(await settled(fixture, noon + 60 * minuteMs - 1)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    expect(await states(fixture, noon + 60 * minuteMs)).toEqual(['1/g-1/0 abandoned']);
    expect([...(await settled(fixture, noon + 60 * minuteMs)).state.reserved.keys()]).toEqual([]);
    expect((await readView(fixture)).next).toBe(1);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
    const [answer, end] = ['answer', 'end'].map((part) => [...fixture.store.records].find(([key]) => key.endsWith(`/${part}`)));
    expect(parseRecord(end?.[0] ?? '', end?.[1] ?? new Uint8Array()).body).toMatchObject({
      outcome: 'void',
      answer: linkOf(answer?.[1] ?? new Uint8Array()),
    });
  });

  test('is used again, however old, by the run that wants the resource', async () => {
    const fixture = purchaseFixture();
    const { request } = await prepared(fixture);
    const again = await fixture.run(reserveBatch(run, [request], context(noon + 5 * 60 * minuteMs)));
    expect(again).toMatchObject([{ outcome: 'reserved', reservation: { id: '1/g-1/0' } }]);
    expect((await viewOf(fixture)).records).toHaveLength(1);
  });

  test('cannot be ordered with by the run that slept over it', async () => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    await settled(fixture, noon + 61 * minuteMs);
    const late = await fixture.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }));
    expect([late.code, fixture.sent.length]).toEqual(['claimed-by-another', 0]);
  });

  test('does not go back while the run that slept over it claims first', async () => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    fixture.before = (effect) => {
      // Right before its number is claimed by the one that gives back.
      if (effect.type !== 'store-create' || !effect.key.endsWith('/claim')) return;
      fixture.before = () => {};
      const code = renew({ owner: 'run-1' }, request, reservation, { monthOf });
      for (let step = code.next(); !step.done; ) {
        const { value } = step;
        if (value.type === 'store-create' && value.key.endsWith('/claim')) {
          fixture.store.records.set(value.key, value.bytes);
          return;
        }
        const answers = { 'clock-now': { nowMs: fixture.nowMs, stopping: false }, 'random-token': 'theirs', reread: fixture.observed };
        step = code.next(answers[value.type as keyof typeof answers]);
      }
    };
    expect([...(await settled(fixture, noon + 61 * minuteMs)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    expect(await states(fixture, noon + 61 * minuteMs)).toEqual(['1/g-1/0 under-way']);
  });

  test.each([
    [1, 'dies'],
    [2, 'dies'],
    [3, 'dies'],
    [4, 'dies'],
    [1, 'loses an answer'],
    [2, 'loses an answer'],
    [3, 'loses an answer'],
    [4, 'loses an answer'],
  ] as const)('is given back all the same where the one who does it fails at record %i: it %s', async (nth, how) => {
    const fixture = purchaseFixture();
    await prepared(fixture);
    let count = 0;
    if (how === 'dies') {
      fixture.store.beforeCreate = () => {
        if (++count === nth) throw down();
      };
      await expect(settled(fixture, noon + 61 * minuteMs)).rejects.toThrow('down');
    } else {
      fixture.store.afterCreate = () => {
        if (++count === nth) throw lost();
      };
      await settled(fixture, noon + 61 * minuteMs);
    }
    fixture.store.beforeCreate = fixture.store.afterCreate = () => {};
    expect([...(await settled(fixture, noon + 62 * minuteMs)).state.reserved.keys()]).toEqual([]);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
    expect(await readView(fixture)).toMatchObject({ next: 1, open: undefined, moved: undefined });
  });

  test('of a person who opened a slot under its number is given back at once', async () => {
    const fixture = purchaseFixture();
    await ordered(fixture);
    fixture.observed = { expiresAtMs: noon + 40 * dayMs };
    await fixture.run(
      resolveClaim(run, {
        account: '1',
        resourceId: 'g-1',
        n: 0,
        outcome: 'moved',
        by: 'person',
        nowMs: noon + 90 * minuteMs,
        expiresAtMs: noon + 40 * dayMs,
      }),
    );
    const view = await readView(fixture);
    const budget = await viewOf(fixture);
    const body = { reservations: [{ id: '1/g-1/1', micros: '1' }] };
    await runStoring(fixture.store, addToBudget(budget, { owner: 'x', atMs: noon }, { kind: 'reserve', body }));
    await fixture.run(
      openSlot(run, {
        account: '1',
        resourceId: 'g-1',
        expiresAtMs: noon + 5 * dayMs,
        who: 'li.wei',
        nowMs: noon + 91 * minuteMs,
      }) as Purchasing<unknown>,
    );
    expect(view.next).toBe(1);
    expect(await states(fixture, noon + 92 * minuteMs)).toEqual(['1/g-1/0 renewed', '1/g-1/1 owed']);
  });
});

describe('money of a claim', () => {
  test('that the service refused is given back where its process died before the end, also if the resource is gone', async () => {
    const fixture = purchaseFixture();
    throttled(fixture);
    fixture.store.beforeCreate = (key) => {
      if (key.endsWith('/end')) throw down();
    };
    await ordered(fixture);
    fixture.store.beforeCreate = () => {};
    fixture.observed = undefined;
    expect(await states(fixture, noon)).toEqual(['1/g-1/0 ending']);
    expect([...(await settled(fixture, noon)).state.reserved.keys()]).toEqual([]);
    expect(await readView(fixture)).toMatchObject({ next: 1, open: undefined });
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('that may have been ordered stays, however long nothing is heard of it', async () => {
    const fixture = purchaseFixture();
    unanswered(fixture);
    await ordered(fixture);
    expect(await states(fixture, noon + 3 * dayMs)).toEqual(['1/g-1/0 unclear']);
    expect([...(await settled(fixture, noon + 3 * dayMs)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    const silent = purchaseFixture();
    silent.store.beforeCreate = (key) => {
      if (key.endsWith('/answer')) throw down();
    };
    await ordered(silent);
    silent.store.beforeCreate = () => {};
    expect(await states(silent, noon + 3 * dayMs)).toEqual(['1/g-1/0 under-way']);
    expect([...(await settled(silent, noon + 3 * dayMs)).state.reserved.keys()]).toEqual(['1/g-1/0']);
  });

  test('whose records cannot be trusted stays, and keeps nothing else from going back', async () => {
    const fixture = purchaseFixture();
    await ordered(fixture);
    await prepared(fixture, purchaseFor('g-2'));
    fixture.store.records.set(`${renewalStream('1', 'g-1')}/00000000/claim`, new TextEncoder().encode('{}'));
    expect(await states(fixture, noon + 61 * minuteMs)).toEqual(['1/g-1/0 unreadable', '1/g-2/0 abandoned']);
    expect([...(await settled(fixture, noon + 61 * minuteMs)).state.reserved.keys()]).toEqual(['1/g-1/0']);
  });

  test('in another currency than its own is given back', async () => {
    const fixture = purchaseFixture();
    await prepared(fixture);
    const dollars = new Map([['USD', { currency: 'USD', micros: 900_000_000n }]]);
    const purchase = purchaseFor('g-1', { reserve: { currency: 'USD', micros: 14_000_000n } });
    const request = { purchase, view: await readView(fixture) };
    const [again] = await fixture.run(reserveBatch(run, [request], { ...context(noon), limits: dollars }));
    if (again?.outcome !== 'reserved') throw new Error('not reserved');
    await fixture.run(renew(run, request, again.reservation, { monthOf }));
    expect(await states(fixture, noon)).toEqual(['1/g-1/0 owed']);
    expect([...(await settled(fixture, noon)).state.reserved.keys()]).toEqual([]);
    expect(await ids(fixture, { ...november, currency: 'USD' })).toEqual(['1/g-1/0']);
  });
});

describe('near a change of month', () => {
  const verdict = { account: '1', resourceId: 'g-1', n: 0, outcome: 'moved', by: 'person', orderId: 'o-1' } as const;
  const urgent = purchaseFor('g-1', { expiresAtMs: change + 60 * minuteMs });

  async function at(nowMs: number, prepare: (fixture: PurchaseFixture) => void = () => {}): Promise<PurchaseFixture> {
    const fixture = purchaseFixture();
    fixture.nowMs = nowMs;
    fixture.observed = { expiresAtMs: urgent.expiresAtMs };
    prepare(fixture);
    await ordered(fixture, { purchase: urgent });
    return fixture;
  }

  test.each([
    [change - 60 * minuteMs, ['1/g-1/0'], []],
    [change - 17 * minuteMs, ['1/g-1/0'], []],
    // By the service's clock it may have been the next month.
    [change - 16 * minuteMs, ['1/g-1/0'], ['1/g-1/0']],
    [change - 15 * minuteMs, ['1/g-1/0'], ['1/g-1/0']],
    [change, ['1/g-1/0'], ['1/g-1/0']],
    [change + 14 * minuteMs, ['1/g-1/0'], ['1/g-1/0']],
    [change + 15 * minuteMs, [], ['1/g-1/0']],
  ])('an order that was answered at %i holds money in the months where it may count', async (nowMs, before, after) => {
    const fixture = await at(nowMs);
    expect(fixture.sent).toHaveLength(1);
    expect([await ids(fixture), await ids(fixture, december)]).toEqual([before, after]);
    await settled(fixture, nowMs + dayMs);
    await settled(fixture, nowMs + dayMs, december);
    expect([await ids(fixture), await ids(fixture, december)]).toEqual([before, after]);
  });

  test('an order without an answer holds both: it may have been executed an hour later, whatever a person names it', async () => {
    const fixture = await at(change - 40 * minuteMs, unanswered);
    fixture.observed = { expiresAtMs: change + 30 * dayMs };
    await fixture.run(resolveClaim(run, { ...verdict, nowMs: change + 60 * minuteMs, expiresAtMs: change + 30 * dayMs }));
    await settled(fixture, change + dayMs);
    await settled(fixture, change + dayMs, december);
    expect([await ids(fixture), await ids(fixture, december)]).toEqual([['1/g-1/0'], ['1/g-1/0']]);
  });

  test('the release of the other month that a crash left out is made up for', async () => {
    const fixture = purchaseFixture();
    fixture.nowMs = change - 40 * minuteMs;
    fixture.observed = { expiresAtMs: urgent.expiresAtMs };
    const { request, reservation } = await prepared(fixture, urgent);
    fixture.store.beforeCreate = (key) => {
      if (key.startsWith('budget/')) throw down();
    };
    await fixture.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }));
    fixture.store.beforeCreate = () => {};
    await fixture.run(resolveClaim(run, { ...verdict, nowMs: change, expiresAtMs: change + 30 * dayMs }));
    expect(await ids(fixture, december)).toEqual(['1/g-1/0']);
    expect(await states(fixture, change, december)).toEqual(['1/g-1/0 owed']);
    // Also where the run has read the stream, which says nothing of answers to what has ended.
    const view = await readView(fixture);
    await settled(fixture, change, december, { views: new Map([[view.stream, view]]) });
    expect([await ids(fixture), await ids(fixture, december)]).toEqual([['1/g-1/0'], []]);
  });

  test('what one of two months did not let pass is claimed in the other later, and the first has its money back', async () => {
    const fixture = purchaseFixture();
    const view = await readView(fixture);
    const purchase = purchaseFor('g-1', { expiresAtMs: change + 120 * minuteMs });
    const full = { reservations: [{ id: '9/x/0', micros: String(yuan(950).micros) }] };
    await runStoring(
      fixture.store,
      addToBudget(await viewOf(fixture, december), { owner: 'x', atMs: change }, { kind: 'reserve', body: full }),
    );
    const [refused] = await fixture.run(reserveBatch(run, [{ purchase, view }], context(change - 5 * minuteMs)));
    expect(refused).toMatchObject({ outcome: 'refused', code: 'budget-short' });
    expect(await ids(fixture)).toEqual(['1/g-1/0']);
    const more = context(change + 15 * minuteMs, 2000);
    const [again] = await fixture.run(reserveBatch(run, [{ purchase, view }], more));
    if (again?.outcome !== 'reserved') throw new Error('not reserved');
    fixture.nowMs = change + 15 * minuteMs;
    fixture.observed = { expiresAtMs: purchase.expiresAtMs };
    await fixture.run(renew(run, { purchase, view }, again.reservation, { monthOf }));
    await fixture.run(settleBudgets(run, ['CNY'], { nowMs: change + 16 * minuteMs, monthOf }));
    expect([await ids(fixture), await ids(fixture, december)]).toEqual([[], ['9/x/0', '1/g-1/0']]);
  });
});

describe('looking at a budget', () => {
  test('costs a process no further read for what has renewed, and nothing for a month that is over and settled', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = () => {
      fixture.observed = { expiresAtMs: noon + 12 * dayMs };
      return { OrderId: 'o', RequestId: 'r' };
    };
    await ordered(fixture);
    const used = new UsedReservations();
    const readsOf = async (nowMs: number): Promise<number> => {
      fixture.steps.length = 0;
      await fixture.run(settleBudgets(run, ['CNY'], { nowMs, monthOf, used }));
      return fixture.steps.filter((step) => step === 'read').length;
    };
    const [first, second] = [await readsOf(noon + dayMs), await readsOf(noon + dayMs)];
    expect(second).toBeLessThan(first);
    const later = change + 20 * dayMs;
    const [full, none] = [await readsOf(later), await readsOf(later)];
    expect(none).toBeLessThan(full);
    expect(none).toBe(1);
  });

  test('reads many claims at once', async () => {
    const fixture = purchaseFixture();
    const reservations = Array.from({ length: 100 }, (_, index) => ({ id: `1/h-${index}/0`, micros: '1' }));
    await runStoring(
      fixture.store,
      addToBudget(await viewOf(fixture), { owner: 'x', atMs: noon }, { kind: 'reserve', body: { reservations } }),
    );
    fixture.steps.length = 0;
    await settled(fixture, noon);
    expect(fixture.steps.filter((step) => step === 'read').length).toBeLessThan(12);
  });

  test.each(['budget/all/CNY/2026-10', 'budget/all/USD/2026-11'])(
    'sees to the others where %s is damaged, in which nothing is ordered',
    async (stream) => {
      const fixture = purchaseFixture();
      fixture.store.records.set(`${stream}/00000000`, new TextEncoder().encode('{}'));
      await prepared(fixture);
      await fixture.run(settleBudgets(run, ['USD', 'CNY'], { nowMs: noon + 61 * minuteMs, monthOf }));
      expect(await ids(fixture)).toEqual([]);
    },
  );
});

test('a limit that was lowered below what is used lets nothing pass, not even what is set aside already', async () => {
  const fixture = purchaseFixture();
  await prepared(fixture);
  const second = { purchase: purchaseFor('g-2'), view: await readView(fixture, renewalStream('1', 'g-2')) };
  const first = { purchase: purchaseFor(), view: await readView(fixture) };
  const results = await fixture.run(reserveBatch(run, [first, second], context(noon + minuteMs, 99)));
  expect(results.map((result) => (result.outcome === 'refused' ? result.code : 'reserved'))).toEqual(['budget-short', 'budget-short']);
});
