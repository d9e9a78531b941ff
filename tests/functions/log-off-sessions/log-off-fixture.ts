import { logOffSessions } from '../../../functions/log-off-sessions/automation.ts';
import { ruleModule } from '../../../functions/log-off-sessions/rule.ts';
import { createClient } from '../../../shared/client/call.ts';
import type { Client } from '../../../shared/client/client.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { run } from '../../../shared/engine/run.ts';
import { drainMarker, drainTag } from '../../../shared/fleet/session.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as worldHandlers } from '../../../simulator/operations/index.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { accountId, compiledPolicy, type LiveFunction, liveFunction, policyText, start } from '../../e2e/live-function.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { shanghai } from '../../fixtures/shanghai.ts';

/** Groups for which the service keeps the hours of the schedule `office`: 08:00 to 20:00, every day. */
export const scheduled = {
  capacity: 4,
  strategy: { schedule: { '1-7': { '08:00-20:00': 2 } }, enable: '2026-11-01', disable: '2027-10-01' },
} as const;

/** A pay-as-you-go group under the service's own weekly schedule; ann is connected, ben is disconnected and stays so. */
export function groupSeed(more: Partial<GroupSeed> = {}): GroupSeed {
  return {
    ...{ id: 'g', name: 'ledger', region: 'cn-hangzhou', pool: scheduled, sessionTimeout: -1 },
    users: [{ ids: ['ann', 'ben', 'cid', 'board-1'] }],
    sessions: [{ user: 'ann' }, { user: 'ben', connected: false }],
    ...more,
  };
}

/** The same, its nodes fixed: users have to be unbound one by one. */
export function fixedSeed(more: Partial<GroupSeed> = {}): GroupSeed {
  return groupSeed({ pool: { capacity: 4, strategy: { fixed: 2 } }, ...more });
}

/** log-off-sessions at work on a simulated account. The window of a rule `after: {schedule: office, wait: 30m}` is 20:30 to 22:30. */
export async function logOffLive(
  rules: readonly string[],
  groups: readonly GroupSeed[],
  { at = '2026-11-24 20:35', mode = 'act', sections = 'limits: {}', ...more }: Fixture = {},
): Promise<LiveFunction> {
  const live = await liveFunction(
    logOffSessions,
    [ruleModule],
    { groups },
    policyText({ 'log-off-sessions': rules }, { mode, sections }),
    more,
  );
  live.simulator.advanceTo(shanghai(at));
  return live;
}

/** What can differ from the usual fixture. */
export interface Fixture extends NonNullable<Parameters<typeof liveFunction>[4]> {
  /** When the first run is, by the clock of Shanghai. Default: in the window. */
  readonly at?: string;
  readonly mode?: string;
  readonly sections?: string;
}

/** Who has a session on a group, and whether connected. */
export function sessionsOf({ simulator }: LiveFunction, id = 'g'): readonly string[] {
  const group = groupOf(simulator, id);
  return [...group.sessions.values()].map(({ user, state }) => (state === 'connected' ? user : `${user} (${state})`)).sort();
}

/** A group of the simulated world. */
export function groupOf(simulator: LiveFunction['simulator'], id = 'g') {
  const group = [...simulator.world.accounts.values()][0]?.groups.get(id);
  if (!group) throw new Error(`the world has no group ${id}`);
  return group;
}

/** Ends a process at a step of what it changes: records that it creates and calls that write. */
export interface Death {
  /** Steps that happen before. */
  readonly after: number;
  /** True: the step still happens, and nobody hears of it. */
  readonly during: boolean;
}

/** Another process at work on the world of a fixture, with its journal; by a policy of its own where rules are given. */
export function processOn(
  live: LiveFunction,
  rules: readonly string[],
  { sections = 'limits: {}', death }: { sections?: string; death?: Death } = {},
) {
  const { simulator } = live;
  const clock = passingClock(simulator);
  const policy = compiledPolicy(policyText({ 'log-off-sessions': rules }, { sections }), [ruleModule], Date.parse(start));
  const target = policy.targets['home'] as CompiledTarget;
  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  let steps = 0;
  let dead = false;
  const step = async <T>(changes: boolean, act: () => Promise<T>): Promise<T> => {
    const last = changes && death !== undefined && steps++ === death.after;
    if (dead || (last && !death.during)) {
      dead = true;
      throw new TypeError('the process is gone');
    }
    const result = await act();
    if (!last) return result;
    dead = true;
    throw new TypeError('the process is gone');
  };
  const mortal: Client = {
    call: (operation, input, options) => step(operation.access === 'write', () => client.call(operation, input, options)),
    pages: (operation, input, options) => client.pages(operation, input, options),
  };
  const store: Store = {
    ...live.store,
    create: (key, bytes) => step(true, () => live.store.create(key, bytes)),
    read: (key) => step(false, () => live.store.read(key)),
  };
  return {
    /** Whether it has ended. */
    isDead: () => dead,
    /** One run; undefined where the process ended in it. */
    async run(): Promise<RunReport | undefined> {
      try {
        return await run({
          automation: logOffSessions,
          client: mortal,
          target,
          policy,
          store,
          clock,
          mode: 'apply',
          world: 'a test',
          rules: { width: 1 },
        });
      } catch (error) {
        if (!dead) throw error;
        return undefined;
      }
    },
  };
}

/** Answers of the simulator with fields of their rows changed: those of groups, and those of app instances. */
export function changedRows(group: Row, instance: Row): Readonly<Record<string, Handler>> {
  const changed = (action: string, list: string, change: Row): Record<string, Handler> => ({
    [action]: (input, context) => {
      const answer = worldHandlers[action]?.(input, context) ?? {};
      const rows = answer[list];
      const row = (value: Row) => ({ ...value, ...change });
      return { ...answer, [list]: Array.isArray(rows) ? rows.map(row) : row(rows as Row) };
    },
  });
  return {
    ...changed('ListAppInstanceGroup', 'AppInstanceGroupModels', group),
    ...changed('GetAppInstanceGroup', 'AppInstanceGroupModels', group),
    ...changed('ListAppInstances', 'AppInstanceModels', instance),
  };
}

type Row = Readonly<Record<string, unknown>>;

/** Drains a group as Streamwarden does. */
export function addDrain(group: ReturnType<typeof groupOf>, until: string): void {
  group.setTag(drainTag, 'true');
  group.setTag(drainMarker, until);
}
