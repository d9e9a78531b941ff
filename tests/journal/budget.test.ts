import { describe, expect, test } from 'vitest';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import type { BudgetRecord } from '../../shared/journal/renewals/budget.ts';
import { addToBudget, foldBudget, readBudget, releaseReservations, reservationId } from '../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore, skip } from './memory-store.ts';

const reserve = (...pairs: readonly [string, number][]): BudgetRecord => ({
  kind: 'reserve',
  body: { reservations: pairs.map(([id, amount]) => ({ id, micros: `${amount}` })) },
});
const release = (...ids: string[]): BudgetRecord => ({ kind: 'release', body: { ids } });
const signed = { owner: 'run', atMs: 1_000 };

describe('folding a budget', () => {
  test.each<[string, readonly BudgetRecord[], number]>([
    ['nothing', [], 0],
    ['two reservations', [reserve(['a', 5], ['b', 7])], 12],
    ['the same one twice', [reserve(['a', 5]), reserve(['a', 5])], 5],
    ['a raised one: the largest counts', [reserve(['a', 5]), reserve(['a', 9])], 9],
    ['one that was lowered: the largest counts still', [reserve(['a', 9]), reserve(['a', 5])], 9],
    ['a released one', [reserve(['a', 5], ['b', 7]), release('a')], 7],
    ['one released twice', [reserve(['a', 5]), release('a'), release('a')], 0],
    ['one released, then reserved again: it stays released', [reserve(['a', 5]), release('a'), reserve(['a', 50])], 0],
    ['one released before it was reserved', [release('a'), reserve(['a', 5])], 0],
    ['one of nothing', [reserve(['a', 0])], 0],
  ])('%s', (_, records, used) => {
    expect(foldBudget(records).usedMicros).toBe(BigInt(used));
  });

  test('counts exactly where a double would not', () => {
    const big = { id: 'a', micros: '900719925474099301' };
    const records: BudgetRecord[] = [{ kind: 'reserve', body: { reservations: [big, { id: 'b', micros: '2' }] } }];
    expect(foldBudget(records).usedMicros).toBe(900719925474099303n);
  });
});

describe('the stream of a budget', () => {
  test('is one per currency and month, and ids name account, resource and number', async () => {
    expect((await runStoring(memoryStore(), readBudget('CNY', '2026-11'))).stream).toBe('budget/all/CNY/2026-11');
    expect(reservationId('1', 'aig/1', 3)).toBe('1/aig%2F1/3');
  });

  test('takes a record only where nobody was quicker, and shows the one that was', async () => {
    const store = memoryStore();
    const view = await runStoring(store, readBudget('CNY', '2026-11'));
    expect((await runStoring(store, addToBudget(view, signed, reserve(['a', 5])))).added).toBe(true);
    const late = await runStoring(store, addToBudget(view, { ...signed, owner: 'other' }, reserve(['b', 7])));
    expect(late.added).toBe(false);
    expect(late.view.state.usedMicros).toBe(5n);
    expect((await runStoring(store, addToBudget(late.view, { ...signed, owner: 'other' }, reserve(['b', 7])))).view.state.usedMicros).toBe(
      12n,
    );
  });

  test('releases what is reserved there, once', async () => {
    const store = memoryStore();
    const view = await runStoring(store, readBudget('CNY', '2026-11'));
    await runStoring(store, addToBudget(view, signed, reserve(['a', 5])));
    for (const ids of [['a', 'unknown'], ['a'], ['unknown']]) await runStoring(store, releaseReservations('CNY', '2026-11', ids, signed));
    expect((await runStoring(store, readBudget('CNY', '2026-11'))).records).toEqual([reserve(['a', 5]), release('a')]);
  });

  test.each([
    ['another kind', 'note', {}],
    ['an amount that is no whole number', 'reserve', { reservations: [{ id: 'a', micros: '1.5' }] }],
    ['a negative amount', 'reserve', { reservations: [{ id: 'a', micros: '-5' }] }],
    ['an amount that is no text', 'reserve', { reservations: [{ id: 'a', micros: 5 }] }],
    ['no ids', 'release', {}],
  ])('with %s lets nothing more through until a person skips the record', async (_, kind, body) => {
    const store = memoryStore();
    store.records.set('budget/all/CNY/2026-11/00000000', encodeRecord({ ...signed, kind, prev: null, body }));
    const key = 'budget/all/CNY/2026-11/00000000';
    expect((await runStoring(store, readBudget('CNY', '2026-11'))).state.damaged).toMatchObject({ code: 'MalformedRecord', key });
    await skip(store, key);
    expect((await runStoring(store, readBudget('CNY', '2026-11'))).state.damaged).toBeUndefined();
  });
});
