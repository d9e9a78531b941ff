import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import { automationRunner, type Runner } from '../../shared/engine/runner.ts';
import { createHandler, type InvocationSummary } from '../../shared/fc/handle.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { ossStoreAt } from '../contract/oss-place.ts';
import { DialService, dialAutomation, HandClock, policyWith, target } from '../engine/dial.ts';
import { listen, urlOf } from '../fixtures/http.ts';
import { startSmall } from '../simulator/small-service.ts';
import { brokenRecords, policyKey, publishTo } from './published.ts';

const context = { requestId: 'R', credentials: { accessKeyId: 'id', accessKeySecret: 'secret' }, function: { timeout: 300 } };
const acts = { mode: { default: 'act', act: [] } } satisfies Partial<CompiledPolicy>;
const observes = { mode: { default: 'observe', act: [] } } satisfies Partial<CompiledPolicy>;

let folder: string;
let lines: Record<string, unknown>[];
let heard: Record<string, unknown>[];
let server: Server;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-policies-'));
  lines = [];
  heard = [];
  server = createServer((request, response) => {
    // It also plays STS: a run that asked the network whose keys it has would wait as long as the network lets it.
    if (request.headers['x-acs-action'] === 'GetCallerIdentity') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ RequestId: 'R', AccountId: target.account, Arn: `acs:ram::${target.account}:user/tests` }));
      return;
    }
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      heard.push(JSON.parse(body) as Record<string, unknown>);
      response.end('{"ok": true}');
    });
  });
  await listen(server);
  url = `${urlOf(server)}/hook`;
});

