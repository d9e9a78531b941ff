import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Added, IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { performStoreEffect, runStoring, type StoreEffect, type Storing } from '../../shared/journal/store/store-effect.ts';
import { type MemoryStore, memoryStore, skip } from './memory-store.ts';

/** How many parts a stream has: part of the format. */
const partCount = 64;
const now = Date.UTC(2026, 10, 24, 12);
const signed = (owner = 'me') => ({ owner, atMs: now });
const load = (store: MemoryStore) => runStoring(store, IntentLog.load('scale', '1'));
const stream = (store: MemoryStore) => [...store.records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, bytes]) => ({ key, bytes }));
const ofKind = (store: MemoryStore, kind: string) => stream(store).filter(({ key, bytes }) => parseRecord(key, bytes).kind === kind);

function* meant(log: IntentLog, ids: readonly string[], value: string, owner?: string): Storing<Added> {
  const intents = ids.map((resource) => ({ resource, setting: 's', value, key: 'k', sessions: 0 }));
  return yield* log.add(signed(owner), { kind: 'intents', body: { target: `t-${owner}`, intents } });
}
function* became(log: IntentLog, of: number, ids: readonly string[], outcome: 'done' | 'failed', owner?: string): Storing<Added> {
  const outcomes = ids.map((resource) => ({ resource, setting: 's', outcome }));
  return yield* log.add(signed(owner), { kind: 'outcomes', body: { target: `t-${owner}`, of, outcomes } });
}
function* wrote(log: IntentLog, ids: readonly string[], value: string, owner?: string): Storing<void> {
  const added = yield* meant(log, ids, value, owner);
  if (added.outcome === 'added') yield* became(log, added.sequence, ids, 'done', owner);
}

const idsOf = (from: number, count: number) => Array.from({ length: count }, (_, index) => `g${from + index}`);

/** Writes `A` to so many resources, 500 at a time. */
async function filled(count: number): Promise<MemoryStore> {
  const store = memoryStore();
  const log = await load(store);
  for (let from = 0; from < count; from += 500) await runStoring(store, wrote(log, idsOf(from, Math.min(500, count - from)), 'A'));
  return store;
}

function copyOf(store: MemoryStore): MemoryStore {
  const copy = memoryStore();
  for (const [key, bytes] of store.records) copy.records.set(key, bytes);
  return copy;
}

async function valuesOf(store: MemoryStore, ids: readonly string[]): Promise<readonly string[]> {
  const log = await load(store);
  await runStoring(store, log.recall(ids));
  const texts = ids.map((id) => log.view.values(id, 's').map(({ value, outcome }) => `${value}:${outcome ?? 'open'}`));
  expect(log.view.takeMissing()).toEqual([]);
  return texts.map((each) => each.join(' '));
}

