import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkOf } from '../../shared/journal/log/record.ts';
import { emptyStream } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import type { StoredPolicy } from '../../shared/journal/people/policies.ts';
import { newestPolicy, policyAt, publishPolicy } from '../../shared/journal/people/policies.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { noon } from '../engine/dial.ts';
import { bytesOf } from '../fixtures/bytes.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';
import { bodyOf, brokenRecords, policyKey, publishTo } from './published.ts';

/** A store that counts what is asked of it. */
function counted(): MemoryStore & { readonly asked: string[] } {
  const inner = memoryStore();
  const asked: string[] = [];
  return {
    ...inner,
    asked,
    read: (key) => {
      asked.push(`read ${key}`);
      return inner.read(key);
    },
    list: (prefix) => {
      asked.push(`list ${prefix}`);
      return inner.list(prefix);
    },
  };
}

const newest = (store: MemoryStore, known?: StoredPolicy) => runStoring(store, newestPolicy({ known }));

describe('the newest policy', () => {
  test('is none in an empty store, and the stream begins at zero', async () => {
    expect(await newest(memoryStore())).toEqual({ good: undefined, broken: [], end: { next: 0, prev: null } });
  });

  test('costs one list and two reads, and one read behind a known one', async () => {
    const store = counted();
    for (const text of ['one', 'two', 'three']) await publishTo(store, text);
    store.asked.length = 0;
    const { good } = await newest(store);
    expect(good).toMatchObject({ sequence: 2, body: { source: 'three', by: 'li.wei' } });
    expect(store.asked).toEqual(['list policy/', `read ${policyKey(2)}`, `read ${policyKey(3)}`]);
    store.asked.length = 0;
    expect((await newest(store, good)).good).toBe(good);
    expect(store.asked).toEqual([`read ${policyKey(3)}`]);
  });

  test.each([[0], [1], [2]])('is found although the list lags %i records behind', async (behind) => {
    const store = memoryStore();
    for (const text of ['one', 'two']) await publishTo(store, text);
    for (let at = 0; at < behind; at++) store.unlisted.add(policyKey(1 - at));
    expect((await newest(store)).good?.body.source).toBe('two');
  });

  test.each(Object.entries(brokenRecords))('is the one before a record with %s, which is named', async (_what, record) => {
    const store = memoryStore();
    await publishTo(store, 'good');
    store.records.set(policyKey(1), bytesOf(record(1)));
    const { good, broken, end } = await newest(store);
    expect(good?.body.source).toBe('good');
    expect(broken).toEqual([{ sequence: 1, because: expect.stringMatching(/\S/) }]);
    expect(end?.next).toBe(2);
    expect(await runStoring(store, policyAt(1))).toEqual(broken[0]);
    expect((await newest(store, good)).good).toBe(good);
  });

  test('is none where all are broken', async () => {
    const store = memoryStore();
    for (let at = 0; at < 3; at++) store.records.set(policyKey(at), bytesOf('{'));
    const { good, broken } = await newest(store);
    expect([good, broken.map(({ sequence }) => sequence)]).toEqual([undefined, [2, 1, 0]]);
  });

  test('is the one before a record that is listed, but gone', async () => {
    const store = memoryStore();
    await publishTo(store, 'one');
    const list = store.list;
    const lying = {
      ...store,
      list: async function* (prefix: string) {
        yield* list(prefix);
        yield policyKey(1);
      },
    };
    const { good, broken, end } = await newest(lying);
    expect([good?.body.source, end]).toEqual(['one', { next: 1, prev: linkOf(store.records.get(policyKey(0)) as Uint8Array) }]);
    expect(broken).toEqual([{ sequence: 1, because: expect.stringContaining('it is missing') }]);
  });

  test('is one that the reader does not refuse', async () => {
    const store = memoryStore();
    await publishTo(store, 'here');
    await publishTo(store, 'elsewhere', { store: 'oss://elsewhere/prod' });
    const refuses = ({ store: own }: { readonly store?: string }) => own && `it names ${own}`;
    expect(await runStoring(store, newestPolicy({ refuses }))).toMatchObject({
      good: { body: { source: 'here' } },
      broken: [{ sequence: 1, because: 'it names oss://elsewhere/prod' }],
    });
  });

  test('is the last whole record, whatever stands where and however far the list lags', async () => {
    const kinds = Object.keys(brokenRecords);
    const story = fc.array(fc.oneof(fc.constant('whole'), fc.constantFrom(...kinds)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(story, fc.nat(6), fc.nat(6), async (records, lag, knownUpTo) => {
        const store = memoryStore();
        for (const [at, what] of records.entries()) {
          if (what === 'whole') await publishTo(store, `policy ${at}`);
          else store.records.set(policyKey(at), bytesOf(brokenRecords[what]?.(at) ?? ''));
        }
        for (let at = records.length - 1; at >= records.length - lag; at--) store.unlisted.add(policyKey(at));
        const last = records.lastIndexOf('whole');
        const early = records.slice(0, knownUpTo).lastIndexOf('whole');
        const entry = early < 0 ? undefined : await runStoring(store, policyAt(early));
        const known = entry && 'body' in entry ? entry : undefined;
        for (const from of [undefined, known]) {
          // Where the list lags behind the newest whole one too, reading goes on from where it ends: no gap can hide one.
          const { good, broken } = await newest(store, from);
          expect(good?.sequence ?? -1).toBe(last);
          expect(broken.map(({ sequence }) => sequence)).toEqual(records.flatMap((_, at) => (at > last ? [at] : [])).reverse());
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('publishing', () => {
  const signed = (owner: string) => ({ owner, atMs: noon });

  test('has one winner behind one record, and the other is told whose it is', async () => {
    const store = memoryStore();
    const said = await Promise.all(
      ['one', 'two', 'three'].map((owner) => runStoring(store, publishPolicy(emptyStream, signed(owner), bodyOf(owner)))),
    );
    expect(said.map(({ outcome }) => outcome).sort()).toEqual(['overtaken', 'overtaken', 'published']);
    expect(said.map(({ sequence }) => sequence)).toEqual([0, 0, 0]);
    expect(store.records.size).toBe(1);
  });

  test('is done once after a lost answer', async () => {
    const store = memoryStore();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    expect((await runStoring(store, publishPolicy(emptyStream, signed('one'), bodyOf('one')))).outcome).toBe('published');
    expect(store.records.size).toBe(1);
  });

  test('goes on behind a broken record, and verifying names that one only', async () => {
    const store = memoryStore();
    await publishTo(store, 'one');
    store.records.set(policyKey(1), bytesOf('{"torn'));
    await publishTo(store, 'two');
    expect((await newest(store)).good?.body.source).toBe('two');
    expect((await verifyJournal(store)).problems).toMatchObject([{ key: policyKey(1), code: 'MalformedRecord' }]);
  });

  test('makes a chain in which a change shows', async () => {
    const store = memoryStore();
    for (const text of ['one', 'two', 'three']) await publishTo(store, text);
    expect((await verifyJournal(store)).problems).toEqual([]);
    const there = new TextDecoder().decode(store.records.get(policyKey(1)));
    store.records.set(policyKey(1), bytesOf(there.replace('li.wei', 'tan.mei')));
    expect((await verifyJournal(store)).problems).toMatchObject([{ key: policyKey(1), code: 'BrokenChain' }]);
  });
});
