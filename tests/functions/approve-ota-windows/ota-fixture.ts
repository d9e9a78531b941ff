import { approveOtaWindows } from '../../../functions/approve-ota-windows/automation.ts';
import { ruleModule } from '../../../functions/approve-ota-windows/rule.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { type RunOptions, run } from '../../../shared/engine/run.ts';
import type { OtaGroup } from '../../../shared/fleet/ota-group.ts';
import { sayHalt } from '../../../shared/journal/people/halts.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { approve, offerUpdate } from '../../../simulator/world/ota-task.ts';
import type { GroupSeed, WorldSeed } from '../../../simulator/world/seed.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { type MemoryStore, memoryStore } from '../../journal/memory-store.ts';

const accountId = '1000000000000001';

/** The rings of the published example: canary at noon, early in the evening of workdays, everyone at night of restdays. */
export const rings = `
rings:
  - {name: canary, groups: {tags: {ota-ring: canary}}, window: {days: workday, at: 12:30-13:30}, soak: 48h}
  - {name: early, groups: {tags: {ota-ring: early}}, window: {days: workday, at: 21:30-23:30}, soak: 72h}
  - {name: everyone, groups: all, window: {days: restday, at: 02:00-05:00}}`;

/** A policy of one rule; `keys` are those of the rule beside its name, `sections` those of the policy. */
export function otaPolicyText(keys: string = rings, sections = 'limits: {}', mode = 'act: [approve-ota-windows]'): string {
  const lines = keys
    .trim()
    .split('\n')
    .map((line) => `      ${line}`);
  return `version: 1
timezone: Asia/Shanghai
mode: {${mode}}
targets: {home: {account: "${accountId}", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: china}}
calendars: {china: {source: china-state-council, unpublishedYear: hold}}
${sections}
rules:
  approve-ota-windows:
    - name: agents
${lines.join('\n')}
`;
}

const compiled = new Map<string, CompiledPolicy>();

/** The policy as planners read it; each is compiled once. @throws Error with what is wrong */
function otaPolicy(text: string, fromMs: number): CompiledPolicy {
  const known = compiled.get(`${fromMs}${text}`);
  if (known !== undefined) return known;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  const policy = compile(document, fromMs, 400, [ruleModule]);
  compiled.set(`${fromMs}${text}`, policy);
  return policy;
}

/** A group that is offered 7.4.0, in the canary ring. */
export function offeredGroup(more: Partial<GroupSeed> = {}): GroupSeed {
  return {
    ...{ id: 'c', name: 'canary', region: 'cn-hangzhou', tags: { 'ota-ring': 'canary' } },
    ...{ ota: { current: '7.3.0', offered: '7.4.0' }, ...more },
  };
}

/** approve-ota-windows at work on a simulated account. */
export interface OtaFixture {
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  readonly policy: CompiledPolicy;
  run(mode?: 'plan' | 'apply', more?: Partial<RunOptions<OtaGroup>>): Promise<RunReport>;
  /** Lets the world go on to an instant of Shanghai's clock. */
  until(text: string): void;
  /** A version appears on offer for a group. */
  offer(id: string, version: string): void;
  /** Somebody approves what is on offer for a group in the console. */
  byHand(id: string, startText: string): void;
  halt(version: string): Promise<void>;
  resume(version: string): Promise<void>;
  /** Version, state and start by the clock of UTC+8 of a group's updates, oldest first. */
  updates(id: string): readonly string[];
  close(): Promise<void>;
}

/** Puts approve-ota-windows to work over HTTP, in the time of the simulated world. */
export async function otaFixture(
  seed: Omit<WorldSeed, 'accounts'> & { readonly groups: readonly GroupSeed[] },
  text = otaPolicyText(),
  more: { readonly store?: MemoryStore; readonly handlers?: Readonly<Record<string, Handler>> } = {},
): Promise<OtaFixture> {
  const { groups, ...world } = seed;
  const { store = memoryStore(), handlers } = more;
  const simulator = await startSimulator({
    world: buildWorld({ ...world, accounts: [{ id: accountId, groups }] }),
    gatewayClock: 'virtual',
    ...(handlers === undefined ? {} : { handlers }),
  });
  const clock = passingClock(simulator);
  const policy = otaPolicy(text, clock.now());
  const target = policy.targets['home'];
  if (target === undefined) throw new Error('the policy has no target home');
  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  const account = simulator.world.accounts.get(accountId);
  const group = (id: string) => {
    const found = account?.groups.get(id);
    if (found === undefined) throw new Error(`there is no group ${id}`);
    return found;
  };
  const say = async (version: string, kind: 'halt' | 'resume') => {
    await runStoring(store, sayHalt(version, { owner: 'somebody', atMs: clock.now() }, { kind, by: 'li.wei', because: 'it crashes' }));
  };
  return {
    ...{ simulator, store, policy },
    run: (mode = 'apply', options = {}) =>
      run({ automation: approveOtaWindows, client, target, policy, store, clock, mode, world: 'a test', ...options }),
    until: (at) => simulator.advanceTo(shanghai(at)),
    offer: (id, version) => offerUpdate(group(id), version),
    byHand: (id, start) => void approve(group(id), shanghai(start)),
    halt: (version) => say(version, 'halt'),
    resume: (version) => say(version, 'resume'),
    updates: (id) =>
      (account?.otaTasks.get(id) ?? []).map(({ version, status, startMs }) => {
        const start = new Date(startMs + 8 * hourMs).toISOString().slice(0, 16).replace('T', ' ');
        return `${version} ${status} ${start}`;
      }),
    close: () => simulator.close(),
  };
}

/** Code of the first reason and verdict of each act and hold, by id: `c hold sessions`. */
export function verdicts({ decisions }: RunReport): readonly string[] {
  return decisions.map(({ resource, verdict, because }) => `${resource.id} ${verdict} ${because[0]?.code}`).sort();
}

/** How many calls of each operation the service has seen, those of the group list apart. */
export function callsBeyondPages({ simulator }: OtaFixture): Readonly<Record<string, number>> {
  const counts = Object.entries(simulator.ledger.counts()).map(([action, { received }]) => [action, received] as const);
  return Object.fromEntries(counts.filter(([action]) => action !== 'ListAppInstanceGroup' && action !== '*'));
}
