import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { append, emptyStream, lastListed, readFrom, type StreamEnd } from '../../shared/journal/log/stream.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

const draft = (owner: string, n = 0) => ({ kind: 'test', atMs: 1_000 + n, owner, body: { n } });

function* appendAll(count: number, owner: string): Storing<StreamEnd> {
  let end = emptyStream;
  for (let n = 0; n < count; n++) end = (yield* append('s', end, draft(owner, n))).end;
  return end;
}

async function readAll(store: ReturnType<typeof memoryStore>, hint?: number) {
  const found: string[] = [];
  const last = hint ?? (await runStoring(store, lastListed('s')));
  const end = await runStoring(
    store,
    readFrom('s', 0, last, ({ record }) => found.push(`${record.owner}${String(record.body.n)}`)),
  );
  return { found, end };
}

describe('appending', () => {
  test('numbers records from zero and links each to the bytes of the one before', async () => {
    const store = memoryStore();
    const end = await runStoring(store, appendAll(3, 'a'));
    expect([...store.records.keys()]).toEqual(['s/00000000', 's/00000001', 's/00000002']);
    expect((await readAll(store)).end).toEqual(end);
  });

  test.each(['the first create', 'a later create'])('a lost answer of %s is settled: created once, and known to be won', async (which) => {
    const store = memoryStore();
    let losses = 0;
    store.afterCreate = (key) => {
      if (key !== (which === 'the first create' ? 's/00000000' : 's/00000002') || losses++ > 0) return;
      throw new StoreError('Unreachable', 'answer lost', { maybeWritten: true });
    };
    await runStoring(store, appendAll(4, 'a'));
    expect(losses).toBe(1);
    expect((await readAll(store)).found).toEqual(['a0', 'a1', 'a2', 'a3']);
  });

  test('a lost answer behind another writer does not overwrite and goes on behind him', async () => {
    const store = memoryStore();
    await runStoring(store, appendAll(1, 'other'));
    store.beforeCreate = () => {
      store.beforeCreate = () => {};
      throw new StoreError('Unreachable', 'request lost', { maybeWritten: true });
    };
    await runStoring(store, append('s', emptyStream, draft('me')));
    expect((await readAll(store)).found).toEqual(['other0', 'me0']);
  });

  test('a failure that proves that nothing was written is not repeated', async () => {
    const store = memoryStore();
    let creates = 0;
    store.beforeCreate = () => {
      creates++;
      throw new StoreError('Full', 'disk full');
    };
    await expect(runStoring(store, append('s', emptyStream, draft('a')))).rejects.toMatchObject({ code: 'Full' });
    expect(creates).toBe(1);
  });

  test('gives up where the caller says so at a record of another, and adds nothing', async () => {
    const store = memoryStore();
    await runStoring(store, appendAll(2, 'other'));
    const result = await runStoring(
      store,
      append('s', emptyStream, draft('me'), ({ sequence }) => (sequence === 1 ? 'stop' : 'go-on')),
    );
    expect(result).toMatchObject({ outcome: 'stopped', sequence: 1, end: { next: 2 } });
    expect(store.records.size).toBe(2);
  });

  test('writers in any interleaving make one unbroken chain in which each record stands once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 4 }), fc.infiniteStream(fc.nat(3)), async (writers, schedule) => {
        const store = memoryStore();
        const each = 3;
        // Steps the writers one effect at a time, as the schedule says.
        const code = Array.from({ length: writers }, (_, index) => appendAll(each, String.fromCharCode(97 + index)));
        const steps = code.map((generator) => generator.next());
        while (steps.some((step) => !step.done)) {
          const running = steps.flatMap((step, index) => (step.done ? [] : [index]));
          const index = running[(schedule.next().value as number) % running.length] as number;
          const effect = steps[index]?.value;
          if (!effect || !('type' in effect)) throw new Error('not an effect');
          const result =
            effect.type === 'store-create'
              ? await store.create(effect.key, effect.bytes)
              : effect.type === 'store-read'
                ? await Promise.all(effect.keys.map((key) => store.read(key)))
                : [];
          steps[index] = (code[index] as (typeof code)[number]).next(result);
        }
        const { found, end } = await readAll(store);
        expect(end.next).toBe(writers * each);
        expect([...found].sort()).toEqual(
          Array.from({ length: writers * each }, (_, n) => `${String.fromCharCode(97 + Math.floor(n / each))}${n % each}`),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('reading', () => {
  test('a stale list hides nothing: exact reads go on to the end', async () => {
    const store = memoryStore();
    await runStoring(store, appendAll(40, 'a'));
    for (let n = 5; n < 40; n++) store.unlisted.add(`s/${String(n).padStart(8, '0')}`);
    expect(await runStoring(store, lastListed('s'))).toBe(4);
    expect((await readAll(store)).found).toHaveLength(40);
  });

  test.each([-1, 0, 7, 15, 16, 17, 39, 500])('gives the same with the hint %d', async (hint) => {
    const store = memoryStore();
    const end = await runStoring(store, appendAll(40, 'a'));
    expect(await readAll(store, hint)).toEqual({ found: Array.from({ length: 40 }, (_, n) => `a${n}`), end });
  });

  test('an empty stream ends where it begins', async () => {
    expect(await readAll(memoryStore())).toEqual({ found: [], end: emptyStream });
  });

  test('a changed record is noticed at the one behind it, and keeps nobody from appending behind it', async () => {
    const store = memoryStore();
    await runStoring(store, appendAll(3, 'a'));
    const record = parseRecord('s/00000001', store.records.get('s/00000001') as Uint8Array);
    store.records.set(
      's/00000001',
      new TextEncoder().encode(
        JSON.stringify({ ...JSON.parse(new TextDecoder().decode(store.records.get('s/00000001'))), body: { n: 99 } }),
      ),
    );
    expect(record.body).toEqual({ n: 1 });
    await expect(readAll(store)).rejects.toMatchObject({
      name: 'JournalError',
      code: 'BrokenChain',
      message: expect.stringContaining('s/00000002'),
    });
    expect(await runStoring(store, append('s', emptyStream, draft('b')))).toMatchObject({ outcome: 'appended', sequence: 3 });
  });

  test('a missing start is an error, not an empty stream', async () => {
    await expect(
      runStoring(
        memoryStore(),
        readFrom('s', 100, 105, () => {}),
      ),
    ).rejects.toMatchObject({ code: 'BrokenChain' });
  });
});
