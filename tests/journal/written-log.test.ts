import { describe, expect, test } from 'vitest';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { snapshotEvery } from '../../shared/journal/intents/intent-reader.ts';
import type { IntentRecord } from '../../shared/journal/intents/intent-record.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { append, emptyStream, readFrom } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type MemoryStore, memoryStore, skip } from './memory-store.ts';

const now = Date.UTC(2026, 10, 24, 12);
type Addable = Exclude<IntentRecord, { kind: 'snapshot' | 'part' }>;

const intents = (value: string, target = 't', resource = 'g1'): Addable => ({
  kind: 'intents',
  body: { target, intents: [{ resource, setting: 's', value, key: 'k', sessions: 1 }] },
});
const external = (value: string): Addable => ({
  kind: 'foreign',
  body: { target: 't', seen: [{ resource: 'g1', setting: 's', value }], gone: [] },
});

const load = (store: MemoryStore) => runStoring(store, IntentLog.load('scale', '1'));
const add = (store: MemoryStore, log: IntentLog, record: Addable, owner = 'me', atMs = now) =>
  runStoring(store, log.add({ owner, atMs }, record));
const kinds = (store: MemoryStore) => [...store.records].sort().map(([key, bytes]) => parseRecord(key, bytes).kind);

describe('a written log', () => {
  test('shows planners what stood there when it was loaded, not what the run adds', async () => {
    const store = memoryStore();
    const log = await load(store);
    await add(store, log, intents('A'));
    expect(log.view.values('g1', 's')).toEqual([]);
    expect(log.counts('t', now).actions).toBe(0);
    const next = await load(store);
    expect(next.view.values('g1', 's')).toMatchObject([{ value: 'A', outcome: undefined, atMs: now }]);
    expect(next.counts('t', now)).toMatchObject({ actions: 1, sessions: 1 });
  });

  test('writes a snapshot at every hundredth record and reads on from the last one only', async () => {
    const store = memoryStore();
    const log = await load(store);
    for (let n = 0; n < 250; n++) await add(store, log, external(`V${n}`), 'me', now + n);
    const snapshots = kinds(store).flatMap((kind, index) => (kind === 'snapshot' ? [index] : []));
    expect(snapshots).toEqual([snapshotEvery, 2 * snapshotEvery]);
    expect((await verifyJournal(store)).problems).toEqual([]);
    // Nothing before the last snapshot is needed any more.
    for (let n = 0; n < 2 * snapshotEvery; n++) store.records.delete(`written/scale/1/${String(n).padStart(8, '0')}`);
    const next = await load(store);
    expect(next.view.external('g1', 's')).toEqual({ value: 'V249', sinceMs: now + 249 });
  });

  test('a run that loaded before others wrote a snapshot goes on behind it with nothing lost', async () => {
    const store = memoryStore();
    const early = await load(store);
    const log = await load(store);
    for (let n = 0; n < 98; n++) await add(store, log, external(`V${n}`), 'other');
    await add(store, log, intents('B', 'u', 'g2'), 'other');
    await add(store, early, intents('A'));
    expect(kinds(store).indexOf('snapshot')).toBe(-1);
    await add(store, early, external('last'));
    expect(kinds(store).indexOf('snapshot')).toBe(100);
    const next = await load(store);
    expect(next.view.external('g1', 's')?.value).toBe('last');
    expect(next.view.values('g2', 's')).toMatchObject([{ value: 'B' }]);
    expect(next.view.values('g1', 's')).toMatchObject([{ value: 'A' }]);
  });

  test('two runs of one target cannot both write intents on the same count: the later is overtaken', async () => {
    const store = memoryStore();
    const [first, second] = [await load(store), await load(store)];
    expect(await add(store, first, intents('A'), 'one')).toMatchObject({ outcome: 'added' });
    expect(await add(store, second, intents('B'), 'two')).toEqual({ outcome: 'overtaken', by: 'one' });
    expect(await add(store, second, intents('B'), 'two')).toEqual({ outcome: 'overtaken', by: 'one' });
    expect(kinds(store)).toEqual(['intents']);
    expect(await add(store, first, intents('C'), 'one')).toMatchObject({ outcome: 'added', sequence: 1 });
  });

  test('another target in the same account, and records that are no intents, overtake nobody', async () => {
    const store = memoryStore();
    const [first, second] = [await load(store), await load(store)];
    await add(store, first, intents('A', 'other-target'), 'one');
    await add(store, first, external('V'), 'one');
    expect(await add(store, second, intents('B'), 'two')).toMatchObject({ outcome: 'added', sequence: 2 });
  });

  test('a stream without its snapshot is read from the beginning', async () => {
    const store = memoryStore();
    const log = await load(store);
    for (let n = 0; n < 99; n++) await add(store, log, external(`V${n}`));
    // A record of a later version stands where the snapshot belongs.
    const draft = { owner: 'later', atMs: now };
    const end = await runStoring(
      store,
      readFrom('written/scale/1', 0, 98, () => {}),
    );
    const after = await runStoring(store, append('written/scale/1', end, { ...draft, kind: 'foreign', body: external('V99').body }));
    await runStoring(store, append('written/scale/1', after.end, { ...draft, kind: 'from-the-future', body: {} }));
    expect((await load(store)).view.external('g1', 's')?.value).toBe('V99');
  });

  test('a known kind with a body of another shape counts as more acts than limits allow for 24 hours', async () => {
    const store = memoryStore();
    await runStoring(store, append('written/scale/1', emptyStream, { owner: 'x', atMs: now, kind: 'intents', body: { target: 1 } }));
    const key = 'written/scale/1/00000000';
    const log = await load(store);
    expect(log.damaged).toMatchObject([{ code: 'MalformedRecord', key }]);
    expect(log.counts('any', now + 48 * 3_600_000)).toMatchObject({ actions: 1_000_000, sessions: 1_000_000 });
    await add(store, log, external('V'));
    const later = await load(store);
    expect(later.counts('any', now + 24 * 3_600_000 - 1).harmedWith('r', 'lower', [])).toBe(1_000_000);
    expect(later.counts('any', now + 24 * 3_600_000).actions).toBe(0);
    await skip(store, key);
    const skipped = await load(store);
    expect([skipped.damaged, skipped.counts('any', now).actions]).toEqual([[], 0]);
  });
});
