import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { Automation, TriggerEvent } from '../../shared/engine/automation.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { run } from '../../shared/engine/run.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import type { Decision } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { AnyRuleModule } from '../../shared/policy/rule-module.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { AccountSeed, WorldSeed } from '../../simulator/world/seed.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';

/** The account of the target `home`. */
export const accountId = '1000000000000001';

/** Noon of a Tuesday in Shanghai: when these worlds begin. */
export const start = '2026-11-24T12:00:00+08:00';

/** A policy whose one target is `home`, from the rules of functions and the sections that differ. */
export function policyText(rules: Readonly<Record<string, readonly string[]>>, { mode = 'act', sections = 'limits: {}' } = {}): string {
  const lists = Object.entries(rules).map(([name, list]) => `  ${name}:\n${list.map((rule) => `    - ${rule}`).join('\n')}`);
  return `version: 1
timezone: Asia/Shanghai
mode: {default: ${mode}}
targets: {home: {account: "${accountId}", endpoint: cn-shanghai, regions: [cn-hangzhou]}}
schedules: {office: {everyday: {08:00-20:00: 2 nodes}}}
${sections}
rules:
${lists.join('\n')}
`;
}

/** Compiles a policy. Throws where it has errors. */
export function compiledPolicy(text: string, modules: readonly AnyRuleModule[], fromMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.yaml', modules);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compile(document, fromMs, 400, modules);
}

/** A function at work on one simulated account, over HTTP, in the time of the simulated world. */
export interface LiveFunction {
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  /** What the last run decided: `id verdict code, code …` of every resource, in order of the ids. */
  readonly decided: readonly string[];
  run(mode?: 'plan' | 'apply', triggerEvents?: readonly TriggerEvent[]): Promise<RunReport>;
  /** Somebody else with the account's key: not this program, as the audit trail tells. */
  readonly person: Client;
  /** The calls that changed something since the world began, persons' included. */
  writes(): readonly { readonly action: string; readonly input: Readonly<Record<string, unknown>> }[];
  /** The same function on the same account, under another policy from now on. */
  under(text: string): Promise<LiveFunction>;
  close(): Promise<void>;
}

/** Puts a function to work on a simulated account. */
export async function liveFunction<R extends Resource>(
  automation: Automation<R>,
  modules: readonly AnyRuleModule[],
  account: Omit<AccountSeed, 'id'>,
  text: string,
  more: Pick<SimulatorOptions, 'handlers' | 'faults'> &
    Partial<Pick<WorldSeed, 'assumptions' | 'start'>> & { readonly store?: MemoryStore } = {},
): Promise<LiveFunction> {
  const { store = memoryStore(), assumptions = {}, start: begins = start, ...options } = more;
  const world = buildWorld({ start: begins, assumptions, accounts: [{ id: accountId, ...account }] });
  const simulator = await startSimulator({ world, gatewayClock: 'virtual', ...options });
  const clock = passingClock(simulator);
  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
  const client = createClient({ endpoint: simulator.url, credentials, clock });
  const person = createClient({ endpoint: simulator.url, credentials, clock, userAgent: 'AlibabaCloud (test)' });
  return livingUnder(text);

  function livingUnder(policyText: string): LiveFunction {
    const policy = compiledPolicy(policyText, modules, clock.now());
    let decided: string[] = [];
    return {
      simulator,
      store,
      person,
      get decided() {
        return decided;
      },
      async run(mode = 'apply', triggerEvents) {
        decided = [];
        const onDecision = (_: unknown, { resource, verdict, because }: Decision) =>
          void decided.push(`${resource.id} ${verdict} ${because.map(({ code }) => code).join(', ')}`);
        const target = policy.targets['home'];
        if (!target) throw new Error('the policy has no target home');
        const report = await run<R>({ automation, client, target, policy, store, clock, mode, world: 'a test', onDecision, triggerEvents });
        decided.sort();
        return report;
      },
      writes: () =>
        simulator.ledger.records
          .filter(({ action, executed }) => executed && !/^(List|Get|PageList|Describe)/.test(action))
          .map(({ action, input }) => ({ action, input: input ?? {} })),
      under: async (other) => livingUnder(other),
      close: () => simulator.close(),
    };
  }
}
