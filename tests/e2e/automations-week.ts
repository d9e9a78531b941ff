import { readFileSync } from 'node:fs';
import { ruleModule as otaModule } from '../../functions/approve-ota-windows/rule.ts';
import { ruleModule as enforceModule } from '../../functions/enforce-policy/rule.ts';
import { ruleModule as logOffModule } from '../../functions/log-off-sessions/rule.ts';
import { ruleModule as powerModule } from '../../functions/power-workstations/rule.ts';
import { ruleModule as renewModule } from '../../functions/renew-before-expiry/rule.ts';
import { ruleModule as scaleModule } from '../../functions/scale-on-schedule/rule.ts';
import { ruleModule as tagModule } from '../../functions/tag-new-resources/rule.ts';
import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { holdIdentity, isWaiting, type RunReport } from '../../shared/engine/report.ts';
import type { RunnerOptions } from '../../shared/engine/runner.ts';
import { takeEvents } from '../../shared/fc/event-turns.ts';
import { eventTriggers } from '../../shared/fc/work.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import type { Decision } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { Fault } from '../../simulator/faults.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import type { Handler } from '../../simulator/handler.ts';
import { handlers as tagHandlers } from '../../simulator/operations/tags.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { WorldSeed } from '../../simulator/world/seed.ts';
import { Bill } from '../chaos/bill.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';
import { type Cadence, type Hearer, hearersOf, instants, type Timer, timersAt } from './week-timers.ts';

const beijingMs = 8 * hourMs;

const modules = [scaleModule, renewModule, otaModule, logOffModule, tagModule, enforceModule, powerModule];

/** A process that ends while it writes: the n-th record of a run under a prefix, the first time at or after an instant. */
export interface Restart {
  readonly prefix: string;
  readonly nth: number;
  readonly fromMs: number;
}

/** What somebody does by hand, at the first instant at or after a time. */
export interface HandMove {
  readonly atMs: number;
  readonly move: (simulator: Simulator) => void | Promise<void>;
}

/** What a play is given. */
export interface Play {
  /** From the first instant on; parts of a day are welcome. */
  readonly days: number;
  /** What users do follows from it. Default: the demo's own. */
  readonly seed?: number;
  /** Default `sparse`. */
  readonly cadence?: Cadence;
  /** Lets events of the audit trail begin runs too, as deployed. Default false. */
  readonly hearsEvents?: boolean;
  /** Hears each decision, kept ones too: of which function, when, and what. */
  readonly onDecision?: (name: string, atMs: number, decision: Decision) => void;
  /** Hears of each switch that the world looks at, and which function was running then, if any. */
  readonly onLookedAt?: (name: string, running: string | undefined) => void;
  /** Switches of the simulator that differ from their defaults. */
  readonly assumptions?: WorldSeed['assumptions'];
  readonly faults: readonly Fault[];
  readonly restarts: readonly Restart[];
  readonly people: readonly HandMove[];
  /** Looks at the world at each instant at which something runs, before it does. */
  readonly inspect?: (simulator: Simulator, nowMs: number) => void;
}

/** A tag that a call would have set although there was one of that key. */
interface Overwritten {
  readonly resource: string;
  readonly key: string;
}

/** What a play left behind. */
export interface Played {
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  readonly policy: CompiledPolicy;
  readonly reports: readonly RunReport[];
  readonly messages: readonly (Message & { readonly channel: string })[];
  /** How often a process ended. */
  readonly ended: number;
  readonly overwritten: readonly Overwritten[];
  /** Orders as the service executed them. */
  readonly bill: Bill;
  /** Holds that were told again though they stood or had hardly ended, or began untold. */
  readonly mistold: readonly string[];
  /** Changes that each function still wants at the end, right after its last run or not. */
  readonly unsettled: Readonly<Record<string, number>>;
  /** The journal's records at each midnight of UTC+8 and at the end, without what is random. */
  readonly journals: readonly (readonly string[])[];
}

/** The demo's accounts, with so many more workstations that those of the studio are a small part of the fleet. */
async function seedOfWeek(seed: number | undefined, assumptions: WorldSeed['assumptions']): Promise<WorldSeed> {
  const { world } = await demoScenario();
  const more = Array.from({ length: 6 }, (_, index) => ({
    ...{ name: `review-${index}`, region: 'cn-hangzhou', charge: 'PostPaid' as const, officeSite: 'cn-hangzhou+dir-990001' },
  }));
  return {
    ...world,
    ...(seed === undefined ? {} : { seed }),
    ...(assumptions === undefined ? {} : { assumptions }),
    accounts: world.accounts.map((account) =>
      account.workstations ? { ...account, workstations: [...account.workstations, ...more] } : account,
    ),
  };
}