describe('a log with more settings than a snapshot carries', () => {
  test('reads only the parts that hold what is asked for', async () => {
    const store = await filled(5000);
    expect(ofKind(store, 'part').length).toBeGreaterThanOrEqual(partCount);
    const reads: string[] = [];
    const read = store.read.bind(store);
    store.read = async (key) => {
      reads.push(key);
      return read(key);
    };
    const log = await load(store);
    reads.length = 0;
    expect(log.view.values('g42', 's')).toEqual([]);
    expect(log.view.takeMissing()).toEqual(['g42']);
    expect(log.view.takeMissing()).toEqual([]);
    const answer = await runStoring(
      store,
      log.withHistory(() => log.view.values('g42', 's')),
    );
    expect(answer).toMatchObject([{ value: 'A', outcome: 'done' }]);
    expect(reads).toHaveLength(1);
    await runStoring(store, log.recall(idsOf(0, 5000)));
    expect(reads).toHaveLength(1 + partCount);
    expect(log.view.values('never written', 's')).toEqual([]);
  });

  test('keeps every record small, and every value', async () => {
    const store = await filled(20_000);
    const sizes = (kind: string) => ofKind(store, kind).map(({ bytes }) => bytes.length);
    // About 300 settings in a part, at most about 5000 in a snapshot.
    expect(Math.max(...sizes('part'))).toBeLessThan(30_000);
    expect(Math.max(...sizes('snapshot'))).toBeLessThan(1_500_000);
    expect(new Set(await valuesOf(store, idsOf(0, 20_000)))).toEqual(new Set(['A:done']));
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('knows later writes over the parts, confirmed or not', async () => {
    const store = await filled(5000);
    const log = await load(store);
    await runStoring(store, wrote(log, ['g1'], 'B'));
    await runStoring(store, meant(log, ['g2'], 'B'));
    const failing = await runStoring(store, meant(log, ['g3'], 'B'));
    await runStoring(store, became(log, failing.outcome === 'added' ? failing.sequence : -1, ['g3'], 'failed'));
    expect(await valuesOf(store, ['g1', 'g2', 'g3', 'g4'])).toEqual(['B:done', 'A:done B:open', 'A:done B:failed', 'A:done']);
    const next = await load(store);
    expect(next.openIntents('s').map(({ resource }) => resource)).toEqual(['g2']);
  });

  test('still names an intent without an outcome once its part is written', async () => {
    const store = await filled(10);
    const log = await load(store);
    await runStoring(store, meant(log, ['lost'], 'X'));
    for (let from = 1000; from < 6000; from += 500) await runStoring(store, wrote(log, idsOf(from, 500), 'A'));
    expect(ofKind(store, 'part').length).toBeGreaterThan(0);
    expect((await load(store)).openIntents('s')).toMatchObject([{ resource: 'lost', atMs: now }]);
    expect(await valuesOf(store, ['lost', 'g1'])).toEqual(['X:open', 'A:done']);
  });
});

describe('moving values to parts', () => {
  test('cut off after any record has lost nothing', async () => {
    const before = await filled(4000);
    const ids = idsOf(0, 4200);
    class Killed extends Error {}
    let steps = 0;
    for (; ; steps += 5) {
      const store = copyOf(before);
      const log = await load(store);
      let left = steps;
      store.afterCreate = () => {
        if (left-- === 0) throw new Killed();
      };
      const ended = await runStoring(store, wrote(log, idsOf(4000, 200), 'A')).then(
        () => true,
        (error) => {
          if (error instanceof Killed) return false;
          throw error;
        },
      );
      store.afterCreate = () => {};
      // Killed at the first record, the intents stand without their outcomes.
      const expected = steps === 0 ? ['A:done', 'A:open'] : ['A:done'];
      expect([...new Set(await valuesOf(store, ids))]).toEqual(expected);
      expect((await verifyJournal(store)).problems).toEqual([]);
      if (ended) break;
    }
    expect(steps).toBeGreaterThanOrEqual(partCount);
  });

  test('by two runs at once, in any order of their steps, gives what was written', async () => {
    const before = await filled(4000);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (turns) => {
        const store = copyOf(before);
        const runs = await Promise.all(
          ['one', 'two'].map(async (owner, index) => {
            const log = await load(store);
            const code = (function* (): Storing<void> {
              yield* wrote(log, idsOf(4000 + index * 200, 200), owner, owner);
              yield* wrote(log, idsOf(index * 50, 50), owner, owner);
            })();
            return { code, step: code.next() };
          }),
        );
        for (const turn of turns) {
          const waiting = runs.filter(({ step }) => !step.done);
          const run = waiting[turn ? waiting.length - 1 : 0];
          if (!run) break;
          run.step = run.code.next(await performStoreEffect(store, run.step.value as StoreEffect));
        }
        const expected = (n: number) => (n < 50 ? 'one' : n < 100 ? 'two' : n < 4000 ? 'A' : n < 4200 ? 'one' : 'two');
        expect(await valuesOf(store, idsOf(0, 4400))).toEqual(Array.from({ length: 4400 }, (_, n) => `${expected(n)}:done`));
        expect((await verifyJournal(store)).problems).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a part that cannot be trusted', () => {
  test.each<[string, (store: MemoryStore, key: string) => void]>([
    ['is missing', (store, key) => store.records.delete(key)],
    [
      'was replaced by another record that can be read',
      (store, key) =>
        store.records.set(key, new TextEncoder().encode(new TextDecoder().decode(store.records.get(key)).replace('"A"', '"Z"'))),
    ],
  ])('%s: what it held is forgotten, and it is named until a person skips it', async (_name, spoil) => {
    const store = await filled(5000);
    const log = await load(store);
    const readers: string[] = [];
    const read = store.read.bind(store);
    store.read = async (key) => {
      readers.push(key);
      return read(key);
    };
    await runStoring(store, log.recall(['g7']));
    const again = await load(store);
    spoil(store, readers[0] as string);
    await runStoring(store, again.recall(['g7']));
    expect(again.damaged).toMatchObject([{ code: 'BrokenChain', key: readers[0] }]);
    expect([again.view.values('g7', 's'), again.view.takeMissing()]).toEqual([[], []]);
    await skip(store, readers[0] as string);
    const skipped = await load(store);
    await runStoring(store, skipped.recall(['g7']));
    expect(skipped.damaged).toEqual([]);
  });
});
