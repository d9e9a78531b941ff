import { readFileSync } from 'node:fs';
import { ruleModules } from '../../cli/registry.ts';
import { runners } from '../../cli/runners.ts';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { createAppInstanceGroup } from '../../shared/client/operations/create-app-instance-group.ts';
import { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import { targetClient } from '../../shared/fc/clients.ts';
import type { InvocationSummary } from '../../shared/fc/handle.ts';
import { summaryOf, type TargetSummary } from '../../shared/fc/log.ts';
import { storeOf } from '../../shared/fc/store.ts';
import { slotMs } from '../../shared/journal/log/event-queue.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import type { Decision } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { stable } from '../fixtures/json.ts';
import { dayMs, minuteMs } from '../fixtures/times.ts';

const beijingMs = 8 * 60 * minuteMs;

/** A function and when it runs: at a time of UTC+8, on days of the week counted from Monday. */
type Timer = readonly [function: string, time: string, days: string];

/** About the steps, windows and ends of day of the example policy. */
const timers: readonly Timer[] = [
  ['scale-on-schedule', '09:00', '1357'],
  ['scale-on-schedule', '20:50', '135'],
  ['power-workstations', '09:30', '36'],
  ['power-workstations', '23:30', '5'],
  ['renew-before-expiry', '10:00', '135'],
  ['tag-new-resources', '10:50', '37'],
  ['approve-ota-windows', '01:40', '67'],
  ['approve-ota-windows', '12:10', '135'],
  ['approve-ota-windows', '21:10', '1'],
  ['log-off-sessions', '21:35', '135'],
  ['enforce-policy', '06:20', '5'],
  ['digest', '09:02', '4'],
];

/** The functions that run in the week. */
export const functionsOfWeek: readonly string[] = [...new Set(timers.map(([name]) => name))].sort();

/** One run of the week: of a function, at an instant. */
export interface Step {
  readonly name: string;
  readonly atMs: number;
  /** What people do right before. */
  readonly before?: (simulator: Simulator) => Promise<void>;
  /** Begun by the events of what people did; else by a timer. */
  readonly onEvents?: true;
}

/** What somebody does with the first account's key on the second day: makes a group without tags, and takes a tag off another. */
async function byHand(simulator: Simulator): Promise<void> {
  const { accessKeyId, accessKeySecret } = firstKey(simulator);
  const clock = worldClock(simulator);
  const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
  const person = createClient({ endpoint: simulator.url, credentials, clock, userAgent: 'AlibabaCloud (console)' });
  await person.call(createAppInstanceGroup, {
    ...{ BizRegionId: 'cn-hangzhou', ProductType: 'CloudApp', AppInstanceGroupName: 'fin-new', AppCenterImageId: 'img-office2026q3' },
    ...{
      ChargeType: 'PostPaid',
      ChargeResourceMode: 'Node',
      Period: 1,
      PeriodUnit: 'Month',
      SessionTimeout: 15,
      Network: { StrategyType: 'Shared' },
    },
    NodePool: { NodeInstanceType: 'appstreaming.general.4c8g', NodeCapacity: 2, NodeAmount: 1, StrategyType: 'NODE_FIXED' },
  });
  await person.call(untagCloudResources, {
    ResourceType: 'AppInstanceGroupId',
    ResourceIds: [groupNamed(simulator, 'fin-budget').id],
    TagKeys: ['department'],
  });
}

/** Somebody of sales stays late, whom nothing protects. */
async function stayLate(simulator: Simulator): Promise<void> {
  const group = groupNamed(simulator, 'sales-crm');
  group.users.add('late-owl');
  group.connect('late-owl', simulator.world.clock.nowMs);
}

function groupNamed(simulator: Simulator, name: string) {
  const group = simulator.world.accounts.get(firstKey(simulator).accountId)?.groupList.find((each) => each.name === name);
  if (!group) throw new Error(`the demo has no group ${name}`);
  return group;
}

/** The steps of a week from an instant on, in order. */
export function stepsOfWeek(startMs: number, days = 7): readonly Step[] {
  const midnight = Math.floor((startMs + beijingMs) / dayMs) * dayMs - beijingMs;
  const steps: Step[] = [];
  for (let day = 0; day <= days; day += 1) {
    const dayOfWeek = new Date(midnight + day * dayMs + beijingMs).getUTCDay() || 7;
    for (const [name, time, on] of timers) {
      const atMs = midnight + day * dayMs + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * minuteMs;
      if (on.includes(String(dayOfWeek)) && atMs >= startMs && atMs < startMs + days * dayMs) {
        steps.push({ name, atMs, ...(time === '20:50' ? { before: stayLate } : {}) });
      }
    }
  }
  const eventsMs = midnight + dayMs + 14 * 60 * minuteMs;
  if (eventsMs < startMs + days * dayMs) {
    steps.push({ name: 'tag-new-resources', atMs: eventsMs, before: byHand, onEvents: true });
    steps.push({ name: 'enforce-policy', atMs: eventsMs + minuteMs });
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** The demo's account, standing still until it is moved. */
export async function demoWorld(): Promise<Simulator> {
  const { world } = await demoScenario();
  return await startSimulator({ world: buildWorld(world), gatewayClock: 'virtual' });
}

/** The example policy from an instant on. */
export function examplePolicy(fromMs: number): CompiledPolicy {
  const text = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');
  const { document, problems } = loadPolicy(text, 'policy.example.yaml', ruleModules);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compile(document, fromMs, undefined, ruleModules);
}

/** The published key of the first account, whose identity takes on the roles of the targets. */
export function firstKey(simulator: Simulator): ReturnType<typeof publishedKey> {
  const [first] = simulator.accounts;
  if (!first) throw new Error('the demo has no account');
  return publishedKey(first.accountId);
}

/** What a run decided about a resource: `id verdict codes`, and the intent and the input of what it would do. */
type Decided = string;

/** What became of a run on a target. */
export interface Played {
  /** The step and the target. */
  readonly step: string;
  /** It was begun by events rather than by a timer. */
  readonly onEvents: boolean;
  readonly summary: Omit<TargetSummary, 'record'>;
  /** Undefined where the run left no record to read it from. */
  readonly decided: readonly Decided[] | undefined;
}

const decidedBy = (decisions: readonly Decision[]): readonly Decided[] =>
  decisions.map(({ resource, verdict, because, ...rest }) => {
    const action = 'action' in rest && rest.action ? `${rest.action.key} ${rest.action.operation} ${stable(rest.action.input)}` : '';
    return `${resource.id} ${verdict} ${because.map(({ code }) => code).join(',')} ${action}`;
  });

const named = ({ name, atMs }: Step, target: string): string =>
  `${new Date(atMs + beijingMs).toISOString().slice(0, 16)} ${name} ${target}`;

/** How a function is called on the machine: the event, and the present. Gives its answer. */
type Call = (name: string, event: unknown, nowMs: number) => Promise<InvocationSummary>;

/** The week by invocations of built functions. */
export async function playBundles(simulator: Simulator, steps: readonly Step[], call: Call): Promise<readonly Played[]> {
  const store = journalOf(simulator, examplePolicy(simulator.world.clock.nowMs));
  const played: Played[] = [];
  for (const step of steps) {
    simulator.advanceTo(step.atMs);
    const before = simulator.events.length;
    await step.before?.(simulator);
    const timer = { triggerTime: new Date(step.atMs).toISOString(), triggerName: 'week', payload: '{}' };
    const events = step.onEvents ? simulator.events.slice(before) : [timer];
    for (const [index, event] of events.entries()) {
      // An instance stands at one invocation at a time here. An event after the first comes when the turn of the one before is over: one of the same slot
      // would be left to a turn that has ended.
      for (const { record, ...summary } of (await call(step.name, event, step.atMs + index * 3 * slotMs)).targets) {
        const run = record === undefined ? undefined : await recorded(store, record);
        played.push({ step: named(step, summary.target), summary, decided: run, onEvents: step.onEvents === true });
      }
    }
  }
  return played;
}

async function recorded(store: Store, key: string): Promise<readonly Decided[]> {
  const bytes = await store.read(key);
  if (!bytes) throw new Error(`the record ${key} is not there`);
  const { body } = JSON.parse(Buffer.from(bytes).toString()) as { body: { decisions: readonly Decision[] } };
  return decidedBy(body.decisions);
}

/** The journal of the policy, in the simulator's own OSS. */
export function journalOf(simulator: Simulator, { store = '' }: CompiledPolicy): Store {
  const { accessKeyId, accessKeySecret } = firstKey(simulator);
  const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
  const clock = worldClock(simulator);
  return storeOf(store, { credentials, clock, environment: {}, simulator: simulator.url });
}

/** The same week by the runs that the command line makes. */
export async function playCommand(simulator: Simulator, steps: readonly Step[]): Promise<readonly Played[]> {
  const policy = examplePolicy(simulator.world.clock.nowMs);
  const store = journalOf(simulator, policy);
  const { accessKeyId, accessKeySecret } = firstKey(simulator);
  const identity = explicitCredentials({ accessKeyId, accessKeySecret });
  const clock = worldClock(simulator);
  const clients = new Map(
    Object.values(policy.targets).map((target) => [target, targetClient(target, { identity, clock, simulator: simulator.url })]),
  );
  const all = [...runners, digestRunner(digest)];
  const played: Played[] = [];
  for (const step of steps) {
    simulator.advanceTo(step.atMs);
    await step.before?.(simulator);
    const runner = all.find(({ name }) => name === step.name);
    if (!runner) throw new Error(`there is no runner of ${step.name}`);
    for (const [target, client] of clients) {
      const options = { client, target, policy, store, clock, mode: 'apply', world: 'a week', notifier: notifierOf(new Map()) } as const;
      const report = await runner.run({ ...options, allowLocalStore: true });
      const { record: _, ...summary } = summaryOf(report);
      played.push({ step: named(step, target.name), summary, decided: decidedBy(report.decisions), onEvents: step.onEvents === true });
    }
  }
  return played;
}