/** Plays the example policy on the demo's accounts over HTTP. The caller closes the simulator. */
export async function playWeek(play: Play): Promise<Played> {
  const { days, seed, cadence = 'sparse', assumptions, faults, restarts, people, inspect, onLookedAt } = play;
  let running: string | undefined;
  const overwritten: Overwritten[] = [];
  const bill = new Bill(() => undefined);
  const simulator: Simulator = await startSimulator({
    world: buildWorld(await seedOfWeek(seed, assumptions), onLookedAt && ((name) => onLookedAt(name, running))),
    gatewayClock: 'virtual',
    faults,
    handlers: { TagCloudResources: noting(overwritten), ...bill.handlers(() => simulator.ledger) },
  });
  const startMs = simulator.world.clock.nowMs;
  // Whoever waits in this world moves its time on.
  const clock = passingClock(simulator);
  const policy = examplePolicy(startMs);
  const store = memoryStore();
  const messages: (Message & { channel: string })[] = [];
  const reports: RunReport[] = [];
  const mistold: string[] = [];
  const holds = new Map<string, HoldsSeen>();
  const journals: (readonly string[])[] = [];
  let ended = 0;

  let written = new Map<string, number>();
  const open = [...restarts];
  store.beforeCreate = (key) => {
    const place = open.findIndex(({ prefix, fromMs }) => key.startsWith(prefix) && fromMs <= clock.now());
    const restart = open[place];
    if (!restart) return;
    const count = (written.get(restart.prefix) ?? 0) + 1;
    written.set(restart.prefix, count);
    if (count < restart.nth) return;
    open.splice(place, 1);
    throw new TypeError('the process ends here');
  };

  let process = newProcess(cadence, policy, simulator, clock, messages);
  const moves = [...people].sort((a, b) => a.atMs - b.atMs);
  const due = instants(process.timers, startMs, startMs + days * dayMs);
  /** Runs a function on a target; an error of the store is the end of the process. */
  const attempt = async (name: string, target: CompiledTarget, one: (options: RunnerOptions) => Promise<unknown>): Promise<void> => {
    written = new Map();
    running = name;
    try {
      await one({
        ...{ target, policy, store, clock, mode: 'apply', world: 'a week', allowLocalStore: true },
        client: process.clients.get(target.name) as Client,
        notifier: process.notifier,
        ...(play.onDecision ? { onDecision: (_resource, decision) => play.onDecision?.(name, clock.now(), decision) } : {}),
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      ended += 1;
      process = newProcess(cadence, policy, simulator, clock, messages);
    } finally {
      running = undefined;
    }
  };
  const targets = Object.values(policy.targets);
  let heard = 0;
  /** Lets the events since the last time begin runs, one after the other as they came; those that these runs cause, too. */
  const hear = async (): Promise<void> => {
    for (let event = simulator.events[heard]; play.hearsEvents && event; event = simulator.events[heard]) {
      heard += 1;
      const text = JSON.stringify(event);
      for (const name of process.hearers.map(({ runner }) => runner.name)) {
        const { runner, subscription } = process.hearers.find((each) => each.runner.name === name) as Hearer;
        const byTarget = eventTriggers(text, { operations: subscription, policy, targets, environment: {} })?.byTarget;
        for (const [target, triggerEvents] of byTarget ?? []) {
          await attempt(name, target, (options) =>
            takeEvents({
              ...{ triggerEvents, clock, signal: undefined, endMs: undefined },
              run: (some) => runner.run({ ...options, triggerEvents: some }),
              onReport: (report) => void reports.push(report),
            }),
          );
        }
      }
    }
  };
  for (const [atMs, names] of due) {
    if (Math.floor((atMs + beijingMs) / dayMs) > Math.floor((clock.now() + beijingMs) / dayMs)) journals.push(canonical(store, simulator));
    simulator.advanceTo(Math.max(atMs, clock.now()));
    while (moves[0] && moves[0].atMs <= atMs) await moves.shift()?.move(simulator);
    inspect?.(simulator, atMs);
    await hear();
    for (const name of names) {
      for (const target of targets) {
        await attempt(name, target, async (options) => {
          const report = await (process.timers.find(({ runner }) => runner.name === name) as Timer).runner.run(options);
          reports.push(report);
          mistold.push(...mistoldBy(report, holds));
        });
      }
    }
  }
  journals.push(canonical(store, simulator));
  const unsettled = await wishes(process, { policy, store, clock });
  return { simulator, store, policy, reports, messages, ended, overwritten, bill, mistold, journals, unsettled };
}

/** What each function would change now. */
async function wishes(
  { clients, notifier, timers: all }: ReturnType<typeof newProcess>,
  world: Pick<RunnerOptions, 'policy' | 'store' | 'clock'>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const runner of new Map(all.map((timer) => [timer.runner.name, timer.runner])).values()) {
    for (const target of Object.values(world.policy.targets)) {
      const client = clients.get(target.name) as Client;
      const report = await runner.run({ ...world, target, client, notifier, mode: 'plan', world: 'a week', allowLocalStore: true });
      counts[runner.name] = (counts[runner.name] ?? 0) + report.counts.act;
    }
  }
  return counts;
}

function examplePolicy(fromMs: number): CompiledPolicy {
  const text = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');
  const { document, problems } = loadPolicy(text, 'policy.example.yaml', modules);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compile(document, fromMs, undefined, modules);
}

/** All that does not outlive a process: what functions keep in memory, connections, channels. */
function newProcess(
  cadence: Cadence,
  policy: CompiledPolicy,
  simulator: Simulator,
  clock: RunnerOptions['clock'],
  messages: (Message & { channel: string })[],
) {
  const clients = new Map(
    Object.values(policy.targets).map(({ name, account }) => {
      const { accessKeyId, accessKeySecret } = publishedKey(account);
      const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
      return [name, createClient({ endpoint: simulator.url, credentials, clock, random: () => 0.5 })] as const;
    }),
  );
  const channel = (name: string) => ({
    kind: 'test',
    async send(message: Message) {
      messages.push({ ...message, channel: name });
      return { delivered: true as const };
    },
  });
  const notifier = notifierOf(new Map(Object.keys(policy.channels).map((name) => [name, channel(name)])), channel('console'));
  return { clients, notifier, timers: timersAt(cadence), hearers: hearersOf() };
}

/** Identities of the holds of a function on a target: those that stand, and when others ended. */
interface HoldsSeen {
  readonly standing: ReadonlySet<string>;
  readonly ended: ReadonlyMap<string, number>;
}

/**
 * Compares the holds that a run told with those that began: that neither stood after the run before of the same function on the same target nor
 * ended within a day, since causes that take turns are no news. What merely waits for its time is never told, and a resource once for each cause.
 */
function mistoldBy(report: RunReport, holds: Map<string, HoldsSeen>): readonly string[] {
  // What was not read, or not written down, is not compared.
  if (!report.totals.complete || report.errors.length > 0) return [];
  const place = `${report.function} ${report.target}`;
  const atMs = Date.parse(report.at);
  const now = report.decisions.filter(({ verdict }) => verdict === 'hold');
  const standing = new Set(now.map(holdIdentity));
  const before = holds.get(place) ?? { standing: new Set(), ended: new Map() };
  const isKnown = (identity: string) => before.standing.has(identity) || atMs - (before.ended.get(identity) ?? -Infinity) < dayMs;
  const fresh = new Map(
    now.filter((hold) => !isWaiting(hold) && !isKnown(holdIdentity(hold))).map((hold) => [holdIdentity(hold), hold.resource.id]),
  );
  const ended = new Map(before.ended);
  for (const identity of before.standing) if (!standing.has(identity)) ended.set(identity, atMs);
  holds.set(place, { standing, ended });
  const told = [...report.newHolds].sort();
  return JSON.stringify(told) === JSON.stringify([...fresh.values()].sort())
    ? []
    : [`${report.at} ${place}: told ${told}, fresh ${[...fresh.values()]}`];
}

/** The call that tags, noting each key that a resource had before. */
function noting(overwritten: Overwritten[]): Handler {
  return (input, context) => {
    for (const id of (input.ResourceIds ?? []) as readonly string[]) {
      const tags = context.account.groups.get(id)?.tags;
      for (const { Key } of (input.Tags ?? []) as readonly { readonly Key: string }[]) {
        if (tags?.has(Key)) overwritten.push({ resource: id, key: Key });
      }
    }
    return (tagHandlers['TagCloudResources'] as Handler)(input, context);
  };
}

/** The journal in the order in which it was written; random tokens are numbered, and hashes of records, which follow from them, left out. */
function canonical(store: MemoryStore, simulator: Simulator): readonly string[] {
  const tokens = new Map<string, string>();
  const number = (token: string): string => {
    const known = tokens.get(token) ?? `token-${tokens.size + 1}`;
    tokens.set(token, known);
    return known;
  };
  return [...store.records].map(([key, bytes]) =>
    `${key} ${Buffer.from(bytes).toString()}`
      .replaceAll(`${simulator.host}:${simulator.port}`, 'simulator')
      .replaceAll(/"(prev|answer|link|hash)":"[0-9a-f]{64}"/g, '"$1":"…"')
      .replaceAll(/^covered\/.*/gs, (page) => page.replaceAll(/[0-9a-f]{64}/g, '…'))
      // A run's key ends in the first digits of its token.
      .replaceAll(/-[0-9a-f]{12}\b/g, '-…')
      .replaceAll(/\b[0-9a-f]{32}\b/g, number),
  );
}
