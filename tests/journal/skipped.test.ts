import { describe, expect, test } from 'vitest';
import { reserveBatch } from '../../functions/renew-before-expiry/purchase/reserve.ts';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { isSkipped } from '../../shared/journal/log/skipped.ts';
import { append, emptyStream, lastListed, listedEnd, readFrom, type StreamEnd } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { addToBudget, readBudget } from '../../shared/journal/renewals/budget.ts';
import { readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { bytesOf } from '../fixtures/bytes.ts';
import { context, noon, purchaseFixture, purchaseFor, readView, yuan } from '../functions/renew-before-expiry/purchase/purchase-fixture.ts';
import { type MemoryStore, memoryStore, skip } from './memory-store.ts';

const record = (n: number) => ({ kind: 'test', atMs: n, owner: 'o', body: { n } });

async function streamOf(count: number): Promise<MemoryStore> {
  const store = memoryStore();
  let end: StreamEnd = emptyStream;
  for (let n = 0; n < count; n++) ({ end } = await runStoring(store, append('written/f/1', end, record(n))));
  return store;
}

const key = (n: number) => `written/f/1/${String(n).padStart(8, '0')}`;

async function damagedIn(store: MemoryStore): Promise<readonly string[]> {
  const found: string[] = [];
  const last = await runStoring(store, lastListed('written/f/1'));
  await runStoring(
    store,
    readFrom(
      'written/f/1',
      0,
      last,
      () => {},
      (error) => found.push(error.key ?? ''),
    ),
  );
  return found;
}

describe('a word that skips a record', () => {
  test('covers the bytes that stood there, and no later damage', async () => {
    const store = await streamOf(3);
    store.records.set(key(1), bytesOf('{}'));
    expect(await damagedIn(store)).toEqual([key(1), key(2)]);
    await skip(store, key(1));
    expect(await damagedIn(store)).toEqual([]);
    store.records.set(key(1), bytesOf('[]'));
    expect(await damagedIn(store)).toEqual([key(1), key(2)]);
    await skip(store, key(1));
    expect(await damagedIn(store)).toEqual([]);
  });

  test('covers that a record is missing, until something stands there', async () => {
    const store = await streamOf(3);
    store.records.delete(key(1));
    expect(await damagedIn(store)).toEqual([key(1)]);
    await skip(store, key(1));
    expect(await damagedIn(store)).toEqual([]);
    store.records.set(key(1), bytesOf('null'));
    expect(await damagedIn(store)).toEqual([key(1), key(2)]);
  });

  test.each([
    ['bytes that are none', bytesOf('{}')],
    ['a record of another kind', encodeRecord({ kind: 'note', atMs: 0, owner: 'x', prev: null, body: { record: key(1), link: null } })],
    ['nobody who said it', encodeRecord({ kind: 'skip', atMs: 0, owner: 'x', prev: null, body: { record: key(1), link: null } })],
    [
      'another record',
      encodeRecord({
        ...{ kind: 'skip', atMs: 0, owner: 'x', prev: null },
        body: { record: key(2), link: null, by: 'li', who: { account: '1', userId: '2' } },
      }),
    ],
  ])('counts for nothing with %s, and keeps nobody from saying one', async (_what, junk) => {
    const store = await streamOf(3);
    store.records.delete(key(1));
    store.records.set(`skipped/${key(1)}/0`, junk);
    expect(await runStoring(store, isSkipped(key(1), undefined))).toBe(false);
    await skip(store, key(1));
    expect(await runStoring(store, isSkipped(key(1), undefined))).toBe(true);
    expect((await verifyJournal(store)).skipped).toMatchObject([{ key: key(1), by: 'li.wei' }]);
  });

  test('is not taken without end: eight words on one key are the last', async () => {
    const store = await streamOf(3);
    for (let n = 0; n < 8; n++) {
      store.records.set(key(1), bytesOf(`${n}`));
      await skip(store, key(1));
    }
    store.records.set(key(1), bytesOf('9'));
    await expect(skip(store, key(1))).rejects.toMatchObject({ code: 'StreamFull' });
  });
});

describe('a stream', () => {
  test.each([99_999_999, 20_000_000, 15])(
    'does not end at a stray %i, which is named until it is skipped, in few reads',
    async (sequence) => {
      const store = await streamOf(3);
      store.records.set(key(sequence), bytesOf('{}'));
      let reads = 0;
      const read = store.read;
      const counting = {
        ...store,
        read: (each: string) => {
          reads++;
          return read(each);
        },
      };
      expect(await runStoring(counting, listedEnd('written/f/1'))).toMatchObject({ last: 2, strays: [{ sequence }] });
      expect(reads).toBeLessThan(5);
      await skip(store, key(sequence));
      expect((await runStoring(store, listedEnd('written/f/1'))).strays).toEqual([]);
    },
  );

  test('goes on behind ten lost records, and is named no further than that', async () => {
    const store = await streamOf(14);
    for (let n = 2; n < 12; n++) store.records.delete(key(n));
    expect(await runStoring(store, lastListed('written/f/1'))).toBe(13);
    expect(await damagedIn(store)).toHaveLength(10);
    store.records.delete(key(12));
    expect(await runStoring(store, listedEnd('written/f/1'))).toMatchObject({ last: 1, strays: [{ sequence: 13 }] });
  });

  test('with its last number taken has no room, and says so instead of breaking off', async () => {
    const end = { next: 100_000_000, prev: null };
    await expect(runStoring(memoryStore(), append('written/f/1', end, record(0)))).rejects.toMatchObject({ code: 'StreamFull' });
  });
});

describe('money', () => {
  test('is not set aside in a budget of which a record cannot be read, nor where somebody adds one meanwhile, until that is skipped', async () => {
    const fixture = purchaseFixture();
    const request = { purchase: purchaseFor('a', { reserve: yuan(10) }), view: await readView(fixture, renewalStream('1', 'a')) };
    const reserve = () => fixture.run(reserveBatch({ owner: 'run-1' }, [request], context(noon, 1000)));
    const first = 'budget/all/CNY/2026-11/00000000';
    await fixture.store.create(first, bytesOf('{}'));
    expect(await reserve()).toMatchObject([{ outcome: 'refused', code: 'budget-unreadable', text: expect.stringContaining(first) }]);
    expect((await runStoring(fixture.store, readBudget('USD', '2026-11'))).state.damaged).toBeUndefined();
    await skip(fixture.store, first);
    const view = await runStoring(fixture.store, readBudget('CNY', '2026-11'));
    await fixture.store.create('budget/all/CNY/2026-11/00000001', bytesOf('[]'));
    const added = await runStoring(fixture.store, addToBudget(view, { owner: 'o', atMs: 0 }, { kind: 'release', body: { ids: ['x'] } }));
    expect([added.added, added.view.state.damaged?.code]).toEqual([false, 'MalformedRecord']);
    await skip(fixture.store, 'budget/all/CNY/2026-11/00000001');
    expect(await reserve()).toMatchObject([{ outcome: 'reserved' }]);
  });

  test('a renewal with a damaged record holds its resource, and is like a slot once that is skipped', async () => {
    const store = memoryStore();
    const claim = 'renewals/1/g/00000000/claim';
    await store.create(claim, bytesOf('{}'));
    await expect(runStoring(store, readRenewal('renewals/1/g'))).rejects.toMatchObject({ code: 'MalformedRecord', key: claim });
    await skip(store, claim);
    expect(await runStoring(store, readRenewal('renewals/1/g'))).toMatchObject({
      next: 1,
      open: undefined,
      last: { slot: { by: 'skipped' } },
    });
    await store.create('renewals/1/g/99999999/claim', bytesOf('{}'));
    expect((await runStoring(store, readRenewal('renewals/1/g'))).next).toBe(1);
  });
});
