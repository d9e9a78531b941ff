import { describe, expect, test } from 'vitest';
import type { Purchasing } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import { renew } from '../../../functions/renew-before-expiry/purchase/renew.ts';
import { heldIn, settleBudget, settleBudgets, UsedReservations } from '../../../functions/renew-before-expiry/purchase/reservations.ts';
import { reserveBatch } from '../../../functions/renew-before-expiry/purchase/reserve.ts';
import { openSlot, resolveClaim } from '../../../functions/renew-before-expiry/purchase/resolve.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { addToBudget, type BudgetView, readBudget } from '../../../shared/journal/renewals/budget.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import {
  apiError,
  context,
  day,
  down,
  lost,
  minute,
  monthOf,
  noon,
  ordered,
  type PurchaseBench,
  prepared,
  purchaseBench,
  readView,
  wishFor,
  yuan,
} from './purchase-bench.ts';

const run = { owner: 'run-9' };
/** Midnight of 2026-12-01 in Shanghai. */
const change = Date.UTC(2026, 10, 30, 16);
const november = { currency: 'CNY', month: '2026-11' };
const december = { currency: 'CNY', month: '2026-12' };

const viewOf = (bench: PurchaseBench, budget = november): Promise<BudgetView> =>
  runStoring(bench.store, readBudget(budget.currency, budget.month));
const ids = async (bench: PurchaseBench, budget = november): Promise<readonly string[]> => [
  ...(await viewOf(bench, budget)).state.reserved.keys(),
];

/** How everything in a budget stands, without what a run has read before. */
async function states(bench: PurchaseBench, nowMs: number, budget = november): Promise<readonly string[]> {
  const view = await viewOf(bench, budget);
  const held = await runStoring(bench.store, heldIn(view, budget, { nowMs, monthOf }));
  return held.map(({ id, state }) => `${id} ${state}`);
}

const settled = (bench: PurchaseBench, nowMs: number, budget = november, more = {}): Promise<BudgetView> =>
  bench.run(settleBudget(run, budget, { nowMs, monthOf, ...more }));

const throttled = (bench: PurchaseBench): void => {
  bench.onSend = () => {
    throw apiError('Throttling', { executed: 'no', httpStatus: 400 });
  };
};
const unanswered = (bench: PurchaseBench): void => {
  bench.onSend = () => {
    throw apiError('NoAnswer');
  };
};

