import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeployedFunctions } from '../../cli/doctor/deployed-port.ts';
import { checkEndpoints } from '../../cli/doctor/endpoint.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import { checkPermissions } from '../../cli/doctor/permissions.ts';
import { type Patient, runChecks } from '../../cli/doctor/run-checks.ts';
import { checkOpenElsewhere, checkStore, checkStoreRoute } from '../../cli/doctor/store.ts';
import { ruleModules } from '../../cli/registry.ts';
import { openRemote } from '../../cli/world/reach-simulator.ts';
import type { Client } from '../../shared/client/client.ts';
import { ApiError } from '../../shared/client/errors.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { newestPolicy, policyBody, publishPolicy } from '../../shared/journal/people/policies.ts';
import { place } from '../../shared/journal/renewals/renewal.ts';
import { renewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { streamwarden } from '../cli/command.ts';
import { listen, urlOf } from '../fixtures/http.ts';
import { dayMs } from '../fixtures/times.ts';
import { memoryStore } from '../journal/memory-store.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const account = '1000000000000001';
const now = Date.UTC(2026, 10, 30, 4);

const policyText = `version: 1
timezone: Asia/Shanghai
store: oss://journal/prod
mode: {default: act}
targets: {home: {account: "${account}", role: warden, endpoint: cn-shanghai, calendar: own}}
calendars: {own: {years: [2026], holidays: [], unpublishedYear: warn}}
schedules: {office: {workday: {08:00-20:00: 2 nodes}}}
channels: {ops: {kind: slack, url: "env:OPS_URL"}}
tell: {failed: ops}
rules:
  scale-on-schedule: [{name: all, groups: all, schedule: office}]
  power-workstations: [{name: all, workstations: all, schedule: office}]
`;

function policyFrom(text: string, nowMs: number) {
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  return compile(document, nowMs, undefined, ruleModules);
}

const group = { id: 'aig-1', name: 'office-1', region: 'cn-hangzhou' };
let simulator: Simulator;
afterEach(() => simulator?.close());

interface Illness {
  readonly start?: string;
  readonly groups?: readonly (typeof group)[];
  readonly faults?: readonly Fault[];
  readonly options?: Pick<SimulatorOptions, 'buckets'>;
  readonly text?: string;
  readonly state?: string;
  readonly patient?: Partial<Patient>;
  /** Before the examination, such as publishing a policy. */
  readonly prepare?: (world: Patient['world'], policy: Patient['policy']) => Promise<void>;
}

async function examined(illness: Illness = {}): Promise<readonly Finding[]> {
  const { start = '2026-06-02T12:00:00+08:00', groups = [group], faults = [], text = policyText } = illness;
  const world = buildWorld({ start, accounts: [{ id: account, groups }] });
  simulator = await startSimulator({ world, faults, ...illness.options });
  const open = await openRemote(simulator.url, illness.state ?? 'oss://journal/prod');
  const policy = policyFrom(text, open.clock.now());
  await illness.prepare?.(open, policy);
  const told: Finding[] = [];
  const patient: Patient = {
    ...{ world: open, policy, file: 'policy.yaml', targets: Object.values(policy.targets), environment: { OPS_URL: 'https://x' } },
    ...{ endpoints: [{ name: 'the service', url: simulator.url }], deployment: { because: 'there is none' } },
    ...illness.patient,
  };
  const findings = await runChecks(patient, (finding) => told.push(finding));
  expect(told).toEqual(findings);
  expect(findings.filter(({ state, todo }) => (state === 'ok') !== (todo === undefined))).toEqual([]);
  return findings;
}

const publish: NonNullable<Illness['prepare']> = async ({ store, clock }, policy) => {
  const { end } = await runStoring(store, newestPolicy());
  if (!end) throw new Error('the stream has no end');
  const body = policyBody({ by: 'li.wei' }, policyText, encodePolicy(policy));
  await runStoring(store, publishPolicy(end, { owner: 'test', atMs: clock.now() }, { ...body, sourceHash: body.sourceHash }));
};

const billed = (code: string): string =>
  policyText.replace('calendar: own}}', `calendar: own, billing: {site: china, productCode: ${code}}}}`);
const ofBilling = async (illness: Illness): Promise<readonly string[]> =>
  (await examined(illness)).flatMap(({ area, state, text, todo = '' }) => (area === 'billing' ? [`${state}: ${text}. ${todo}`] : []));

describe('how an account is billed', () => {
  test('costs no call where the policy does not say it', async () => {
    expect(await ofBilling({})).toEqual([]);
    expect(simulator.ledger.records.filter(({ action }) => /^Query/.test(action))).toEqual([]);
  });

  test('is looked up in the list of products, and the reads of renewals are tried', async () => {
    expect(await ofBilling({ text: billed('appstream') })).toEqual([
      'ok: home: billing lists the product appstream as 无影云应用. ',
      'ok: home: reads of billing that are allowed: QueryOrders, QueryAvailableInstances, QueryAccountBalance. ',
    ]);
  });

  test.each([
    [
      'a code that no product has',
      billed('eds'),
      [],
      /^fail: home: billing lists no product eds.*App Streaming may be appstream \(无影云应用\): set/,
    ],
    ['the code of another product', billed('ecs'), [], /^warn: home: billing lists the product ecs as 云服务器 ECS.*may be appstream/],
    [
      'a list that may not be read',
      billed('appstream'),
      [{ kind: 'deny', action: 'QueryProductList', times: 'always' }],
      /^fail: home: QueryProductList is not allowed.*bssapi:QueryProductList/,
    ],
    [
      'orders that may not be read',
      billed('appstream'),
      [{ kind: 'deny', action: 'QueryOrders', times: 'always' }],
      /fail: home: QueryOrders is not allowed.*bss:DescribeOrderList/,
    ],
    [
      'a product that is not listed by instance',
      billed('appstream'),
      [{ kind: 'fail', action: 'QueryAvailableInstances', times: 'always', httpStatus: 400, code: 'NotApplicable' }],
      /unknown: home: billing does not offer QueryAvailableInstances.*Renewals do without/,
    ],
  ] as const)('finds %s', async (_title, text, faults, said) => {
    expect((await ofBilling({ text, faults })).join('\n')).toMatch(said);
  });
});

const nothingDeployed: DeployedFunctions = { read: async () => undefined };

describe('an examination', () => {
  test('of a sound installation finds nothing to do, and names what cannot be known', async () => {
    const findings = await examined({ prepare: publish });
    expect(findings.filter(({ state }) => state === 'fail' || state === 'warn')).toEqual([]);
    expect(new Set(findings.filter(({ state }) => state === 'ok').map(({ area }) => area))).toEqual(
      new Set(['identity', 'endpoint', 'clock', 'permission', 'store', 'policy', 'calendar', 'channel']),
    );
    expect(findings.filter(({ area }) => area === 'manual').map(({ text }) => text)).toEqual([
      expect.stringContaining('no time zone; Asia/Shanghai'),
      expect.stringContaining('somebody else'),
    ]);
    // Reads only: what is written is one record of the journal.
    const writes = simulator.ledger.records.filter(({ action, executed }) => executed && !/^(List|Get|AssumeRole)/.test(action));
    expect(writes).toEqual([]);
  });

  test('leaves one record in the journal, however often it is made', async () => {
    const store = memoryStore();
    for (const _ of [1, 2, 3]) expect(await checkStore(store, 'nothing', now)).toMatchObject([{ state: 'ok' }]);
    expect([...store.records.keys()]).toEqual(['doctor/create-once']);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  const deny = (action: string): readonly Fault[] => [{ kind: 'deny', action, times: 'always' }];
  const cases: readonly (readonly [string, Illness, Finding['area'], Finding['state'], RegExp])[] = [
    ['nobody may ask who it is', { faults: deny('GetCallerIdentity') }, 'identity', 'fail', /NoPermission/],
    ['a read is refused', { faults: deny('ListWuyingServer') }, 'permission', 'fail', /home: ListWuyingServer is not allowed/],
    [
      'the list of groups is refused',
      { faults: deny('ListAppInstanceGroup') },
      'permission',
      'unknown',
      /since the list of groups is refused/,
    ],
    ['a role cannot be taken on', { faults: deny('AssumeRole') }, 'permission', 'fail', /role\/warden could not be assumed/],
    ['there is no group to ask about', { groups: [] }, 'permission', 'unknown', /no such delivery group to ask about.*ListAppInstances/],
    [
      'an answer is strange',
      { faults: [{ kind: 'fail', action: 'ListWuyingServer', times: 'always', httpStatus: 400, code: 'InvalidParameter.Odd' }] },
      'permission',
      'warn',
      /answered with InvalidParameter\.Odd/,
    ],
    ['the bucket has versions', { options: { buckets: [{ name: 'journal', versioning: 'Enabled' }] } }, 'store', 'fail', /version/],
    ['the bucket is not there', { options: { buckets: [] } }, 'store', 'fail', /NoSuchBucket/],
    ['the journal cannot be listed', { faults: deny('oss:ListObjectsV2'), prepare: async () => {} }, 'store', 'fail', /cannot be listed/],
    ['no policy is published', {}, 'policy', 'warn', /no policy was published/],
    [
      'the file is not what is in force',
      { text: policyText.replace('2 nodes', '3 nodes'), prepare: (world) => publish(world, policyFrom(policyText, world.clock.now())) },
      'policy',
      'warn',
      /not the policy in force \(0\)/,
    ],
    [
      'the policy in force is about to end',
      { prepare: (world) => publish(world, policyFrom(policyText, world.clock.now() - 380 * dayMs)) },
      'policy',
      'warn',
      /policy 0, published by li\.wei, is in force until/,
    ],
    [
      'the policy in force has ended',
      { prepare: (world) => publish(world, policyFrom(policyText, world.clock.now() - 500 * dayMs)) },
      'policy',
      'fail',
      /which is past/,
    ],
    ['a year is not published', { start: '2026-12-20T12:00:00+08:00' }, 'calendar', 'warn', /"own" does not know 2027/],
    ['a variable of a channel is missing', { patient: { environment: {} } }, 'channel', 'warn', /OPS_URL not set in this environment/],
    [
      'nobody is told of money',
      {
        text: `${policyText.trimEnd()}\n  renew-before-expiry: [{name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}]\n`,
      },
      'channel',
      'warn',
      /nobody is told of money/,
    ],
    ['nobody is told', { text: policyText.replace('tell: {failed: ops}\n', '') }, 'channel', 'warn', /nobody is told/],
    [
      'a function is not deployed',
      {
        patient: {
          deployment: {
            written: [
              {
                ...{
                  name: 'streamwarden-x',
                  region: 'cn-shanghai',
                  props: {},
                  environment: {},
                  triggers: [],
                  reservedConcurrency: undefined,
                },
                ...{ retries: undefined, eventAgeSeconds: undefined, failureDestination: undefined },
              },
            ],
            deployed: nothingDeployed,
          },
        },
      },
      'deployed',
      'fail',
      /streamwarden-x is not deployed/,
    ],
    ['nobody answers', { patient: { endpoints: [{ name: 'STS', url: 'http://127.0.0.1:1' }] } }, 'endpoint', 'fail', /STS does not answer/],
  ];
  test.each(cases)('tells where %s', async (_, illness, area, state, text) => {
    const findings = await examined(illness);
    expect(findings.filter((finding) => finding.area === area && finding.state === state).map((finding) => finding.text)).toContainEqual(
      expect.stringMatching(text),
    );
  });

  test.each([
    [0, 'ok', /agrees/],
    [90_000, 'warn', /90 s behind/],
    [5 * 60_000, 'fail', /300 s behind/],
    [-20 * 60_000, 'fail', /1200 s ahead of/],
  ] as const)('compares the clocks: off by %i ms is %s', async (offMs, state, text) => {
    const nowMs = Date.UTC(2026, 5, 2, 4);
    const server = createServer((_, response) => {
      response.writeHead(403, { date: new Date(nowMs + offMs).toUTCString() }).end();
    });
    await listen(server);
    const clock = { ...systemClock, now: () => nowMs + 500 };
    const findings = await checkEndpoints([{ name: 'it', url: urlOf(server) }], clock);
    server.close();
    expect(findings).toMatchObject([
      { area: 'endpoint', state: 'ok' },
      { area: 'clock', state, text: expect.stringMatching(text) },
    ]);
  });

  test.each([
    ['the one that differs is named', [0, 0, -5 * 60_000], 'fail', /300 s ahead of that of s2, which others do not share/],
    ['all differ alike', [-5 * 60_000, -5 * 60_000], 'fail', /300 s ahead of the service's/],
    ['a nonsense date counts for nothing', [0, -56 * 365 * dayMs], 'ok', /agrees/],
    ['nonsense alone', [-56 * 365 * dayMs], 'unknown', /no server told its time/],
  ] as const)('compares the clocks of several servers: %s', async (_, offsets, state, text) => {
    const nowMs = Date.UTC(2026, 5, 2, 4);
    const servers = offsets.map((offMs) =>
      createServer((_, response) => {
        response.writeHead(403, { date: new Date(nowMs + offMs).toUTCString() }).end();
      }),
    );
    for (const server of servers) await listen(server);
    const endpoints = servers.map((server, at) => ({ name: `s${at}`, url: urlOf(server) }));
    const findings = await checkEndpoints(endpoints, { ...systemClock, now: () => nowMs + 500 });
    for (const server of servers) server.close();
    expect(findings.filter(({ area }) => area === 'clock')).toMatchObject([{ state, text: expect.stringMatching(text) }]);
  });

  test('tells where the service does not answer a read', async () => {
    const failure = {
      code: 'NotConnected',
      message: 'nobody is there',
      operation: 'ListWuyingServer',
      executed: 'no',
      attempts: 4,
    } as const;
    const call = async (): Promise<never> => {
      throw new ApiError({ ...failure, httpStatus: undefined, requestId: undefined });
    };
    const [target] = Object.values(policyFrom(policyText, Date.UTC(2026, 5, 2)).targets);
    if (!target) throw new Error('the policy has no target');
    const findings = await checkPermissions(target, { call } as unknown as Client, ['power-workstations']);
    expect(findings).toMatchObject([{ state: 'fail', text: 'home: ListWuyingServer failed: nobody is there' }]);
  });

  test('of a store where orders are placed wants one that all machines share', async () => {
    const store = memoryStore();
    expect(await checkStore(store, 'orders', now)).toMatchObject([{ state: 'ok' }, { state: 'fail' }]);
    expect(await checkStore(store, 'functions', now)).toMatchObject([{ state: 'ok' }, { state: 'warn' }]);
  });

  test.each([
    ['the conflicted copy of a synchronized folder', 'written/f/1/00000001 (conflicted copy 2026-11-30)'],
    ['the copy that another machine made', 'written/f/1/00000001-DESKTOP-7Q'],
    ['a sync conflict', 'claims/f/1/g/intent.sync-conflict-20261130-101010-ABCDEFG'],
    ['a file of the operating system', 'alerts/1/g/Thumbs.db'],
    ['the probe of a former version', 'doctor/atomic-create'],
  ])('names what is no record: %s', async (_, name) => {
    const store = memoryStore();
    store.records.set(name, new TextEncoder().encode('{"kind":"doctor","v":1}\n'));
    const findings = await checkStore(store, 'nothing', now);
    expect(findings).toMatchObject([{ state: 'ok' }, { state: 'warn', text: expect.stringContaining(JSON.stringify(name)) }]);
  });

  test('finds a store that takes a record twice, or gives another back', async () => {
    const twice = { ...memoryStore(), create: async () => 'created' as const };
    const changed = { ...memoryStore(), create: async () => 'exists' as const, read: async () => new Uint8Array([1]) };
    expect(await checkStore(twice, 'nothing', now)).toMatchObject([{ state: 'fail', text: expect.stringContaining('twice') }]);
    expect(await checkStore(changed, 'nothing', now)).toMatchObject([{ state: 'fail', text: expect.stringContaining('something else') }]);
  });
});

describe('streamwarden doctor', () => {
  test('examines the embedded simulator, and exits with 0 where nothing failed', async () => {
    const { code, stdout, stderr } = await streamwarden(['doctor', '--policy', 'policy.example.yaml'], { cwd: root });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ok {7}identity {4}acs:ram::/m);
    expect(stdout).toMatch(/^unknown {2}manual +.*\n {21}→ /m);
    expect(stdout).toMatch(/^\d+ ok · \d+ to look at · 0 failed · \d+ not to be known from here\.$/m);
  });

  test('exits with 1 on a broken policy, and says that nothing else was examined', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-doctor-'));
    const file = path.join(folder, 'policy.yaml');
    writeFileSync(file, 'version: 7\n');
    const { code, stdout } = await streamwarden(['doctor', '--policy', file, '--json']);
    rmSync(folder, { recursive: true });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ format: 1, world: null, findings: [{ area: 'policy', state: 'fail' }] });
  });
});

