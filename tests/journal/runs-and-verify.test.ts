import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRecord, parseRecord } from '../../shared/journal/log/record.ts';
import { readRun, recordHeartbeat, recordRun, runKey } from '../../shared/journal/log/runs.ts';
import { append, emptyStream } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

const run = {
  functionName: 'scale-on-schedule',
  target: 'cn-office',
  owner: '0123456789abcdef0123456789abcdef',
  atMs: Date.UTC(2026, 10, 24, 4, 18, 31, 7),
};

describe('run records and heartbeats', () => {
  test('a run lies under its day in UTC, in the order of time', () => {
    expect(runKey(run)).toBe('runs/2026/11/24/041831007-scale-on-schedule-0123456789ab');
  });

  test('a report comes back as it was recorded, also when the first answer is lost', async () => {
    const store = memoryStore();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'answer lost', { maybeWritten: true });
    };
    const key = await runStoring(store, recordRun(run, { counts: { act: 2 } }));
    expect(await runStoring(store, readRun(key))).toEqual({ counts: { act: 2 } });
    expect(await runStoring(store, readRun('runs/2026/11/24/none'))).toBeUndefined();
  });

  test('there is one sign of life per function, target and minute', async () => {
    const store = memoryStore();
    await runStoring(store, recordHeartbeat(run, { failed: false }));
    await runStoring(store, recordHeartbeat({ ...run, owner: 'another', atMs: run.atMs + 20_000 }, { failed: true }));
    await runStoring(store, recordHeartbeat({ ...run, atMs: run.atMs + 60_000 }, { failed: false }));
    expect([...store.records.keys()]).toEqual([
      'heartbeats/scale-on-schedule/cn-office/20261124T0418Z',
      'heartbeats/scale-on-schedule/cn-office/20261124T0419Z',
    ]);
  });
});

describe('verifying the journal', () => {
  async function journal(lengths: readonly number[]) {
    const store = memoryStore();
    for (const [index, length] of lengths.entries()) {
      let end = emptyStream;
      for (let n = 0; n < length; n++) {
        end = (await runStoring(store, append(`written/f/${index}`, end, { kind: 'x', atMs: n, owner: 'o', body: { n } }))).end;
      }
    }
    await runStoring(store, recordRun(run, {}));
    return store;
  }

  test('a sound journal has no problems; heads and lengths are told', async () => {
    const store = await journal([3, 1]);
    const found = await verifyJournal(store);
    expect(found.problems).toEqual([]);
    expect(found.records).toBe(5);
    expect(found.streams).toMatchObject([
      { stream: 'written/f/0', records: 3, first: 0, last: 2 },
      { stream: 'written/f/1', records: 1, first: 0, last: 0 },
    ]);
  });

  test('any change of any record but the last of a stream is found; a change of the last shows in the head', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.nat(), async (length, at, where) => {
        const index = at % length;
        const store = await journal([length]);
        const before = await verifyJournal(store);
        const key = `written/f/0/0000000${index}`;
        const record = parseRecord(key, store.records.get(key) as Uint8Array);
        store.records.set(key, encodeRecord({ ...record, body: { ...record.body, n: where + 100 } }));
        const after = await verifyJournal(store);
        if (index < length - 1) {
          // The record itself, not the one behind it that no longer fits.
          expect(after.problems).toMatchObject([{ code: 'BrokenChain', key }]);
        } else {
          expect(after.problems).toEqual([]);
          expect(after.streams[0]?.head).not.toBe(before.streams[0]?.head);
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each<[string, (records: Map<string, Uint8Array>) => void, string, string]>([
    ['a record in the middle is gone', (records) => records.delete('written/f/0/00000001'), 'MissingRecord', 'written/f/0/00000001'],
    ['the first record is gone', (records) => records.delete('written/f/0/00000000'), 'MissingRecord', 'written/f/0/00000000'],
    [
      'a record is cut short',
      (records) => records.set('written/f/0/00000002', new TextEncoder().encode('{"v":1')),
      'MalformedRecord',
      'written/f/0/00000002',
    ],
    ['a run record is unreadable', (records) => records.set(runKey(run), new Uint8Array()), 'MalformedRecord', runKey(run)],
  ])('%s', async (_name, damage, code, key) => {
    const store = await journal([3]);
    damage(store.records);
    expect((await verifyJournal(store)).problems).toMatchObject([{ code, key }]);
  });

  test('a cut tail is not seen by the chain alone: only the head noted before tells', async () => {
    const store = await journal([3]);
    const before = await verifyJournal(store);
    store.records.delete('written/f/0/00000002');
    const after = await verifyJournal(store);
    expect(after.problems).toEqual([]);
    expect(after.streams[0]?.head).not.toBe(before.streams[0]?.head);
  });

  test('can be limited to a prefix', async () => {
    const store = await journal([2, 2]);
    expect((await verifyJournal(store, { prefix: 'written/f/1/' })).streams).toHaveLength(1);
  });
});