describe('money without a claim', () => {
  test('is kept for an hour, then its number is used up before it is given back', async () => {
    const bench = purchaseBench();
    await prepared(bench);
    expect(await states(bench, noon + 60 * minute - 1)).toEqual(['1/g-1/0 set-aside']);
    expect([...(await settled(bench, noon + 60 * minute - 1)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    expect(await states(bench, noon + 60 * minute)).toEqual(['1/g-1/0 abandoned']);
    expect([...(await settled(bench, noon + 60 * minute)).state.reserved.keys()]).toEqual([]);
    expect((await readView(bench)).next).toBe(1);
    expect((await verifyJournal(bench.store)).problems).toEqual([]);
  });

  test('is used again, however old, by the run that wants the resource', async () => {
    const bench = purchaseBench();
    const { request } = await prepared(bench);
    const again = await bench.run(reserveBatch(run, [request], context(noon + 5 * 60 * minute)));
    expect(again).toMatchObject([{ outcome: 'reserved', reservation: { id: '1/g-1/0' } }]);
    expect((await viewOf(bench)).records).toHaveLength(1);
  });

  test('cannot be ordered with by the run that slept over it', async () => {
    const bench = purchaseBench();
    const { request, reservation } = await prepared(bench);
    await settled(bench, noon + 61 * minute);
    const late = await bench.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }));
    expect([late.code, bench.sent.length]).toEqual(['claimed-by-another', 0]);
  });

  test('does not go back while the run that slept over it claims first', async () => {
    const bench = purchaseBench();
    const { request, reservation } = await prepared(bench);
    bench.before = (effect) => {
      // Right before its number is claimed by the one that gives back.
      if (effect.type !== 'store-create' || !effect.key.endsWith('/claim')) return;
      bench.before = () => {};
      const code = renew({ owner: 'run-1' }, request, reservation, { monthOf });
      for (let step = code.next(); !step.done; ) {
        const { value } = step;
        if (value.type === 'store-create' && value.key.endsWith('/claim')) {
          bench.store.records.set(value.key, value.bytes);
          return;
        }
        const answers = { 'clock-now': { nowMs: bench.nowMs, stopping: false }, 'random-token': 'theirs', reread: bench.observed };
        step = code.next(answers[value.type as keyof typeof answers]);
      }
    };
    expect([...(await settled(bench, noon + 61 * minute)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    expect(await states(bench, noon + 61 * minute)).toEqual(['1/g-1/0 under-way']);
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
    const bench = purchaseBench();
    await prepared(bench);
    let count = 0;
    if (how === 'dies') {
      bench.store.beforeCreate = () => {
        if (++count === nth) throw down();
      };
      await expect(settled(bench, noon + 61 * minute)).rejects.toThrow('down');
    } else {
      bench.store.afterCreate = () => {
        if (++count === nth) throw lost();
      };
      await settled(bench, noon + 61 * minute);
    }
    bench.store.beforeCreate = bench.store.afterCreate = () => {};
    expect([...(await settled(bench, noon + 62 * minute)).state.reserved.keys()]).toEqual([]);
    expect((await verifyJournal(bench.store)).problems).toEqual([]);
    expect(await readView(bench)).toMatchObject({ next: 1, open: undefined, moved: undefined });
  });

  test('of a person who opened a slot under its number is given back at once', async () => {
    const bench = purchaseBench();
    await ordered(bench);
    bench.observed = { expiresAtMs: noon + 40 * day };
    await bench.run(
      resolveClaim(run, {
        account: '1',
        resourceId: 'g-1',
        n: 0,
        outcome: 'moved',
        by: 'person',
        nowMs: noon + 90 * minute,
        expiresAtMs: noon + 40 * day,
      }),
    );
    const view = await readView(bench);
    const budget = await viewOf(bench);
    const body = { reservations: [{ id: '1/g-1/1', micros: '1' }] };
    await runStoring(bench.store, addToBudget(budget, { owner: 'x', atMs: noon }, { kind: 'reserve', body }));
    await bench.run(
      openSlot(run, {
        account: '1',
        resourceId: 'g-1',
        expiresAtMs: noon + 5 * day,
        who: 'li.wei',
        nowMs: noon + 91 * minute,
      }) as Purchasing<unknown>,
    );
    expect(view.next).toBe(1);
    expect(await states(bench, noon + 92 * minute)).toEqual(['1/g-1/0 renewed', '1/g-1/1 owed']);
  });
});

describe('money of a claim', () => {
  test('that the service refused is given back where its process died before the end, also if the resource is gone', async () => {
    const bench = purchaseBench();
    throttled(bench);
    bench.store.beforeCreate = (key) => {
      if (key.endsWith('/end')) throw down();
    };
    await ordered(bench);
    bench.store.beforeCreate = () => {};
    bench.observed = undefined;
    expect(await states(bench, noon)).toEqual(['1/g-1/0 ending']);
    expect([...(await settled(bench, noon)).state.reserved.keys()]).toEqual([]);
    expect(await readView(bench)).toMatchObject({ next: 1, open: undefined });
    expect((await verifyJournal(bench.store)).problems).toEqual([]);
  });

  test('that may have been ordered stays, however long nothing is heard of it', async () => {
    const bench = purchaseBench();
    unanswered(bench);
    await ordered(bench);
    expect(await states(bench, noon + 3 * day)).toEqual(['1/g-1/0 unclear']);
    expect([...(await settled(bench, noon + 3 * day)).state.reserved.keys()]).toEqual(['1/g-1/0']);
    const silent = purchaseBench();
    silent.store.beforeCreate = (key) => {
      if (key.endsWith('/answer')) throw down();
    };
    await ordered(silent);
    silent.store.beforeCreate = () => {};
    expect(await states(silent, noon + 3 * day)).toEqual(['1/g-1/0 under-way']);
    expect([...(await settled(silent, noon + 3 * day)).state.reserved.keys()]).toEqual(['1/g-1/0']);
  });

  test('whose records cannot be trusted stays, and keeps nothing else from going back', async () => {
    const bench = purchaseBench();
    await ordered(bench);
    await prepared(bench, wishFor('g-2'));
    bench.store.records.set(`${renewalStream('1', 'g-1')}/00000000/claim`, new TextEncoder().encode('{}'));
    expect(await states(bench, noon + 61 * minute)).toEqual(['1/g-1/0 unreadable', '1/g-2/0 abandoned']);
    expect([...(await settled(bench, noon + 61 * minute)).state.reserved.keys()]).toEqual(['1/g-1/0']);
  });

  test('in another currency than its own is given back', async () => {
    const bench = purchaseBench();
    await prepared(bench);
    const dollars = new Map([['USD', { currency: 'USD', micros: 900_000_000n }]]);
    const wish = wishFor('g-1', { reserve: { currency: 'USD', micros: 14_000_000n } });
    const request = { wish, view: await readView(bench) };
    const [again] = await bench.run(reserveBatch(run, [request], { ...context(noon), limits: dollars }));
    if (again?.outcome !== 'reserved') throw new Error('not reserved');
    await bench.run(renew(run, request, again.reservation, { monthOf }));
    expect(await states(bench, noon)).toEqual(['1/g-1/0 owed']);
    expect([...(await settled(bench, noon)).state.reserved.keys()]).toEqual([]);
    expect(await ids(bench, { ...november, currency: 'USD' })).toEqual(['1/g-1/0']);
  });
});

describe('near a change of month', () => {
  const verdict = { account: '1', resourceId: 'g-1', n: 0, outcome: 'moved', by: 'person', orderId: 'o-1' } as const;
  const urgent = wishFor('g-1', { expiresAtMs: change + 60 * minute });

  async function at(nowMs: number, prepare: (bench: PurchaseBench) => void = () => {}): Promise<PurchaseBench> {
    const bench = purchaseBench();
    bench.nowMs = nowMs;
    bench.observed = { expiresAtMs: urgent.expiresAtMs };
    prepare(bench);
    await ordered(bench, { wish: urgent });
    return bench;
  }

  test.each([
    [change - 60 * minute, ['1/g-1/0'], []],
    [change - 17 * minute, ['1/g-1/0'], []],
    // By the service's clock it may have been the next month.
    [change - 16 * minute, ['1/g-1/0'], ['1/g-1/0']],
    [change - 15 * minute, ['1/g-1/0'], ['1/g-1/0']],
    [change, ['1/g-1/0'], ['1/g-1/0']],
    [change + 14 * minute, ['1/g-1/0'], ['1/g-1/0']],
    [change + 15 * minute, [], ['1/g-1/0']],
  ])('an order that was answered at %i holds money in the months where it may count', async (nowMs, before, after) => {
    const bench = await at(nowMs);
    expect(bench.sent).toHaveLength(1);
    expect([await ids(bench), await ids(bench, december)]).toEqual([before, after]);
    await settled(bench, nowMs + day);
    await settled(bench, nowMs + day, december);
    expect([await ids(bench), await ids(bench, december)]).toEqual([before, after]);
  });

  test('an order without an answer holds both: it may have been executed an hour later, whatever a person names it', async () => {
    const bench = await at(change - 40 * minute, unanswered);
    bench.observed = { expiresAtMs: change + 30 * day };
    await bench.run(resolveClaim(run, { ...verdict, nowMs: change + 60 * minute, expiresAtMs: change + 30 * day }));
    await settled(bench, change + day);
    await settled(bench, change + day, december);
    expect([await ids(bench), await ids(bench, december)]).toEqual([['1/g-1/0'], ['1/g-1/0']]);
  });

  test('the release of the other month that a crash left out is made up for', async () => {
    const bench = purchaseBench();
    bench.nowMs = change - 40 * minute;
    bench.observed = { expiresAtMs: urgent.expiresAtMs };
    const { request, reservation } = await prepared(bench, urgent);
    bench.store.beforeCreate = (key) => {
      if (key.startsWith('budget/')) throw down();
    };
    await bench.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }));
    bench.store.beforeCreate = () => {};
    await bench.run(resolveClaim(run, { ...verdict, nowMs: change, expiresAtMs: change + 30 * day }));
    expect(await ids(bench, december)).toEqual(['1/g-1/0']);
    expect(await states(bench, change, december)).toEqual(['1/g-1/0 owed']);
    // Also where the run has read the stream, which says nothing of answers to what has ended.
    const view = await readView(bench);
    await settled(bench, change, december, { views: new Map([[view.stream, view]]) });
    expect([await ids(bench), await ids(bench, december)]).toEqual([['1/g-1/0'], []]);
  });

  test('what one of two months did not let pass is claimed in the other later, and the first has its money back', async () => {
    const bench = purchaseBench();
    const view = await readView(bench);
    const wish = wishFor('g-1', { expiresAtMs: change + 120 * minute });
    const full = { reservations: [{ id: '9/x/0', micros: String(yuan(950).micros) }] };
    await runStoring(
      bench.store,
      addToBudget(await viewOf(bench, december), { owner: 'x', atMs: change }, { kind: 'reserve', body: full }),
    );
    const [refused] = await bench.run(reserveBatch(run, [{ wish, view }], context(change - 5 * minute)));
    expect(refused).toMatchObject({ outcome: 'refused', code: 'budget-short' });
    expect(await ids(bench)).toEqual(['1/g-1/0']);
    const more = context(change + 15 * minute, 2000);
    const [again] = await bench.run(reserveBatch(run, [{ wish, view }], more));
    if (again?.outcome !== 'reserved') throw new Error('not reserved');
    bench.nowMs = change + 15 * minute;
    bench.observed = { expiresAtMs: wish.expiresAtMs };
    await bench.run(renew(run, { wish, view }, again.reservation, { monthOf }));
    await bench.run(settleBudgets(run, ['CNY'], { nowMs: change + 16 * minute, monthOf }));
    expect([await ids(bench), await ids(bench, december)]).toEqual([[], ['9/x/0', '1/g-1/0']]);
  });
});

