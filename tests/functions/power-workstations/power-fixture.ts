import { powerWorkstations } from '../../../functions/power-workstations/automation.ts';
import { ruleModule } from '../../../functions/power-workstations/rule.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { type RunOptions, run } from '../../../shared/engine/run.ts';
import type { Workstation } from '../../../shared/fleet/workstation.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers } from '../../../simulator/operations/workstations.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { WorkstationSeed } from '../../../simulator/world/seed.ts';
import type { WorkstationEntity } from '../../../simulator/world/workstation.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { type MemoryStore, memoryStore } from '../../journal/memory-store.ts';

export const accountId = '1000000000000001';

const head = `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "${accountId}", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: plain}}
calendars: {plain: {years: [2026], unpublishedYear: hold}}
schedules:
  studio: {workday: {09:30-23:30: 100%}, restday: {13:00-20:00: 30%}}
  always: {everyday: {00:00-24:00: 1 node}}
`;

const defaults = { mode: 'mode: {default: observe, act: [power-workstations]}', limits: 'limits: {}' };

/** A policy from its rules, one a line, and the sections that differ. */
export function policyText(rules: string, sections: Readonly<Record<string, string>> = {}): string {
  const lines = rules
    .trim()
    .split('\n')
    .map((line) => `    ${line.trim()}`);
  return `${head}${Object.values({ ...defaults, ...sections }).join('\n')}\nrules:\n  power-workstations:\n${lines.join('\n')}\n`;
}

/** A policy compiled from its text. Throws where the text has errors. */
export function policyFrom(text: string, fromMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compile(document, fromMs, 400, [ruleModule]);
}

export interface PowerFixture {
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  readonly target: CompiledTarget;
  /** Fields that take the place of those of the answer, by workstation; undefined leaves a field out. */
  readonly rows: Map<string, Readonly<Record<string, unknown>>>;
  /** The policy in force. */
  policy: CompiledPolicy;
  run(mode?: 'plan' | 'apply', more?: Partial<RunOptions<Workstation>>): Promise<RunReport>;
  workstation(id: string): WorkstationEntity;
  /** Ids of each executed call of an operation, in order. */
  calls(action: 'StartWuyingServer' | 'StopWuyingServer'): readonly (readonly string[])[];
  close(): Promise<void>;
}

/** What the world of a fixture is made of. */
export interface PowerWorld {
  readonly start: string;
  readonly workstations: readonly WorkstationSeed[];
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
}

/** power-workstations at work on a simulated account, over HTTP, in the time of the simulated world. */
export async function powerFixture(seed: PowerWorld, text: string, more: Pick<SimulatorOptions, 'handlers'> = {}): Promise<PowerFixture> {
  const { workstations, ...world } = seed;
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  const list: Handler = (input, context) => {
    const answer = handlers['ListWuyingServer']?.(input, context) as { WuyingServerList: Record<string, unknown>[] };
    return { ...answer, WuyingServerList: answer.WuyingServerList.map((row) => ({ ...row, ...rows.get(String(row['WuyingServerId'])) })) };
  };
  const simulator = await startSimulator({
    world: buildWorld({ ...world, start: `${seed.start.replace(' ', 'T')}:00+08:00`, accounts: [{ id: accountId, workstations }] }),
    gatewayClock: 'virtual',
    handlers: { ListWuyingServer: list, ...more.handlers },
  });
  const clock = worldClock(simulator);
  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  const store = memoryStore();
  const policy = policyFrom(text, clock.now());
  const target = policy.targets['home'] as CompiledTarget;
  const fixture: PowerFixture = {
    simulator,
    store,
    target,
    rows,
    policy,
    run: (mode = 'apply', options = {}) =>
      run({ automation: powerWorkstations, client, target, policy: fixture.policy, store, clock, mode, world: 'a test', ...options }),
    workstation(id) {
      const found = simulator.world.accounts.get(accountId)?.workstations.get(id);
      if (!found) throw new Error(`there is no workstation ${id}`);
      return found;
    },
    calls: (action) =>
      simulator.ledger.records
        .filter((record) => record.action === action && record.executed)
        .map(({ input }) => input?.['WuyingServerIdList'] as readonly string[]),
    close: () => simulator.close(),
  };
  return fixture;
}

/** The first reason of each act and hold: `w hold in-use`. */
export function verdicts({ decisions }: RunReport): readonly string[] {
  return decisions.map(({ resource, verdict, because }) => `${resource.id} ${verdict} ${because[0]?.code}`);
}
