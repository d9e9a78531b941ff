import { digest } from '../../../functions/digest/digesting.ts';
import { ruleModule as digestRules } from '../../../functions/digest/rule.ts';
import { digestRunner } from '../../../functions/digest/run-digest.ts';
import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import { ruleModule as renewRules } from '../../../functions/renew-before-expiry/rule.ts';
import { renewalRunner } from '../../../functions/renew-before-expiry/run/run-renewals.ts';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleRules } from '../../../functions/scale-on-schedule/rule.ts';
import { createClient } from '../../../shared/client/call.ts';
import type { Client } from '../../../shared/client/client.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { automationRunner, type Runner, type RunnerOptions } from '../../../shared/engine/runner.ts';
import type { Message } from '../../../shared/notify/message.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { AccountSeed } from '../../../simulator/world/seed.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { type Arrived, recordingNotifier } from '../../fixtures/recording-notifier.ts';
import { type MemoryStore, memoryStore } from '../../journal/memory-store.ts';

/** Accounts of the targets `home` and `away`. */
export const accounts = { home: '1000000000000001', away: '1000000000000002' } as const;

/** A Tuesday, half an hour before a digest at 09:00. */
const start = '2026-11-24T08:30:00+08:00';

const all = 'done, held, orders, expiring-30d, not-covered, drift, exceptions-ending, silent, "spend-by-tag:department", saved, heads';

/** A policy with a digest at 09:00 on each day, from the rules of the other functions and the sections that differ. */
export function digestPolicy(rules: { readonly scale?: string; readonly renew?: string; readonly digest?: string }, sections = ''): string {
  const list = (name: string, text: string | undefined) => (text === undefined ? '' : `  ${name}:\n    - ${text}\n`);
  return `version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: [scale-on-schedule, renew-before-expiry]}
targets:
  home: {account: "${accounts.home}", endpoint: cn-shanghai}
  away: {account: "${accounts.away}", endpoint: cn-shanghai}
schedules: {always: {everyday: {00:00-24:00: 2 nodes}}, office: {everyday: {08:00-20:00: 100%}}}
channels: {ops: {kind: console}, oncall: {kind: console}}
tell: {silent: oncall}
limits: {spendPerMonth: [100000 CNY]}
${sections}
rules:
${list('scale-on-schedule', rules.scale)}${list('renew-before-expiry', rules.renew)}${list(
  'digest',
  rules.digest ?? `{name: daily, targets: [home], to: ops, days: everyday, at: "09:00", show: [${all}]}`,
)}`;
}

export interface DigestFixture {
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  readonly policy: CompiledPolicy;
  readonly messages: Arrived[];
  /** Channels that deliver nothing. */
  readonly broken: Set<string>;
  /** The clients of the targets: a person acts through them too. */
  readonly clients: ReadonlyMap<string, Client>;
  run(name: 'scale' | 'renew' | 'digest', target?: keyof typeof accounts, more?: Partial<RunnerOptions>): Promise<RunReport>;
  /** The digests that arrived, oldest first. */
  digests(): readonly Message[];
  close(): Promise<void>;
}

/** Functions at work on two simulated accounts, over HTTP, in the time of the simulated world, with a digest that tells of them. */
export async function digestFixture(
  home: Omit<AccountSeed, 'id'>,
  text: string,
  more: { readonly away?: Omit<AccountSeed, 'id'>; readonly store?: MemoryStore } = {},
): Promise<DigestFixture> {
  const { away = {}, store = memoryStore() } = more;
  const world = buildWorld({
    start,
    accounts: [
      { id: accounts.home, ...home },
      { id: accounts.away, ...away },
    ],
  });
  const simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  const clock = passingClock(simulator);
  const modules = [scaleRules, renewRules, digestRules];
  const { document, problems } = loadPolicy(text, 'policy.yaml', modules);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  const policy = compile(document, clock.now(), 100, modules);
  const { notifier, messages, broken } = recordingNotifier(['ops', 'oncall']);
  const runners: Readonly<Record<string, Runner>> = {
    scale: automationRunner(scaleOnSchedule),
    renew: renewalRunner(renewBeforeExpiry),
    digest: digestRunner(digest),
  };
  const clients = new Map(
    Object.entries(accounts).map(([name, id]) => {
      const { accessKeyId, accessKeySecret } = publishedKey(id);
      return [name, createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock })];
    }),
  );
  return {
    ...{ simulator, store, policy, messages, broken, clients },
    run: (name, target = 'home', options = {}) =>
      (runners[name] as Runner).run({
        client: clients.get(target) as Client,
        target: policy.targets[target] as NonNullable<CompiledPolicy['targets'][string]>,
        ...{ policy, store, clock, mode: 'apply', world: 'a test', notifier, allowLocalStore: true, ...options },
      }),
    digests: () => messages.filter(({ id }) => id.startsWith('digests/')),
    close: () => simulator.close(),
  };
}

/** The part of a digest's text that begins with a title, without its first line. */
export function partOf(message: Message | undefined, title: string): readonly string[] {
  const block = message?.text.split('\n\n').find((each) => each.startsWith(title)) ?? '';
  return block.split('\n').slice(1);
}