describe('looking at a budget', () => {
  test('costs a process no further read for what has renewed, and nothing for a month that is over and settled', async () => {
    const bench = purchaseBench();
    bench.onSend = () => {
      bench.observed = { expiresAtMs: noon + 12 * day };
      return { OrderId: 'o', RequestId: 'r' };
    };
    await ordered(bench);
    const used = new UsedReservations();
    const readsOf = async (nowMs: number): Promise<number> => {
      bench.steps.length = 0;
      await bench.run(settleBudgets(run, ['CNY'], { nowMs, monthOf, used }));
      return bench.steps.filter((step) => step === 'read').length;
    };
    const [first, second] = [await readsOf(noon + day), await readsOf(noon + day)];
    expect(second).toBeLessThan(first);
    const later = change + 20 * day;
    const [full, none] = [await readsOf(later), await readsOf(later)];
    expect(none).toBeLessThan(full);
    expect(none).toBe(1);
  });

  test('reads many claims at once', async () => {
    const bench = purchaseBench();
    const reservations = Array.from({ length: 100 }, (_, index) => ({ id: `1/h-${index}/0`, micros: '1' }));
    await runStoring(
      bench.store,
      addToBudget(await viewOf(bench), { owner: 'x', atMs: noon }, { kind: 'reserve', body: { reservations } }),
    );
    bench.steps.length = 0;
    await settled(bench, noon);
    expect(bench.steps.filter((step) => step === 'read').length).toBeLessThan(12);
  });

  test.each(['budget/all/CNY/2026-10', 'budget/all/USD/2026-11'])(
    'sees to the others where %s is damaged, in which nothing is ordered',
    async (stream) => {
      const bench = purchaseBench();
      bench.store.records.set(`${stream}/00000000`, new TextEncoder().encode('{}'));
      await prepared(bench);
      await bench.run(settleBudgets(run, ['USD', 'CNY'], { nowMs: noon + 61 * minute, monthOf }));
      expect(await ids(bench)).toEqual([]);
    },
  );
});

test('a limit that was lowered below what is used lets nothing pass, not even what is set aside already', async () => {
  const bench = purchaseBench();
  await prepared(bench);
  const second = { wish: wishFor('g-2'), view: await readView(bench, renewalStream('1', 'g-2')) };
  const first = { wish: wishFor(), view: await readView(bench) };
  const results = await bench.run(reserveBatch(run, [first, second], context(noon + minute, 99)));
  expect(results.map((result) => (result.outcome === 'refused' ? result.code : 'reserved'))).toEqual(['budget-short', 'budget-short']);
});
