import { describe, expect, test } from 'vitest';
import { writeSeen } from '../../shared/engine/record-run.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { minuteMs } from '../fixtures/times.ts';
import { target } from './dial.ts';
import { codes, fixture, kindsOf } from './run-fixture.ts';

const many = 4500;
const idOf = (n: number) => `d${String(n).padStart(4, '0')}`;

/** So many dials, all written long ago, so that their history lies in parts of the journal. */
async function longHistory() {
  const b = fixture({ manual: true, pageSize: 100 });
  const log = await runStoring(b.store, IntentLog.load('dials', target.account));
  for (let from = 0; from < many; from += 500) {
    const signed = { owner: 'before', atMs: b.clock.nowMs };
    const ids = Array.from({ length: 500 }, (_, index) => idOf(from + index));
    const intents = ids.map((resource) => ({ resource, setting: 'dial', value: 'night', key: 'k', sessions: 0 }));
    const added = await runStoring(b.store, log.add(signed, { kind: 'intents', body: { target: 'cn', intents } }));
    const of = added.outcome === 'added' ? added.sequence : -1;
    const outcomes = ids.map((resource) => ({ resource, setting: 'dial', outcome: 'done' as const }));
    await runStoring(b.store, log.add(signed, { kind: 'outcomes', body: { target: 'cn', of, outcomes } }));
    for (const id of ids) {
      b.service.put(id, 'night');
      b.wishes.set(id, { value: 'night' });
    }
  }
  b.later(2 * 24 * 60 * minuteMs);
  const reads: string[] = [];
  const store = {
    ...b.store,
    read: async (key: string) => {
      reads.push(key);
      return b.store.read(key);
    },
  };
  return { ...b, store, reads };
}

describe('a fleet that was written long ago', () => {
  test('is recognized: what a person changed holds, what is ours is changed, in the order of the service', async () => {
    const b = await longHistory();
    for (const n of [7, 1234, 4321]) b.service.put(idOf(n), 'by hand');
    for (const n of [8, 2222]) b.wishes.set(idOf(n), { value: 'day' });
    b.service.put('new', 'old');
    b.wishes.set('new', { value: 'day' });
    const seen: string[] = [];
    const report = await b.run('apply', { store: b.store, onDecision: ({ id }) => seen.push(id) });
    expect(codes(report)).toEqual([
      'd0007 hold manual-change',
      'd0008 act wish',
      'd1234 hold manual-change',
      'd2222 act wish',
      'd4321 hold manual-change',
      'new act wish',
    ]);
    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(report.counts).toEqual({ act: 3, hold: 3, keep: many - 5, notCovered: 0 });
    expect([seen.length, new Set(seen).size]).toEqual([many + 1, many + 1]);
  });

  test('costs a run with nothing to do no more reads than a short one', async () => {
    const b = await longHistory();
    expect((await b.run('apply', { store: b.store })).counts).toMatchObject({ act: 0, keep: many });
    // The records since the last snapshot, and the one that is not there yet.
    expect(b.reads.length).toBeLessThanOrEqual(101);
    expect(new Set(b.reads).size).toBe(b.reads.length);
  });

  test('of which the journal cannot be read is left alone, and the run fails; what needs no history is done', async () => {
    const b = await longHistory();
    b.service.put(idOf(7), 'by hand');
    const log = await runStoring(b.store, IntentLog.load('dials', target.account));
    b.reads.length = 0;
    await runStoring(b.store, log.recall([idOf(7)]));
    const [part] = b.reads;
    let loaded = false;
    const store = {
      ...b.store,
      read: async (key: string) => {
        if (key === part && loaded) throw new StoreError('Unreachable', 'no answer');
        return b.store.read(key);
      },
    };
    const report = await b.run('apply', {
      store,
      onProgress: () => {
        loaded = true;
      },
    });
    expect(report).toMatchObject({ failed: true, errors: [{ code: 'Unreachable' }], counts: { act: 0, keep: many - 1 } });
    expect(report.totals.complete).toBe(false);
    expect(b.service.valueOf(idOf(7))).toBe('by hand');
  });
});

describe('what a run has seen of each resource of a large fleet', () => {
  const seenOf = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      resource: idOf(n),
      setting: 'kept:level',
      value: `${n % 7} nodes`,
      sighted: true as const,
    }));
  const write = async ({ store, clock }: Pick<ReturnType<typeof fixture>, 'store' | 'clock'>) => {
    const log = await runStoring(store, IntentLog.load('dials', target.account));
    const found = { manual: seenOf(many), tags: [], calm: new Set<string>(), gone: [] };
    await runStoring(store, writeSeen(log, { owner: 'run', atMs: clock.nowMs }, 'cn', found));
  };
  const known = async ({ store }: Pick<ReturnType<typeof fixture>, 'store'>) => {
    const log = await runStoring(store, IntentLog.load('dials', target.account));
    return seenOf(many).filter(({ resource, setting, value }) => log.view.external(resource, setting)?.value === value).length;
  };
  const records = ({ store }: Pick<ReturnType<typeof fixture>, 'store'>) =>
    kindsOf(store, 'written/').filter((kind) => kind === 'foreign').length;

  test('is written in records of 2,000, all of it, and once', async () => {
    const b = fixture({});
    await write(b);
    expect([records(b), await known(b)]).toEqual([3, many]);
    await write(b);
    expect(records(b)).toBe(3);
  });

  test('is written to its end by the next run where one died in between, with the time of the first sight', async () => {
    const b = fixture({});
    let left = 1;
    const dying = {
      ...b.store,
      create: async (key: string, bytes: Uint8Array) => {
        if (left-- <= 0) throw new StoreError('Denied', 'The process dies.');
        return b.store.create(key, bytes);
      },
    };
    await expect(write({ ...b, store: dying })).rejects.toThrow();
    expect(await known(b)).toBe(2000);
    const firstMs = b.clock.nowMs;
    b.later(minuteMs);
    await write(b);
    expect(await known(b)).toBe(many);
    const log = await runStoring(b.store, IntentLog.load('dials', target.account));
    expect([0, many - 1].map((n) => log.view.external(idOf(n), 'kept:level')?.sinceMs)).toEqual([firstMs, firstMs + minuteMs]);
  });
});
