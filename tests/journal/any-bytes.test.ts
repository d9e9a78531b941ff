import { describe, expect, test } from 'vitest';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { readWrittenStream } from '../../shared/journal/intents/intent-reader.ts';
import { readHeads } from '../../shared/journal/log/heads.ts';
import { readOutbox, writeOutbox } from '../../shared/journal/log/outbox.ts';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { append, emptyStream, readFrom, type StreamEnd } from '../../shared/journal/log/stream.ts';
import { newestPolicy } from '../../shared/journal/people/policies.ts';
import { addToBudget, readBudget } from '../../shared/journal/renewals/budget.ts';
import { readHistory, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import { bytesOf } from '../fixtures/bytes.ts';
import { memoryStore } from './memory-store.ts';

/** More calls than any stream of a small journal takes. */
const mostCalls = 5_000;

const record = (kind: string, body: Record<string, unknown>) => encodeRecord({ kind, atMs: 0, owner: 'x', prev: null, body });
const pages: readonly (readonly [string, Uint8Array])[] = [
  ['a page of a proxy', bytesOf('{"error":"sign in"}')],
  ['one outbox', record('outbox', { function: 'f', messages: [], dropped: 0 })],
  ['one head', record('head', { total: 0, pages: [], heartbeatsUntilMs: 0, checkFrom: 0 })],
  ['one policy', record('policy', { text: '' })],
  ['one reservation', record('reserve', { reservations: [{ id: '1/a/0', micros: '1' }] })],
  ['nothing', bytesOf('')],
];
const signed = { owner: 'o', atMs: 0 };
const message = { id: 'm', code: 'c', severity: 'info', title: 't', text: 't', atMs: 0, channels: [] } as const;
const reads: readonly (readonly [string, () => Storing<unknown>])[] = [
  [
    'a stream',
    () =>
      readFrom(
        'written/f/1',
        0,
        -1,
        () => {},
        () => {},
      ),
  ],
  ['a budget', () => readBudget('CNY', '2026-11')],
  ['what a function wrote', () => readWrittenStream('f', '1')],
  ['an outbox', () => readOutbox('f')],
  ['heads', () => readHeads()],
  ['policies', () => newestPolicy()],
  ['renewals', () => readRenewal('renewals/1/a')],
  ['a history of renewals', () => readHistory('renewals/1/a')],
];

/** Calls to a store that answers `page` to each read, and says that each record exists already. */
async function callsOf(page: Uint8Array, code: Storing<unknown>): Promise<number> {
  const store = memoryStore();
  let calls = 0;
  const count = <T>(answer: T): T => {
    calls += 1;
    if (calls > mostCalls) throw new Error('It goes on without end.');
    return answer;
  };
  store.read = async () => count(page.slice());
  store.create = async () => count('exists');
  await runStoring(store, code).catch((error: Error) => {
    if (error.message.startsWith('It goes on')) throw error;
  });
  return calls;
}

describe.each(pages)('a store that gives %s under every key', (_what, page) => {
  test.each(reads)('does not keep anybody reading %s', async (_name, code) => {
    expect(await callsOf(page, code())).toBeLessThan(mostCalls);
  });
});

describe('a store in which every place is taken', () => {
  const taken = bytesOf('{"error":"sign in"}');

  test('ends appending as unreachable', async () => {
    const store = memoryStore();
    let calls = 0;
    store.create = async () => {
      if (++calls > mostCalls) throw new Error('It goes on without end.');
      return 'exists';
    };
    store.read = async () => taken;
    const draft = { kind: 'k', body: {}, ...signed };
    await expect(runStoring(store, append('written/f/1', emptyStream, draft))).rejects.toMatchObject({ code: 'Unreachable' });
  });

  test('ends what adds to a budget, to what was written, and to an outbox', async () => {
    const empty = memoryStore();
    const view = await runStoring(empty, readBudget('CNY', '2026-11'));
    const log = await runStoring(empty, IntentLog.load('f', '1'));
    const outbox = await runStoring(empty, readOutbox('f'));
    function* releasing() {
      let known = view;
      for (;;) ({ view: known } = yield* addToBudget(known, signed, { kind: 'release', body: { ids: ['1/a/0'] } }));
    }
    expect(await callsOf(taken, releasing())).toBeLessThan(mostCalls);
    const change = { delivered: new Set<string>(), added: [message], droppedTold: 0 };
    expect(await callsOf(taken, writeOutbox('f', outbox, change, signed))).toBeLessThan(mostCalls);
    expect(await callsOf(taken, log.add(signed, { kind: 'outcomes', body: { target: 't', of: 0, outcomes: [] } } as never))).toBeLessThan(
      mostCalls,
    );
  });
});

test('two hundred damaged records that the list shows are damage, and what stands behind them is read', async () => {
  const store = memoryStore();
  let end: StreamEnd = emptyStream;
  for (let n = 0; n < 202; n++) ({ end } = await runStoring(store, append('written/f/1', end, { kind: 'k', body: { n }, ...signed })));
  for (const key of [...store.records.keys()].sort().slice(0, 200)) store.records.set(key, bytesOf('{'));
  const damaged: number[] = [];
  const found: unknown[] = [];
  const code = readFrom(
    'written/f/1',
    0,
    201,
    (entry) => found.push(entry.record.body['n']),
    (_error, sequence) => damaged.push(sequence),
  );
  expect((await runStoring(store, code)).next).toBe(202);
  expect([damaged.length, found]).toEqual([201, [200, 201]]);
});
