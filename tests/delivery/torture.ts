import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ruleModule as renewRules } from '../../functions/renew-before-expiry/rule.ts';
import { ruleModule as scaleRules } from '../../functions/scale-on-schedule/rule.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { ossStore } from '../../shared/journal/store/oss.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { Delivery } from '../../simulator/invocations/delivery.ts';
import type { CallResult, DeliveryEvent, DeployedFunction, Message } from '../../simulator/invocations/deployed.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { hash32, RandomStream } from '../../simulator/world/random.ts';
import { approvers, circle } from '../chaos/account.ts';
import { againstAnswers, answer, type Given } from '../chaos/approver.ts';
import { Bill } from '../chaos/bill.ts';
import { attend, type Desk, openClaims } from '../chaos/person.ts';
import { verdictAtEnd, violationsSoFar } from '../chaos/verdict.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../fixtures/times.ts';
import { accountId, dearer } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { Instances } from './instances.ts';
import type { Versions } from './versions.ts';

/** What is played. */
export interface TortureOptions {
  readonly versions: Versions;
  /** Decides what is delivered when, and which processes die. */
  readonly seed: number;
  /** Hours of the world's time in which timers fire. */
  readonly hours: number;
}

/** What came of it. */
export interface Torture {
  /** What must not be; empty when all is well. */
  readonly violations: readonly string[];
  readonly orders: number;
  readonly renewed: number;
  /** Answers that approvers gave. */
  readonly given: number;
  readonly scalings: number;
  /** Snapshots that the newer version wrote into the journal, which the older one then read. */
  readonly snapshots: number;
  readonly killed: number;
  readonly processes: number;
  readonly delivered: Readonly<Record<DeliveryEvent['kind'], number>>;
}

const bucket = { bucket: 'torture-journal', prefix: 'prod', region: 'cn-shanghai' } as const;
const start = '2026-11-12 11:30';

/** Nodes by the hour of the day in Shanghai, as the policy below has it. */
const nodesAt = (ms: number): number => {
  const hour = new Date(ms + 8 * hourMs).getUTCHours();
  return hour >= 8 && hour < 20 ? 4 : 2;
};

const policyText = `version: 1
timezone: Asia/Shanghai
store: oss://${bucket.bucket}/${bucket.prefix}
mode: {default: act}
targets:
  home: {account: "${accountId}", endpoint: cn-shanghai, billing: {site: china, productCode: appstream}}
  twin: {account: "${accountId}", endpoint: cn-shanghai, billing: {site: china, productCode: appstream}}
approvers: {${circle}: [${approvers.join(', ')}]}
schedules: {office: {everyday: {00:00-08:00: 2 nodes, 08:00-20:00: 4 nodes, 20:00-24:00: 2 nodes}}}
limits: {spendPerMonth: [90000 CNY, 150 USD]}
rules:
  renew-before-expiry:
    - {name: week, groups: {name: "week-*"}, consoleAutoRenew: disabled, daysBefore: 4, period: 1 Week, autoPay: true}
    - {name: ask, groups: {name: "ask-*"}, consoleAutoRenew: disabled, daysBefore: 4, period: 1 Week, autoPay: true, ask: {who: ${circle}, above: 1 CNY}}
  scale-on-schedule:
    - {name: rented, targets: [home], groups: {charge: pay-as-you-go}, schedule: office, method: fixed, manualChange: overwrite}
`;

const asked = Array.from({ length: 3 }, (_, index) => `ask-${index}`);
const subscriptions = [...Array.from({ length: 6 }, (_, index) => `week-${index}`), ...asked];
const rented = ['rented-0', 'rented-1'];

const seedWorld = {
  start: `${start.replace(' ', 'T')}:00+08:00`,
  accounts: [
    {
      id: accountId,
      groups: [
        ...subscriptions.map((id, index) => ({
          ...{ id, name: id, region: 'cn-hangzhou', charge: 'PrePaid' as const },
          expiresAt: `2026-11-${String(15 + (index % 3)).padStart(2, '0')}T00:00:00+08:00`,
        })),
        ...rented.map((id) => ({ id, name: id, region: 'cn-hangzhou', pool: { strategy: { fixed: 1 } } })),
      ],
    },
  ],
};

