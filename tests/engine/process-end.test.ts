import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../shared/engine/run.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { listen, urlOf } from '../fixtures/http.ts';
import { DialService, dialAutomation, HandClock, noon, policyWith, target, type Wishes } from './dial.ts';

const count = 10;
const script = fileURLToPath(new URL('./doomed-run.ts', import.meta.url));

let folder: string;
let server: Server;
let service: DialService;
/** Called for each write, once it is done and before it is answered. */
let onWrite: (writes: number, answer: () => void) => void;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-end-'));
  service = new DialService();
  for (let n = 0; n < count; n++) service.put(`d${n}`, 'old');
  let writes = 0;
  server = createServer((request, response) => {
    if (request.headers['x-acs-action'] === 'GetCallerIdentity') {
      request.resume();
      response.end(JSON.stringify({ RequestId: 'R', AccountId: target.account, Arn: `acs:ram::${target.account}:user/tests` }));
      return;
    }
    const query = new URL(request.url ?? '/', 'http://x').searchParams;
    service.put(query.get('DialId') ?? '', query.get('Value') ?? '');
    request.resume();
    writes += 1;
    onWrite(writes, () => response.end('{"RequestId":"R"}'));
  });
  await listen(server);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function start(): { child: ChildProcess; ended: Promise<{ signal: NodeJS.Signals | null; output: string }> } {
  const url = urlOf(server);
  const child = spawn(process.execPath, ['--import', 'tsx', script, url, folder, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<{ signal: NodeJS.Signals | null; output: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve({ signal, output }));
  });
  return { child, ended };
}

/** A run after the process has ended, against what the service now has. */
function next(mode: 'plan' | 'apply') {
  const wishes: Wishes = new Map([...service.dials.keys()].map((id) => [id, { value: 'new' }]));
  const automation = dialAutomation(service, wishes, { manual: true });
  const store = directoryStore(folder);
  return run({
    automation,
    client: service.client,
    target,
    policy: policyWith(),
    store,
    clock: new HandClock(noon + 300_000),
    mode,
    world: 'a test',
  });
}

const idsWith = (value: string) => [...service.dials.values()].filter((dial) => dial.value === value).map(({ id }) => id);

describe('kill -9 in the middle of acting', () => {
  test.each([1, 6])('at write %d: what was set is known to be ours, the rest is planned, and applying ends it', async (at) => {
    const { child, ended } = start();
    onWrite = (writes, answer) => (writes === at ? child.kill('SIGKILL') : answer());
    expect((await ended).signal).toBe('SIGKILL');
    expect(idsWith('new')).toHaveLength(at);

    const store = directoryStore(folder);
    expect((await verifyJournal(store)).problems).toEqual([]);
    const log = await runStoring(store, IntentLog.load('dials', target.account));
    for (const id of idsWith('new')) expect(log.view.values(id, 'dial')).toMatchObject([{ value: 'new' }]);
    expect(log.counts('cn', noon).actions).toBeGreaterThanOrEqual(at);

    const plan = await next('plan');
    expect(plan).toMatchObject({ failed: false, counts: { act: count - at, keep: at, hold: 0 } });
    const applied = await next('apply');
    expect(applied.outcomes.map(({ outcome }) => outcome)).toEqual(Array(count - at).fill('done'));
    expect((await next('plan')).counts).toMatchObject({ act: 0, keep: count });
    expect((await verifyJournal(store)).problems).toEqual([]);
  });
});

test('Ctrl-C: finishes the call under way, writes the journal, and says what was done and what not', async () => {
  const { child, ended } = start();
  onWrite = (writes, answer) => {
    if (writes === 3) child.kill('SIGINT');
    answer();
  };
  const { signal, output } = await ended;
  expect(signal).toBeNull();
  const outcomes = JSON.parse(output) as [string, string, string][];
  const done = outcomes.filter(([, outcome]) => outcome === 'done').map(([id]) => id);
  expect(done).toEqual(idsWith('new'));
  expect(done.length).toBeGreaterThanOrEqual(3);
  expect(done.length).toBeLessThan(count);
  expect(outcomes.slice(done.length)).toEqual(outcomes.slice(done.length).map(([id]) => [id, 'not-sent', 'stopped']));
  const log = await runStoring(directoryStore(folder), IntentLog.load('dials', target.account));
  for (const id of done) expect(log.view.values(id, 'dial')).toMatchObject([{ value: 'new', outcome: 'done' }]);
  expect(log.counts('cn', noon).actions).toBe(done.length);
});
