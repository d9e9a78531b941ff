import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PreparedPolicy, preparePolicy } from '../../cli/run/policies/prepare.ts';
import { publish } from '../../cli/run/policies/publish.ts';
import { openWorld } from '../../cli/world/open.ts';
import type { World } from '../../cli/world/world.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';

const account = '1000000000000001';

const keys = {
  li: { accessKeyId: 'key-of-li', accessKeySecret: 'secret-of-li', accountId: account, user: 'li.wei' },
  bo: { accessKeyId: 'key-of-bo', accessKeySecret: 'secret-of-bo', accountId: account, user: 'bo.chen' },
  /** li.wei again, with the keys of another user. */
  liAdmin: { accessKeyId: 'key-of-li-admin', accessKeySecret: 'secret-of-li-admin', accountId: account, user: 'li.wei.admin' },
  /** Somebody else of the same name, in another account. */
  namesake: { accessKeyId: 'key-of-other-li', accessKeySecret: 'secret-of-other-li', accountId: '2000000000000002', user: 'li.wei' },
} as const;

/** Somebody with keys of the account. */
export type Person = keyof typeof keys;

/** What differs between the policies of a test. The fleet has nine groups of team a and one of team b, all at one node. */
export interface Wanted {
  /** Nodes of team a and b; undefined: no rule for them. Default: 1, as it is. */
  readonly a?: number | undefined;
  readonly b?: number | undefined;
  /** Whole percent; undefined: no limit. Default: 10. */
  readonly limit?: number | undefined;
  readonly mode?: 'observe' | 'act';
  /** Nodes of team a from 22:00 to 23:00. Default: as at all times. */
  readonly nightly?: number;
  /** The only approver is li.wei. Default: false. */
  readonly alone?: boolean;
  /** The two users of li.wei are named as two people. Default: false. */
  readonly apart?: boolean;
  /** Name of the target. */
  readonly target?: string;
}

/** A policy as written. */
export function policyText(wanted: Wanted = {}): string {
  const { a, b, limit, nightly, alone = false, apart = false, mode = 'act', target = 'home' } = { a: 1, b: 1, limit: 10, ...wanted };
  const night = nightly === undefined ? '00:00-24:00: ' : `22:00-23:00: ${nightly} nodes, 00:00-22:00: ${a ?? 1} nodes, 23:00-24:00: `;
  const rule = (team: string, nodes: number | undefined) =>
    nodes === undefined ? [] : [`    - {name: ${team}, groups: {tags: {team: ${team}}}, schedule: ${team}, method: fixed}`];
  return `version: 1
timezone: Asia/Shanghai
mode: {default: ${mode}}
approvers: {ops: [${apart ? 'li.wei, li.wei.admin' : '{user: [li.wei, li.wei.admin]}'}${alone ? '' : ', bo.chen'}]}
targets: {${target}: {account: "${account}", role: streamwarden, endpoint: cn-shanghai}}
schedules:
  a: {everyday: {${night}${a ?? 1} nodes}}
  b: {everyday: {00:00-24:00: ${b ?? 1} nodes}}
limits: {${limit === undefined ? '' : `changedByPush: ${limit}%`}}
rules:
  scale-on-schedule:
${[...rule('a', a), ...rule('b', b)].join('\n')}
`;
}

/** A simulated account, a store, and the people who publish to it. */
export interface PolicyFixture {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Options of a command. */
  readonly options: readonly string[];
  /** Environment of a command of a person. */
  as(person: Person): { readonly env: Record<string, string> };
  /** The world as a person's keys open it. Closed with the fixture. */
  world(person?: Person, state?: string): Promise<World>;
  prepared(wanted?: Wanted, person?: Person): Promise<PreparedPolicy>;
  /** Publishes without asking for a second person. Gives the number. */
  published(wanted?: Wanted, person?: Person): Promise<number>;
  /** Writes the policy file. */
  write(wanted?: Wanted): void;
  close(): Promise<void>;
}

/** Sets up the account and who may act in it. */
export async function openPolicyFixture(): Promise<PolicyFixture> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-policy-'));
  const groups = Array.from({ length: 10 }, (_, index) => ({
    ...{ id: `aig-${index}`, name: `group-${index}`, region: 'cn-hangzhou', tags: { team: index < 9 ? 'a' : 'b' } },
    pool: { id: `rg-${index}`, strategy: { fixed: 1 } },
  }));
  const seed = buildWorld({ start: '2026-11-25T08:40:00+08:00', accounts: [{ id: account, groups }] });
  const simulator = await startSimulator({ world: seed, gatewayClock: 'virtual', accessKeys: Object.values(keys) });
  const worlds: World[] = [];
  const state = path.join(folder, 'state');
  const keyOf = (person: Person) => `${keys[person].accessKeyId}:${keys[person].accessKeySecret}`;
  const file = path.join(folder, 'policy.yaml');
  const fixture: PolicyFixture = {
    folder,
    simulator,
    options: ['--policy', file, '--simulator', simulator.url, '--state', state],
    as: (person) => ({ env: { STREAMWARDEN_SIMULATOR_KEY: keyOf(person) } }),
    async world(person = 'li', place = state) {
      const before = process.env['STREAMWARDEN_SIMULATOR_KEY'];
      process.env['STREAMWARDEN_SIMULATOR_KEY'] = keyOf(person);
      try {
        const world = await openWorld({ simulator: simulator.url, state: place });
        worlds.push(world);
        return world;
      } finally {
        if (before === undefined) delete process.env['STREAMWARDEN_SIMULATOR_KEY'];
        else process.env['STREAMWARDEN_SIMULATOR_KEY'] = before;
      }
    },
    prepared: async (wanted, person) => preparePolicy(await fixture.world(person), { name: 'policy.yaml', text: policyText(wanted) }),
    async published(wanted, person) {
      return await publish(await fixture.world(person), await fixture.prepared(wanted, person), { by: keys[person ?? 'li'].user });
    },
    write: (wanted) => writeFileSync(file, policyText(wanted)),
    async close() {
      for (const world of worlds) await world.close();
      closeConnections();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return fixture;
}