/** Snapshots in the streams of what was written. */
async function snapshotsIn(store: Store): Promise<number> {
  let count = 0;
  for await (const key of store.list('written/')) {
    const bytes = await store.read(key);
    if (bytes && parseRecord(key, bytes).kind === 'snapshot') count += 1;
  }
  return count;
}

/** A timer of each function fires every so often. */
const periods = { 'renew-before-expiry': 5 * hourMs, 'scale-on-schedule': 3 * hourMs } as const;
type Name = keyof typeof periods;

/**
 * Two functions, each in two versions of the code at once, on one journal. Messages come twice, hours late and in any order, some meet a
 * function that is busy, and processes die in the middle.
 */
export async function playTorture({ versions, seed, hours: length }: TortureOptions): Promise<Torture> {
  const random = new RandomStream(hash32(`delivery ${seed}`));
  let simulator: Simulator;
  const bill = new Bill(() => undefined);
  const factor = { percent: 100n };
  const given: Given[] = [];
  // Orders show in billing at once, in the hour, or a day later; and not at all for a while.
  const listing = [1, 60, 24 * 60][seed % 3] as number;
  const world = buildWorld({ ...seedWorld, assumptions: { orderListingMinutes: listing } });
  simulator = await startSimulator({
    ...{ world, seed, gatewayClock: 'virtual', handlers: { ...bill.handlers(() => simulator.ledger), ...dearer(factor) } },
    buckets: [{ name: bucket.bucket, region: bucket.region }],
  });
  simulator.faults.add({ kind: 'fail', action: 'QueryOrders', times: 'always', probability: 0.2 });
  const clock = clockOf(() => world.clock.nowMs);
  const key = publishedKey(accountId);
  const store = ossStore({ ...bucket, endpoint: simulator.url, credentials: explicitCredentials(key), clock });
  const { document, problems } = loadPolicy(policyText, 'policy.yaml', [renewRules, scaleRules]);
  if (!document) throw new Error(problems.map(({ text }) => text).join('\n'));
  const policy = compile(document, clock.now(), 400, [renewRules, scaleRules]);
  writeFileSync(path.join(versions.folder, 'policy.json'), encodePolicy(policy));
  const env = {
    ...{
      STREAMWARDEN_SIMULATOR: simulator.url,
      STREAMWARDEN_STORE: `oss://${bucket.bucket}/${bucket.prefix}`,
      STREAMWARDEN_STORE_REGION: bucket.region,
    },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret },
  };
  const pools: Instances[] = [];
  let calm = false;

  /** Resolves once the simulator has got so many more requests. */
  const requests = async (count: number): Promise<void> => {
    const seen = (): number => simulator.ledger.count('*', 'received') + simulator.oss.ledger.count('*', 'received');
    const until = seen() + count;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (seen() < until && !calm) return;
        clearInterval(timer);
        resolve();
      }, 1);
      timer.unref();
    });
  };
  const deployed = (name: Name, version: 'old' | 'new'): DeployedFunction => {
    const pool = new Instances(versions[version], name, env);
    pools.push(pool);
    const buys = name === 'renew-before-expiry';
    return {
      name: `${name}-${version}`,
      call: (call): Promise<CallResult> => pool.call(call, !calm && random.chance(0.15) ? requests(random.integer(1, 25)) : undefined),
      // As they are deployed: what buys runs once at a time and is not repeated by the platform.
      ...(buys ? { reservedConcurrency: 1, maxAsyncRetryAttempts: 0 } : { maxAsyncRetryAttempts: 1 }),
      maxAsyncEventAgeMs: 6 * hourMs,
      takesMs: 20_000,
    };
  };
  const arrivals = (_message: Message): readonly number[] => {
    if (calm) return [0];
    const late = (): number => (random.chance(0.3) ? random.integer(0, 5 * 60) * minuteMs : random.integer(0, 2) * 1000);
    return random.chance(0.4) ? [late(), late()] : [late()];
  };
  const names = Object.keys(periods) as Name[];
  const delivery = new Delivery({
    time: {
      get nowMs() {
        return world.clock.nowMs;
      },
      advanceTo: (toMs) => simulator.advanceTo(Math.max(toMs, world.clock.nowMs)),
    },
    functions: names.flatMap((name) => [deployed(name, 'old'), deployed(name, 'new')]),
    arrivals,
  });
  const fire = (name: Name, version: 'old' | 'new'): void => {
    const event = { triggerTime: `${new Date(world.clock.nowMs).toISOString().slice(0, 19)}Z`, triggerName: 'timer', payload: '{}' };
    delivery.enqueue(`${name}-${version}`, Buffer.from(JSON.stringify(event)));
  };
  const account = world.accounts.get(accountId);
  const nodes = (): readonly (number | undefined)[] => rented.map((id) => account?.groups.get(id)?.pools[0]?.settings.NodeAmount);
  const desk: Desk = { cancelled: new Set(), resolved: 0 };
  const people = { world, store, policy, random, highest: { currency: 'CNY', micros: 10_000_000_000n } };
  const evidence = { world, bill, store, resources: subscriptions, cancelled: desk.cancelled };
  const violations = new Set<string>();

  try {
    const startMs = shanghai(start);
    const next = new Map<Name, number>(names.map((name) => [name, startMs + random.integer(1, 50) * minuteMs]));
    for (;;) {
      const [name, atMs] = [...next].sort((a, b) => a[1] - b[1])[0] as [Name, number];
      if (atMs > startMs + length * hourMs) break;
      await delivery.advanceTo(atMs);
      next.set(name, atMs + periods[name]);
      factor.percent = [100n, 100n, 120n, 150n][random.integer(0, 3)] as bigint;
      const some = (): string => asked[random.integer(0, asked.length - 1)] as string;
      // Two people answer now and then, at once.
      if (random.chance(0.4)) await Promise.all([answer(people, given, some()), answer(people, given, some())]);
      // While a new version is rolled out either may get the event; both do at times.
      const both = random.chance(0.4);
      if (both || random.chance(0.5)) fire(name, 'old');
      if (both || random.chance(0.5)) fire(name, 'new');
    }
    await delivery.settle();
    // What a crash left open: a person says what the bill has about it once an hour has passed, as the program asks for.
    calm = true;
    for (let round = 0; round < 3; round++) {
      await delivery.advanceTo(world.clock.nowMs + 70 * minuteMs);
      for (const resource of await openClaims(store)) await attend({ world, bill, store, random }, desk, resource, true);
      fire('renew-before-expiry', round === 0 ? 'old' : 'new');
      fire('scale-on-schedule', 'old');
      fire('scale-on-schedule', 'new');
      await delivery.settle();
    }
    const wanted = nodesAt(world.clock.nowMs);
    if (nodes().some((count) => count !== wanted)) violations.add(`${wanted} nodes are wanted now, and there are ${nodes().join(', ')}`);
    for (const violation of violationsSoFar(evidence)) violations.add(violation);
    for (const violation of (await verdictAtEnd(evidence)).violations) violations.add(violation);
    for (const violation of await againstAnswers(people, bill, given)) violations.add(violation);
    const scalings = simulator.ledger.records.filter(({ action, executed }) => action === 'ModifyNodePoolAttribute' && executed);
    for (const { executedAtMs = 0, input } of scalings) {
      const amount = (input?.['NodePoolStrategy'] as { NodeAmount?: number } | undefined)?.NodeAmount ?? input?.['NodeAmount'];
      // A run that began right before a step may end right after it.
      if (![executedAtMs, executedAtMs - minuteMs].some((ms) => nodesAt(ms) === Number(amount))) {
        violations.add(`stale scaling: ${String(amount)} nodes at ${new Date(executedAtMs).toISOString()}`);
      }
    }
    const kinds = ['accepted', 'duplicate-task', 'throttled', 'started', 'done', 'error', 'given-up', 'too-old'] as const;
    return {
      violations: [...violations],
      orders: bill.executed.length,
      given: given.length,
      renewed: new Set(bill.executed.map(({ resource }) => resource)).size,
      scalings: scalings.length,
      snapshots: await snapshotsIn(store),
      killed: pools.reduce((sum, { killed }) => sum + killed, 0),
      processes: pools.reduce((sum, { begun }) => sum + begun, 0),
      delivered: Object.fromEntries(kinds.map((kind) => [kind, delivery.count(kind)])) as Torture['delivered'],
    };
  } finally {
    calm = true;
    await Promise.all(pools.map((pool) => pool.end()));
    await simulator.close();
  }
}
