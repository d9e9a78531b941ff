import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { ruleModule } from '../../functions/renew-before-expiry/rule.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { consoleChannel } from '../../shared/notify/console-channel.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { dearer } from '../functions/renew-before-expiry/renewal-fixture.ts';

const account = '1000000000000001';

/** The approvers of the policy, a colleague who is none, and somebody of the first one's name in another account. */
const keys = {
  approver: { accessKeyId: 'key-of-li', accessKeySecret: 'secret-of-li', accountId: account, user: 'li.wei' },
  second: { accessKeyId: 'key-of-tan', accessKeySecret: 'secret-of-tan', accountId: account, user: 'tan.mei' },
  namesake: { accessKeyId: 'key-of-other-li', accessKeySecret: 'secret-of-other-li', accountId: '2000000000000002', user: 'li.wei' },
  colleague: { accessKeyId: 'key-of-bo', accessKeySecret: 'secret-of-bo', accountId: account, user: 'bo.chen' },
} as const;

const policyText = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "${account}", role: streamwarden, endpoint: cn-shanghai}}
channels: {money: {kind: console}}
tell: {money: money}
limits: {spendPerMonth: [100000 CNY]}
approvers: {finance: [li.wei, tan.mei]}
rules:
  renew-before-expiry:
    - name: all-groups
      groups: {charge: subscription}
      consoleAutoRenew: disabled
      daysBefore: 10
      period: 1 Month
      autoPay: true
      ask: {above: [1 CNY], who: finance}
`;

/** A folder of a user, and a simulator with subscriptions that end in five days. */
export interface RenewalFixture {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Options of a command in this world. */
  readonly world: readonly string[];
  /** Environment of a command of one of the people. */
  as(person: keyof typeof keys): { readonly env: Record<string, string> };
  /** By how much prices rise, in percent of what they are. */
  readonly dearer: { percent: bigint };
  /** Changes the policy file. What `run` goes by stays. */
  writePolicy(change: (text: string) => string): void;
  /** What `apply` does in this world, without the start of a process: for what happens before or after that which a test is about. */
  run(): Promise<RunReport>;
  close(): Promise<void>;
}

/** Sets up the account, its policy and its people. */
export async function openRenewalFixture(): Promise<RenewalFixture> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-renewals-'));
  const groups = [0, 1].map((index) => ({
    id: `aig-${index}`,
    name: `bought-${index}`,
    region: 'cn-hangzhou',
    charge: 'PrePaid' as const,
    expiresAt: '2026-11-30T00:00:00+08:00',
  }));
  const world = buildWorld({
    start: '2026-11-25T08:40:00+08:00',
    accounts: [
      { id: account, groups },
      { id: '2000000000000002', groups: [] },
    ],
  });
  const rise = { percent: 100n };
  const simulator = await startSimulator({ world, accessKeys: Object.values(keys), handlers: dearer(rise) });
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, policyText);
  const run = async (): Promise<RunReport> => {
    const { document } = loadPolicy(policyText, policy, [ruleModule]);
    if (!document) throw new Error('the policy of the fixture is not valid');
    const clock = { ...systemClock, now: () => simulator.world.clock.nowMs };
    const compiled = compile(document, clock.now(), undefined, [ruleModule]);
    return renewalRunner(renewBeforeExpiry).run({
      client: createClient({ endpoint: simulator.url, credentials: explicitCredentials(keys.colleague), clock: systemClock }),
      ...{
        target: compiled.targets['home'] as CompiledTarget,
        policy: compiled,
        clock,
        mode: 'apply',
        world: 'a test',
        allowLocalStore: true,
      },
      store: directoryStore(path.join(folder, 'state')),
      notifier: notifierOf(new Map([['money', consoleChannel(() => undefined)]])),
    });
  };
  return {
    run,
    folder,
    simulator,
    dearer: rise,
    writePolicy: (change) => writeFileSync(policy, change(policyText)),
    world: ['--policy', policy, '--simulator', simulator.url, '--state', path.join(folder, 'state')],
    as: (person) => ({ env: { STREAMWARDEN_SIMULATOR_KEY: `${keys[person].accessKeyId}:${keys[person].accessKeySecret}` } }),
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
