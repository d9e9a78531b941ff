import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Session, withSession } from '../../cli/run/session.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';

/** The account of the small world. */
const account = '1000000000000001';

/** A policy that wants two nodes in every group of the small world, right now. */
const policyText = (mode: 'observe' | 'act'): string => `version: 1
timezone: Asia/Shanghai
mode: {default: ${mode}}
targets: {home: {account: "${account}", role: streamwarden, endpoint: cn-shanghai}}
schedules: {always: {everyday: {00:00-24:00: 2 nodes}}}
rules:
  scale-on-schedule:
    - {name: all-groups, groups: all, schedule: always, method: fixed}
`;

/** A folder of a user, and a simulator that serves a few groups. */
export interface AccountFixture {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Options of a command in this world. */
  readonly world: readonly string[];
  /** Does work in a session of this world, as a command does. */
  inSession<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** How many node pools the service has changed. */
  writes(): number;
  close(): Promise<void>;
}

/** Sets up an account: groups at one fixed node each (where the policy wants two), a policy file, a journal folder. */
export async function openAccountFixture(
  options: { readonly groups?: number; readonly mode?: 'observe' | 'act' } = {},
): Promise<AccountFixture> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-account-'));
  const groups: GroupSeed[] = Array.from({ length: options.groups ?? 4 }, (_, index) => ({
    id: `aig-${index}`,
    name: `group-${index}`,
    region: 'cn-hangzhou',
    pool: { id: `rg-${index}`, strategy: { fixed: 1 } },
  }));
  const world = buildWorld({ start: '2026-11-25T08:40:00+08:00', accounts: [{ id: account, groups }] });
  const simulator = await startSimulator({ world });
  const policy = path.join(folder, 'policy.yaml');
  const state = path.join(folder, 'state');
  writeFileSync(policy, policyText(options.mode ?? 'act'));
  return {
    folder,
    simulator,
    world: ['--policy', policy, '--simulator', simulator.url, '--state', state],
    inSession: (work) => withSession({ policy, simulator: simulator.url, state }, work),
    writes: () => simulator.ledger.count('ModifyNodePoolAttribute', 'executed'),
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