afterEach(async () => {
  closeConnections();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const journal = () => path.join(folder, 'journal');
const store = () => directoryStore(journal());
const failing = () => ({ channels: { ops: { kind: 'webhook', url: 'env:OPS_URL' } }, tell: { failed: ['ops'] } });

/** A deployed function with a policy that observes beside its code; one instance for each call. */
function instance({
  runner = automationRunner(dialAutomation(new DialService(), new Map())),
  bundled = policyWith({ ...observes, ...failing() }),
  environment = {},
}: {
  readonly runner?: Runner;
  readonly bundled?: CompiledPolicy | undefined;
  readonly environment?: Record<string, string | undefined>;
} = {}): () => Promise<InvocationSummary> {
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(bundled));
  const handler = createHandler(runner, {
    environment: {
      FC_FUNC_CODE_PATH: folder,
      STREAMWARDEN_STORE: `dir:${journal()}`,
      OPS_URL: url,
      STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1',
      STREAMWARDEN_SIMULATOR: new URL(url).origin,
      ...environment,
    },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    clock: new HandClock(),
  });
  return () => handler(new Uint8Array(), context);
}

const usedBy = async (invoke: () => Promise<InvocationSummary>) => {
  const { policy, targets } = await invoke();
  return [policy, targets[0]?.functionMode];
};
const broken = (sequence: number, what = 'no JSON') =>
  writeFileSync(path.join(journal(), policyKey(sequence)), brokenRecords[what]?.(sequence) ?? '');

describe('a function', () => {
  test('goes by the policy beside its code until one is pushed, and then by that, without a new deployment', async () => {
    const invoke = instance();
    expect(await usedBy(invoke)).toEqual(['bundle', 'observe']);
    await publishTo(store(), 'one', acts);
    expect(await usedBy(invoke)).toEqual([policyKey(0), 'act']);
    await publishTo(store(), 'two', observes);
    expect(await usedBy(invoke)).toEqual([policyKey(1), 'observe']);
    expect(await usedBy(instance())).toEqual([policyKey(1), 'observe']);
  });

  test('needs no policy beside its code once one is pushed', async () => {
    await publishTo(store(), 'one', acts);
    expect(await usedBy(instance({ environment: { STREAMWARDEN_POLICY: '/nowhere/policy.json' } }))).toEqual([policyKey(0), 'act']);
  });

  test.each(['no JSON', 'a record of a later format', 'a compiled policy that was edited'])(
    'goes on by the last good policy over a record with %s',
    async (what) => {
      await publishTo(store(), 'one', acts);
      const warm = instance();
      await warm();
      broken(1, what);
      for (const invoke of [warm, instance()]) expect(await usedBy(invoke)).toEqual([policyKey(0), 'act']);
      expect(lines.filter(({ event }) => event === 'policy-broken')).toMatchObject([
        { level: 'error', policy: 1 },
        { level: 'error', policy: 1 },
      ]);
    },
  );

  test('goes on by the policy beside its code where the only one that was pushed is broken', async () => {
    await publishTo(store(), 'one', acts);
    broken(0);
    expect(await usedBy(instance())).toEqual(['bundle', 'observe']);
  });

  test('tells of a broken policy once, whichever of its processes meets it, and of the next one again', async () => {
    await publishTo(store(), 'one', { ...acts, ...failing() });
    broken(1);
    for (const invoke of [instance(), instance()]) await invoke();
    expect(heard).toMatchObject([{ id: 'policy-broken-1', severity: 'critical', title: 'Policy 1 cannot be used' }]);
    expect(String(heard[0]?.['text'])).toContain(`goes on by ${policyKey(0)}.`);
    broken(2);
    await instance()();
    expect(heard.map(({ id }) => id)).toEqual(['policy-broken-1', 'policy-broken-2']);
  });

  test('tells again where nobody was reached', async () => {
    await publishTo(store(), 'one', { ...acts, ...failing() });
    broken(1);
    await instance({ environment: { OPS_URL: undefined } })();
    await instance()();
    expect(heard.map(({ id }) => id)).toEqual(['policy-broken-1']);
  });

  test('that only observes tells nothing and writes nothing', async () => {
    await publishTo(store(), 'one', { ...acts, ...failing() });
    broken(1);
    expect(await usedBy(instance({ environment: { STREAMWARDEN_OBSERVE: 'true' } }))).toEqual([policyKey(0), 'act']);
    expect([heard, lines.filter(({ event }) => event === 'policy-broken').length]).toEqual([[], 1]);
    expect((await verifyJournal(store())).records).toBe(2);
  });

  test('passes over a policy that names another store', async () => {
    const address = `dir:${journal()}`;
    await publishTo(store(), 'one', { ...acts, store: address });
    await publishTo(store(), 'two', { ...observes, store: 'oss://elsewhere/prod' });
    expect(await usedBy(instance())).toEqual([policyKey(0), 'act']);
  });

  test('holds everything once the newest policy is over, rather than going back to an older one', async () => {
    const service = new DialService().put('a', 'old');
    const runner = automationRunner(dialAutomation(service, new Map([['a', { value: 'new' }]])));
    await publishTo(store(), 'one', acts);
    await publishTo(store(), 'two', { ...acts, fromMs: 0, untilMs: 1 });
    const summary = await instance({ runner })();
    expect(summary).toMatchObject({ policy: policyKey(1), targets: [{ act: 0, hold: 1, outcomes: {} }] });
  });
});

describe('with the store in a bucket', () => {
  const bucket = { STREAMWARDEN_STORE: 'oss://journal/prod', STREAMWARDEN_STORE_REGION: 'cn-shanghai' };

  async function small() {
    const { simulator } = await startSmall({ buckets: [{ name: 'journal', region: 'cn-shanghai' }] });
    const { accessKeyId, accessKeySecret } = simulator.accounts[0] as { accessKeyId: string; accessKeySecret: string };
    const fresh = () => {
      writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policyWith(observes)));
      const handler = createHandler(automationRunner(dialAutomation(new DialService(), new Map())), {
        environment: { FC_FUNC_CODE_PATH: folder, ...bucket, STREAMWARDEN_SIMULATOR: simulator.url },
        write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
      });
      return () => handler(new Uint8Array(), { ...context, credentials: { accessKeyId, accessKeySecret } });
    };
    return { simulator, fresh };
  }

  test('a stale list hides no policy, and a warm instance asks for the next one only', async () => {
    const { simulator, fresh } = await small();
    const place = ossStoreAt(simulator);
    await publishTo(place, 'one', acts);
    await publishTo(place, 'two', observes);
    simulator.faults.add({ kind: 'stale', action: 'oss:ListObjectsV2', times: 'always', ageMs: 3_600_000 });
    const invoke = fresh();
    expect((await invoke()).policy).toBe(policyKey(1));
    const before = simulator.oss.ledger.records.length;
    expect((await invoke()).policy).toBe(policyKey(1));
    const asked = simulator.oss.ledger.records.slice(before).filter((record) => JSON.stringify(record).includes('policy/'));
    expect(asked).toHaveLength(1);
    await simulator.close();
  });

  test('a store that cannot be read lets nothing be done, though it can be read a moment later', async () => {
    const { simulator, fresh } = await small();
    await publishTo(ossStoreAt(simulator), 'one', acts);
    const invoke = fresh();
    for (const policy of ['bundle', policyKey(0)]) {
      simulator.faults.add({ kind: 'deny', action: policy === 'bundle' ? 'oss:ListObjectsV2' : 'oss:GetObject', times: 1 });
      await expect(invoke()).rejects.toMatchObject({ code: 'RunFailed', summary: { policy, targets: [{ failed: true, observed: 0 }] } });
      expect(lines.find(({ event }) => event === 'policy-unreadable')).toMatchObject({ level: 'error', code: 'Denied' });
      lines = [];
      expect((await invoke()).policy).toBe(policyKey(0));
    }
    await simulator.close();
  });
});
