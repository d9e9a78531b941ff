import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordTold } from '../../shared/journal/log/alerts.ts';
import { coverageOfJournal } from '../../shared/journal/log/coverage.ts';
import { encodeRecord, parseRecord } from '../../shared/journal/log/record.ts';
import { recordHeartbeat } from '../../shared/journal/log/runs.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { addException, exceptionId } from '../../shared/journal/people/exceptions.ts';
import { sayHalt } from '../../shared/journal/people/halts.ts';
import { recordProposal } from '../../shared/journal/people/policy-proposals.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

let fixture: RenewalFixture;
let state: string;
/** Hash of the head that covers what the commands wrote. */
let head: string;

const journal = (...args: string[]) => streamwarden(['journal', ...args, '--state', state]);
const store = () => directoryStore(state);

/** A day of people and functions in one account: each command that writes to the journal, one behind the other. */
beforeAll(async () => {
  fixture = await openRenewalFixture();
  state = path.join(fixture.folder, 'state');
  const as = fixture.as('approver');
  const said: string[] = [];
  for (const line of ['doctor', 'apply', 'approve bought-0 --yes', 'refuse aig-1 --because later', 'apply', 'apply', 'digest', 'doctor']) {
    if (line === 'apply') await fixture.run();
    else {
      const { code, stderr } = await streamwarden([...line.split(' '), ...fixture.world], as);
      if (code !== 0 && line !== 'doctor') said.push(`${line}: ${stderr}`);
    }
    fixture.simulator.advance(60 * 60_000);
  }
  expect(said).toEqual([]);
  const nowMs = fixture.simulator.world.clock.nowMs;
  const signed = { owner: 'a-person', atMs: nowMs };
  const id = exceptionId('launch', Date.parse('2026-11-26T00:00:00Z'));
  const exception = { because: 'launch', by: 'lin', from: '2026-11-25T00:00:00Z', until: '2026-11-26T00:00:00Z' };
  await runStoring(store(), addException(id, signed, exception));
  const alert = { account: '1', resource: 'g', expiresAtMs: nowMs, step: '24h' };
  await runStoring(store(), recordTold('renew-before-expiry', alert, signed, { severity: 'warning', title: 'it ends' }));
  await runStoring(store(), sayHalt('v1', signed, { kind: 'halt', by: 'lin', because: 'broken' }));
  await runStoring(store(), recordProposal(signed, { by: 'lin', source: 'x', base: 0, changed: 1, covered: 2, limitPercent: 3 }));
  await runStoring(store(), recordHeartbeat({ functionName: 'f', target: 'home', ...signed, atMs: nowMs - 3_600_000 }, { failed: false }));
  const places = new Set<string>();
  for await (const key of store().list('heartbeats/')) places.add(key.slice(0, key.lastIndexOf('/')));
  // Half an hour later the heartbeats of this day are covered too.
  const options = { owner: 'the-digest', nowMs: nowMs + 30 * 60_000, write: true, heartbeats: [...places] };
  head = (await coverageOfJournal(store(), options)).head?.hash ?? 'none';
}, 120_000);

afterAll(() => fixture.close());

