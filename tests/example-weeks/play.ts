import { readFileSync } from 'node:fs';
import { ruleModules } from '../../cli/registry.ts';
import { runners } from '../../cli/runners.ts';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { deployedRuns } from '../e2e/deployed-timers.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { demoFrom } from './demo.ts';

const slotMs = 300_000;

/** The source of the example policy. */
export const examplePolicy = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');

/** One way to keep the demo's accounts. */
export interface Way {
  /** Source of the policy. */
  readonly policy: string;
  /** `none`: as if the policy had no limits and no freezes. */
  readonly limits: 'shipped' | 'none';
  /** Takes the place of `scale-on-schedule`: called on every fifth minute. Default: the function scales. */
  readonly scale?: (simulator: Simulator, nowMs: number) => void;
  /** Whether a function runs when its timer starts it. Default: it does. */
  readonly runs?: (name: string, atMs: number) => boolean;
}

/** From the first instant until the last, in milliseconds. */
export type Span = readonly [fromMs: number, untilMs: number];

/** Who looks at a play while it goes on. */
export interface Watch {
  /** At every fifth minute, before anything runs then. */
  look(simulator: Simulator, nowMs: number): void;
  /** After each run. */
  ran?(report: RunReport, simulator: Simulator): void;
  told?(message: Message & { readonly channel: string }): void;
}

/** Plays the demo's accounts between two instants, with every function at its deployed times, over HTTP. */
export async function play({ policy: text, limits, scale, runs }: Way, [fromMs, untilMs]: Span, watch: Watch): Promise<void> {
  const simulator = await startSimulator({ world: buildWorld(demoFrom(fromMs)), gatewayClock: 'virtual' });
  try {
    const clock = passingClock(simulator);
    const policy = compiled(text, limits, clock.now());
    const store = memoryStore();
    const channel = (name: string) => ({
      kind: 'test',
      async send(message: Message) {
        watch.told?.({ ...message, channel: name });
        return { delivered: true as const };
      },
    });
    const notifier = notifierOf(new Map(Object.keys(policy.channels).map((name) => [name, channel(name)])), channel('console'));
    const clients = new Map(
      Object.values(policy.targets).map(({ name, account }) => {
        const { accessKeyId, accessKeySecret } = publishedKey(account);
        const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
        return [name, createClient({ endpoint: simulator.url, credentials, clock, random: () => 0.5 })] as const;
      }),
    );
    const all = new Map([...runners, digestRunner(digest)].map((runner) => [runner.name, runner]));
    let slot = Math.ceil(clock.now() / slotMs) * slotMs;
    const lookUntil = (atMs: number): void => {
      for (; slot <= atMs; slot += slotMs) {
        if (slot > clock.now()) simulator.advanceTo(slot);
        scale?.(simulator, slot);
        watch.look(simulator, slot);
      }
    };
    for (const { atMs, functions } of deployedRuns(clock.now(), untilMs)) {
      lookUntil(atMs);
      if (atMs > clock.now()) simulator.advanceTo(atMs);
      for (const name of functions) {
        if ((scale && name === 'scale-on-schedule') || runs?.(name, atMs) === false) continue;
        const runner = all.get(name);
        if (!runner) throw new Error(`s.yaml starts ${name}, which is no function here`);
        for (const target of Object.values(policy.targets)) {
          const client = clients.get(target.name);
          if (!client) throw new Error(`there is no client for ${target.name}`);
          const options = { target, policy, store, clock, client, notifier, mode: 'apply', world: 'example weeks' } as const;
          watch.ran?.(await runner.run({ ...options, allowLocalStore: true }), simulator);
        }
      }
    }
    lookUntil(untilMs);
  } finally {
    await simulator.close();
  }
}

function compiled(text: string, limits: Way['limits'], nowMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.example.yaml', ruleModules);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  const policy = compile(document, nowMs, undefined, ruleModules);
  const { spendPerMonth = [] } = policy.limits;
  return limits === 'shipped' ? policy : { ...policy, freezes: [], limits: { spendPerMonth, nodesAddedPer24h: Number.MAX_SAFE_INTEGER } };
}