describe('renewals under account numbers that no target has', () => {
  const mistyped = '1000000000000011';
  const put = async (store: ReturnType<typeof memoryStore>, number: string, ended: boolean) => {
    const stream = renewalStream(number, 'aig-1');
    const claim = {
      ...{
        expiry: 1,
        period: { count: 1, unit: 'Month' as const },
        autoPay: true,
        price: { currency: 'CNY', micros: '1' },
        reservation: 'r',
      },
      ...{ month: '2026-11', token: 't', t: now, target: 'home', operation: 'RenewAppInstanceGroup' },
    };
    const signed = { atMs: now, owner: 'x' };
    const { link } = await runStoring(store, place(renewalKey(stream, 0, 'claim'), { kind: 'claim', ...signed, prev: null, body: claim }));
    if (!ended) return;
    const end = { outcome: 'void' as const, by: 'run' as const };
    await runStoring(store, place(renewalKey(stream, 0, 'end'), { kind: 'end', ...signed, prev: link, body: end }));
  };

  test('are told while they are open, as after a number was corrected', async () => {
    const store = memoryStore();
    await put(store, mistyped, false);
    expect(await checkOpenElsewhere(store, new Set([account]))).toMatchObject([
      { state: 'fail', text: expect.stringContaining(`aig-1 (account ${mistyped}, renewal 0)`) },
    ]);
    expect(await checkOpenElsewhere(store, new Set([account, mistyped]))).toEqual([]);
  });

  test('are nothing to tell once they are closed, and where there are none', async () => {
    const store = memoryStore();
    expect(await checkOpenElsewhere(store, new Set([account]))).toEqual([]);
    await put(store, mistyped, true);
    expect(await checkOpenElsewhere(store, new Set([account]))).toEqual([]);
  });
});