describe('after a day of doctor, apply, approve, refuse and digest', () => {
  test('the journal verifies, and the head proves it', async () => {
    for (const args of [[], ['--head', head], ['--head', head.slice(0, 32)]]) {
      const { code, stdout, stderr } = await journal('verify', ...args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('all chains are whole');
      expect(stdout).toMatch(/1 head covers \d+ records; \d+ are newer\./);
    }
    expect((await journal('verify', '--head', head)).stdout).toContain('what it covered is unchanged');
  });

  test('a head of another journal is not found, and what is no hash is refused', async () => {
    const unknown = await journal('verify', '--head', 'ab'.repeat(32));
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('UnknownHead');
    const short = await journal('verify', '--head', 'abc');
    expect([short.code, short.stdout]).toEqual([1, '']);
    expect(short.stderr).toContain('64 hexadecimal digits');
  });

  test('records of every family are there, each an orderly record', async () => {
    const families = new Set<string>();
    for await (const key of store().list('')) families.add(key.split('/')[0] as string);
    const wanted = ['alerts', 'approvals', 'budget', 'covered', 'doctor', 'exceptions', 'halts', 'heads', 'heartbeats', 'policy-proposals'];
    expect([...families]).toEqual(expect.arrayContaining([...wanted, 'renewals', 'runs', 'sentinel']));
  });

  test('a change of one field of any record is named, that record and no other', async () => {
    const plain = new Map<string, Uint8Array>();
    for await (const key of store().list('')) plain.set(key, (await store().read(key)) as Uint8Array);
    const kinds = new Set<string>();
    expect((await verifyJournal(store())).covered?.newer).toBe(0);
    for (const [key, bytes] of plain) {
      const record = parseRecord(key, bytes);
      kinds.add(record.kind);
      const changed = memoryStore();
      for (const [each, content] of plain) changed.records.set(each, content);
      changed.records.set(key, encodeRecord({ ...record, body: withOneFieldChanged(record.body) }));
      const { problems } = await verifyJournal(changed, { head });
      expect(
        problems.map((problem) => problem.key),
        key,
      ).toEqual([key.startsWith('heads/') ? 'heads' : key]);
    }
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        'alert',
        'answer',
        'approval',
        'claim',
        'covered',
        'doctor',
        'end',
        'exception',
        'halt',
        'head',
        'heartbeat',
        'reserve',
        'run',
      ]),
    );
  });
});

function withOneFieldChanged(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [name, value] = Object.entries(body).find(([, each]) => typeof each === 'string' || typeof each === 'number') ?? ['added', ''];
  return { ...body, [name]: typeof value === 'number' ? value + 1 : `${value}x` };
}

test('files that are no records fail no command, and are named', async () => {
  const names = ['renewals/1000000000000001/aig-0/00000000/claim (conflicted copy)', 'budget/all/CNY/2026-11/Thumbs.db', 'runs/.DS_Store'];
  for (const name of names) {
    mkdirSync(path.dirname(path.join(state, name)), { recursive: true });
    writeFileSync(path.join(state, name), 'not a record');
  }
  const verified = await journal('verify');
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  const looked = await streamwarden(['doctor', ...fixture.world]);
  for (const name of names) {
    expect(verified.stdout).toContain(`${JSON.stringify(name)}  is no record`);
    expect(looked.stdout).toContain(name);
  }
  for (const line of ['digest', 'plan', 'approvals', 'explain aig-0', 'apply']) {
    const { code, stdout, stderr } = await streamwarden([...line.split(' '), ...fixture.world]);
    expect([line, [0, 2].includes(code ?? -1), stderr], stdout).toEqual([line, true, '']);
  }
  expect((await journal('export')).code).toBe(0);
});

test('a key that is none is answered in plain words', async () => {
  const { code, stderr } = await journal('show', 'written/f/1/00000001 (copy)');
  expect(code).toBe(1);
  expect(stderr).toContain("take one as 'streamwarden journal list' prints it");
});

test('nothing of the program writes bytes that are no record', () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? (entry.name === 'node_modules' ? [] : files(file)) : entry.name.endsWith('.ts') ? [file] : [];
    });
  const root = new URL('../..', import.meta.url).pathname;
  const writers = ['shared', 'functions', 'cli']
    .flatMap((name) => files(path.join(root, name)))
    .filter((file) => {
      const text = readFileSync(file, 'utf8');
      return /\bstoreCreate\(|\bstore\.create\(/.test(text) && !/encodeRecord|function\* storeCreate/.test(text);
    });
  // These pass on what others have encoded.
  expect(writers.map((file) => path.relative(root, file)).sort()).toEqual(['cli/world/state.ts']);
});
