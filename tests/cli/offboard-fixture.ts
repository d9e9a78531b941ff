import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { offboard } from '../../cli/offboard/offboard.ts';
import { type Session, withSession } from '../../cli/run/session.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { GroupSeed, WorkstationSeed } from '../../simulator/world/seed.ts';

const account = '1000000000000001';

/** What would keep every function from acting, beside what is protected: none of the first may matter to a person who asks. */
const policyText = (regions: string): string => `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "${account}", role: streamwarden, endpoint: cn-shanghai${regions}}}
protect: {users: [board-*], groups: {tags: {tier: trading}}, ownerTag: {key: keep-until, atMost: 7d}}
limits:
  actionsPerRun: 0
  sessionsCutPerRun: 0
  freezes: [{from: 2026-11-01, until: 2026-12-31, because: Quiet weeks}]
`;

/** A group in which somebody may work. */
export const group = (id: string, more: Partial<GroupSeed> = {}): GroupSeed => ({
  ...{ id, name: `name-of-${id}`, region: 'cn-hangzhou', pool: { strategy: { fixed: 2 } } },
  ...more,
});

/** An account with people in it, and a policy that lets no function act. */
export interface OffboardFixture {
  readonly simulator: Simulator;
  /** Options of a command in this world. */
  readonly world: readonly string[];
  /** Works in a session of this world, in this process. */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Offboards in this process. */
  offboard(user: string, apply?: boolean, signal?: AbortSignal): ReturnType<typeof offboard>;
  /** Who may use a group, and who is on it, as the service has it. */
  stateOf(groupId: string): { readonly users: readonly string[]; readonly sessions: readonly string[] };
  /** Takes a user off a group's list as somebody else would, with the session left. */
  takeOff(groupId: string, user: string): void;
  close(): Promise<void>;
}

/** Sets up the account and its policy. */
export async function openOffboardFixture(seed: {
  readonly groups: readonly GroupSeed[];
  readonly workstations?: readonly WorkstationSeed[];
  readonly regions?: string;
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
  readonly handlers?: SimulatorOptions['handlers'];
}): Promise<OffboardFixture> {
  const { groups, workstations = [], regions, assumptions = {}, handlers } = seed;
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-offboard-'));
  const world = buildWorld({ start: '2026-11-25T08:40:00+08:00', assumptions, accounts: [{ id: account, groups, workstations }] });
  const simulator = await startSimulator({ world, ...(handlers ? { handlers } : {}) });
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, policyText(regions === undefined ? '' : `, regions: [${regions}]`));
  const state = path.join(folder, 'state');
  const session = <T>(work: (session: Session) => Promise<T>) => withSession({ policy, simulator: simulator.url, state }, work);
  const groupOf = (id: string) => simulator.world.accounts.get(account)?.groups.get(id);
  return {
    simulator,
    world: ['--policy', policy, '--simulator', simulator.url, '--state', state],
    session,
    offboard: (user, apply = false, signal) => session((open) => offboard(open, user, { apply, signal })),
    takeOff: (groupId, user) => void groupOf(groupId)?.users.remove(user),
    stateOf(groupId) {
      const found = groupOf(groupId);
      return { users: found?.users.list() ?? [], sessions: [...(found?.sessions.keys() ?? [])] };
    },
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
