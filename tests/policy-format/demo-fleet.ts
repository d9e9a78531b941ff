import { readFileSync } from 'node:fs';
import { ruleModules } from '../../cli/registry.ts';
import { compilePolicy } from '../../cli/run/policy.ts';
import { type InProcessWorld, openInProcess } from '../../cli/world/in-process.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Runner } from '../../shared/engine/runner.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { memoryStore } from '../journal/memory-store.ts';

const example = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');

/** The example of the project, as its text. */
export const examplePolicy = example;

/** The example with other rules, in which every function acts. */
export function policyOf(rules: string): string {
  const head = example.slice(0, example.indexOf('\nrules:'));
  return `${head.replace(/\nmode:[^\n]*\n(?: {2}[^\n]*\n)*/, '\nmode: {default: act}\n')}\nrules:\n${rules}`;
}

/** Compiles a policy as `push` does, for the functions to read. Throws where it has errors. */
export function compiledAt(text: string, nowMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compilePolicy(document, nowMs);
}

/** What came of a run. */
interface Ran {
  readonly report: RunReport;
  /** Calls that changed something at the service. */
  readonly writes: readonly string[];
  /** Titles and texts of the messages to those who hear of failures. */
  readonly told: readonly string[];
}

/** The simulated company that the example is for, in whose time functions run. */
export interface DemoFleet {
  readonly world: InProcessWorld;
  /** Runs a function on a target with a journal of its own. */
  run(runner: Runner, policy: CompiledPolicy, target: string, mode: 'plan' | 'apply'): Promise<Ran>;
}

/** Starts the simulated company at an instant by the clock of Shanghai, such as `2026-11-25T21:40`. */
export async function demoFleet(at: string): Promise<DemoFleet> {
  const world = await openInProcess({});
  world.simulator.advance(Date.parse(`${at}:00+08:00`) - world.clock.now());
  return {
    world,
    async run(runner, policy, name, mode) {
      const told: string[] = [];
      const channel = {
        kind: 'test',
        send: async ({ title, text }: Message) => {
          told.push(`${title}\n${text}`);
          return { delivered: true } as const;
        },
      };
      const target = policy.targets[name] as CompiledTarget;
      const before = world.simulator.ledger.records.length;
      const report = await runner.run({
        ...{ client: world.clientFor(target), target, policy, clock: world.clock, mode, world: 'a test', allowLocalStore: true },
        store: memoryStore(),
        notifier: notifierOf(new Map((policy.tell['failed'] ?? []).map((each) => [each, channel]))),
      });
      const calls = world.simulator.ledger.records.slice(before);
      const writes = calls.flatMap(({ action, executed }) =>
        executed && !/^(List|Get|PageList|Describe|AssumeRole)/.test(action) ? [action] : [],
      );
      return { report, writes, told };
    },
  };
}

/** A policy in which the rules of one function are others. */
export function withRules(policy: CompiledPolicy, name: FunctionName, rules: unknown): CompiledPolicy {
  return { ...policy, rules: { ...policy.rules, [name]: rules as readonly unknown[] } };
}
