import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLifeSigns } from '../../functions/digest/facts/heartbeats.ts';
import { visitRuns } from '../../functions/digest/facts/past-runs.ts';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { isRecordKey } from '../../shared/journal/log/record-key.ts';
import { lastHeartbeat, recordHeartbeat, recordRun } from '../../shared/journal/log/runs.ts';
import { append, emptyStream, lastListed } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { haltHistories, sayHalt } from '../../shared/journal/people/halts.ts';
import { newestPolicy } from '../../shared/journal/people/policies.ts';
import { pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import { place, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { renewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';

const now = Date.UTC(2026, 10, 30, 4);
const run = { functionName: 'f', target: 't', owner: '0123456789abcdef', atMs: now - 60_000 };
const signed = { owner: 'o', atMs: now };
const stream = renewalStream('1', 'g');

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-foreign-'));
  store = directoryStore(folder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A record of each family that lists are made of. */
async function someRecords(): Promise<void> {
  const first = { kind: 'intents', ...signed, body: { target: 't', intents: [] } };
  await runStoring(store, append('written/f/1', emptyStream, first));
  const body = {
    ...{ expiry: 1, period: { count: 1, unit: 'Month' }, autoPay: true, price: { currency: 'CNY', micros: '1' }, reservation: 'r' },
    ...{ month: '2026-11', token: 't', t: now, target: 't', operation: 'x' },
  };
  await runStoring(store, place(renewalKey(stream, 0, 'claim'), { kind: 'claim', ...signed, prev: null, body }));
  await runStoring(store, sayHalt('v1', signed, { kind: 'halt', by: 'lin', because: 'broken' }));
  await runStoring(store, recordRun(run, {}));
  await runStoring(store, recordHeartbeat(run, { failed: false }));
}

const names = [
  'written/f/1/00000000 (conflicted copy 2026-11-30)',
  'written/f/1/00000000-DESKTOP-7Q',
  'written/f/1/00000000.sync-conflict-20261130-101010-ABCDEFG',
  'written/f/1/.DS_Store',
  'written/f/1/Thumbs.db',
  'written/f/.00000000.swp',
  'renewals/1/g/00000000/claim (1)',
  'renewals/1/g/00000000/claim-DESKTOP-7Q',
  'renewals/1/g/desktop.ini',
  'halts/v1/00000001.tmp',
  'policy/00000007 copy',
  'policy/Thumbs.db',
  'runs/2026/11/30/Thumbs.db',
  'runs/2026/11/30/~$report',
  'runs/2026/notes.txt',
  'heartbeats/f/t/20261130T0400Z.part',
  'heartbeats/f/t/20261130T0400Z (2)',
  'alerts/1/g/Thumbs.db',
  '.DS_Store',
  'notes of lin.txt',
  '@eaDir/written',
  '.stversions/written/f/1/00000000',
  // No program of ours encodes a name so, and it cannot be decoded, or would stand for another's.
  'halts/%ZZ/00000000',
  'halts/%E0%A4%A/00000000',
  'exceptions/%FF/00000000',
  'halts/v%31/00000000',
] as const;

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

describe('what lies in the place of a journal and is no record', () => {
  test.each(names)('%s is skipped by every reader, and named', async (name) => {
    await someRecords();
    const before = await verifyJournal(store);
    put(name, 'not a record');
    const after = await verifyJournal(store);
    expect(after).toEqual({ ...before, foreign: [name.replace(/^(@eaDir|\.stversions|[a-z]+\/[^/]*%[^/]*)\/.*/, '$1/')] });
    expect(before.problems).toEqual([]);

    expect(await runStoring(store, lastListed('written/f/1'))).toBe(0);
    expect(await runStoring(store, readRenewal(stream))).toMatchObject({ next: 1, open: { n: 0 } });
    expect(await pastRenewals(store)).toHaveLength(1);
    expect(await runStoring(store, haltHistories())).toMatchObject([{ version: 'v1', words: [{ kind: 'halt' }] }]);
    expect(await runStoring(store, newestPolicy())).toMatchObject({ good: undefined, broken: [] });
    expect(await lastHeartbeat(store, run, now)).toBe(now - 60_000);
    expect(await readLifeSigns(store, run, now, { everyMs: undefined, watchedFromMs: now })).toMatchObject({ lastRunMs: now - 60_000 });
    expect(await visitRuns(store, { fromMs: now - 3_600_000, untilMs: now }, () => {})).toHaveLength(1); // the run without a report
  });

  test('a copy of a true record under another name is no second record', async () => {
    await someRecords();
    const bytes = encodeRecord({ kind: 'claim', ...signed, prev: null, body: {} });
    for (const copy of ['renewals/1/g/00000001/claim (conflicted copy)', 'written/f/1/00000001-DESKTOP']) put(copy, bytes);
    expect(await runStoring(store, readRenewal(stream))).toMatchObject({ next: 1 });
    expect((await verifyJournal(store)).foreign).toHaveLength(2);
  });

  test('what the program itself keeps beside records is not foreign', async () => {
    await someRecords();
    put('.pending/123-abc', 'half a record');
    put('.gitignore', '*');
    expect((await verifyJournal(store)).foreign).toEqual([]);
  });
});

test.each([
  ['written/f/1/00000000', true],
  ['renewals/1/g/00000012/answer', true],
  ['runs/2026/11/30/101010123-log-off-sessions-0123456789ab', true],
  ['heartbeats/f/t/cn-shanghai/20261130T0400Z', true],
  ['claims/approve-ota-windows/1/g/ota-2.1.4', true],
  ['alerts/1/g/1796000000/72h', true],
  ['sentinel/create-once', true],
  ['family-of-a-later-version/any/name', true],
  ['written/f/1/0000001', false],
  ['renewals/1/g/00000012/answers', false],
  ['runs/2026/11/30', false],
  ['a b', false],
  ['', false],
])('%s is the key of a record: %s', (key, expected) => {
  expect(isRecordKey(key)).toBe(expected);
});