describe('the way of functions to a bucket', () => {
  const written = (region: string, environment: Record<string, string>) => ({
    ...{ name: `f-${region}`, region, props: {}, environment, triggers: [], reservedConcurrency: undefined, retries: undefined },
    ...{ eventAgeSeconds: undefined, failureDestination: undefined },
  });
  const store = 'oss://acme/prod';

  test('is told where it is a public one of the mainland', () => {
    const far = written('cn-beijing', { STREAMWARDEN_STORE_REGION: 'cn-shanghai' });
    expect(checkStoreRoute([far, written('cn-shanghai', {})], store)).toMatchObject([
      { state: 'warn', text: expect.stringMatching(/public address.*: f-cn-beijing$/) },
    ]);
  });

  test.each([
    ['a bucket of their own region', written('cn-shanghai', {}), store],
    ['the same, named', written('cn-shanghai', { STREAMWARDEN_STORE_REGION: 'cn-shanghai' }), store],
    ['a bucket outside the mainland', written('cn-shanghai', { STREAMWARDEN_STORE_REGION: 'cn-hongkong' }), store],
    [
      'an endpoint of their own',
      written('cn-beijing', { STREAMWARDEN_STORE_REGION: 'cn-shanghai', STREAMWARDEN_STORE_ENDPOINT: 'journal.example.com' }),
      store,
    ],
    ['a mounted folder', written('cn-beijing', { STREAMWARDEN_STORE_REGION: 'cn-shanghai' }), 'dir:/mnt/journal'],
  ])('is fine with %s', (_name, one, place) => {
    expect(checkStoreRoute([one], place)).toEqual([]);
  });
});

test('an account that may not use public addresses is told what to set, not that a permission is missing', async () => {
  const world = buildWorld({
    start: '2026-06-02T12:00:00+08:00',
    accounts: [{ id: account, groups: [] }],
    assumptions: { ossPublicEndpoint: 'forbidden' },
  });
  simulator = await startSimulator({ world });
  const open = await openRemote(simulator.url, 'oss://journal/prod');
  const [finding] = await checkStore(open.store, 'functions', now);
  expect(finding).toMatchObject({
    state: 'fail',
    text: expect.stringContaining('STREAMWARDEN_STORE_CNAME'),
    todo: expect.not.stringContaining('ram-policy'),
  });
});
