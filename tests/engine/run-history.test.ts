import { describe, expect, test } from 'vitest';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { minuteMs } from '../fixtures/times.ts';
import { target } from './dial.ts';
import { codes, fixture } from './run-fixture.ts';

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
