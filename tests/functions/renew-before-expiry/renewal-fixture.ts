import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import { ruleModule } from '../../../functions/renew-before-expiry/rule.ts';
import { renewalRunner } from '../../../functions/renew-before-expiry/run/run-renewals.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { Timers } from '../../../shared/client/transport.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import type { RunnerOptions } from '../../../shared/engine/runner.ts';
import { emptyStream } from '../../../shared/journal/log/stream.ts';
import { electorateOf } from '../../../shared/journal/people/answers.ts';
import {
  installationOf,
  linkProver,
  linksBelow,
  openToken,
  publicKeyOf,
  tokenField,
} from '../../../shared/journal/people/approval-link.ts';
import { type NewApproval, personVoice, readApprovals, recordApproval } from '../../../shared/journal/people/approvals.ts';
import { recordLinkAnswer } from '../../../shared/journal/people/link-approvals.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { userNamed } from '../../../shared/policy/approvers.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as priceHandlers } from '../../../simulator/operations/prices.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { WorldSeed } from '../../../simulator/world/seed.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { type Arrived, recordingNotifier } from '../../fixtures/recording-notifier.ts';
import { type MemoryStore, memoryStore } from '../../journal/memory-store.ts';

export const accountId = '1000000000000001';
/** The secret of the approval links of the fixture. */
export const linkSecret = 'a-key-of-the-tests-that-is-long-enough-1';

const head = `version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: [renew-before-expiry]}
targets: {home: {account: "${accountId}", endpoint: cn-shanghai}}
channels:
  money: {kind: webhook, url: "env:MONEY_URL"}
  oncall: {kind: webhook, url: "env:ONCALL_URL"}
tell: {done: none, held: money, money: money, failed: oncall}
approvers: {finance: [li.wei, tan.mei]}
`;

/** A policy from its rules and the sections that differ. */
export function policyText(rules: string, sections = 'limits: {spendPerMonth: [1000000 CNY, 10000 USD]}'): string {
  return `${head}${sections}\nrules:\n  renew-before-expiry:\n${rules
    .trim()
    .split('\n')
    .map((line) => `    ${line.trimEnd()}`)
    .join('\n')}\n`;
}

export function compiledPolicy(text: string, fromMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return compile(document, fromMs, 400, [ruleModule]);
}

export interface RenewalFixture<S extends Store = MemoryStore> {
  readonly simulator: Simulator;
  readonly store: S;
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly messages: Arrived[];
  /** Channels that deliver nothing. */
  readonly broken: Set<string>;
  run(mode?: 'plan' | 'apply', more?: Partial<RunnerOptions>): Promise<RunReport>;
  /** Somebody answers, having read all that was answered before. */
  say(said: Said): Promise<void>;
  close(): Promise<void>;
}

/** An answer as the tests give it. */
interface Said extends Partial<Omit<NewApproval, 'by'>> {
  readonly resource: string;
  readonly expiresAtMs: number;
  readonly highest: NewApproval['highest'];
  /** `li.wei`, or `li.wei@account`. Default: li.wei of the account. */
  readonly by?: string;
  /** Default: finance. */
  readonly circle?: string;
  /** `approvals-link`: by the link of a question at this price. Default: at the command line. */
  readonly source?: 'approvals' | 'approvals-link';
  /** True: the answers of others had not been read. Default: all had been. */
  readonly blind?: boolean;
  /** The policy that was in force when it was given. Default: that of the fixture. */
  readonly under?: CompiledPolicy;
}

/** The account of a fixture. */
type BenchSeed = Omit<WorldSeed, 'accounts'> & Omit<WorldSeed['accounts'][number], 'id'>;

/** How a fixture differs from the usual. */
type BenchOptions = Pick<SimulatorOptions, 'handlers' | 'billingHandlers' | 'faults' | 'accessKeys' | 'gatewayClock'> & {
  readonly timers?: Timers;
};

/** renew-before-expiry at work on a simulated account, over HTTP, in the time of the simulated world. */
export async function renewalFixture<S extends Store>(
  seed: BenchSeed,
  text: string,
  more: BenchOptions & { readonly store: S },
): Promise<RenewalFixture<S>>;
/** The same with its journal in memory. */
export async function renewalFixture(
  seed: BenchSeed,
  text: string,
  more?: BenchOptions & { readonly store?: MemoryStore },
): Promise<RenewalFixture>;
export async function renewalFixture(
  seed: BenchSeed,
  text: string,
  more: BenchOptions & { readonly store?: Store } = {},
): Promise<RenewalFixture<Store>> {
  const { groups, workstations, images, ...world } = seed;
  const account = {
    id: accountId,
    ...(groups ? { groups } : {}),
    ...(workstations ? { workstations } : {}),
    ...(images ? { images } : {}),
  };
  const { store = memoryStore(), timers, ...simulated } = more;
  const simulator = await startSimulator({ world: buildWorld({ ...world, accounts: [account] }), gatewayClock: 'virtual', ...simulated });
  // Whoever waits in this world moves its time on.
  const clock = passingClock(simulator);
  const policy = compiledPolicy(text, clock.now());
  const target = policy.targets['home'] as CompiledTarget;
  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const client = createClient({
    endpoint: simulator.url,
    credentials: explicitCredentials({ accessKeyId, accessKeySecret }),
    // Where commands sign in the same world, they and the gateway go by the clock on the wall.
    clock: more.gatewayClock === 'wall' ? { ...clock, now: Date.now } : clock,
    ...(timers === undefined ? {} : { timers }),
  });
  const runner = renewalRunner(renewBeforeExpiry);
  const proveLink = linkProver({ publicKeys: [publicKeyOf(linkSecret)], installation: installationOf(store.name) });
  const { notifier, messages, broken } = recordingNotifier(['money', 'oncall']);
  return {
    simulator,
    store,
    policy,
    target,
    messages,
    broken,
    run: (mode = 'apply', options = {}) =>
      runner.run({ client, target, policy, store, clock, mode, world: 'a test', notifier, allowLocalStore: true, proveLink, ...options }),
    async say({ resource, expiresAtMs, highest, by = 'li.wei', circle = 'finance', source, blind = false, under = policy, ...said }) {
      const user = userNamed(by, accountId);
      const person = { ...user, userId: `id-of-${user.user}` };
      const subject = { circle, account: accountId, resource, expiresAtMs };
      const electorate = electorateOf({ policy: under, target }, { circle, links: true }, proveLink);
      const read = await runStoring(store, readApprovals(subject, { ...electorate, voters: [...electorate.voters, user] }));
      const period = { count: 1, unit: 'Month' };
      const answer = { verdict: 'approve' as const, target: 'home', period, atMs: clock.now(), untilMs: expiresAtMs, highest, ...said };
      if (source === 'approvals-link') {
        const question = { ...subject, target: answer.target, untilMs: expiresAtMs, period: answer.period, highest };
        const link = linksBelow('https://approve.example.com/', linkSecret, installationOf(store.name))(question) ?? '';
        const opened = openToken(new URL(link).searchParams.get(tokenField) ?? '', [publicKeyOf(linkSecret)]);
        if (typeof opened === 'string') throw new Error(opened);
        await runStoring(
          store,
          recordLinkAnswer(subject, 'by-link', { ...answer, because: answer.because }, opened, blind ? { ends: {} } : read),
        );
        return;
      }
      const voice = personVoice(circle, person);
      const ends = blind ? { [voice]: read.ends[voice] ?? emptyStream } : read.ends;
      await runStoring(store, recordApproval(subject, `by-${by}`, { ...answer, by: person }, { ends }));
    },
    close: () => simulator.close(),
  };
}

/** The first reason of each act and hold: `aig-1 hold needs-approval`. */
export function verdicts({ decisions }: RunReport): readonly string[] {
  return decisions.map(({ resource, verdict, because }) => `${resource.id} ${verdict} ${because[0]?.code}`);
}

/** The price query with its amounts times a factor that a test sets, so that prices rise. */
export function dearer(factor: { percent: bigint }): Readonly<Record<string, Handler>> {
  const scaled = (text: unknown): string => {
    const hundredths = (BigInt(String(text).replace('.', '')) * factor.percent) / 100n;
    return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
  };
  return {
    GetResourceRenewPrice: (input, context) => {
      const answer = priceHandlers['GetResourceRenewPrice']?.(input, context) as { Data: { Price: Record<string, unknown> } };
      const { Price } = answer.Data;
      const amounts = Object.fromEntries(['OriginalPrice', 'DiscountPrice', 'TradePrice'].map((field) => [field, scaled(Price[field])]));
      return { ...answer, Data: { ...answer.Data, Price: { ...Price, ...amounts } } };
    },
  };
}

/** Orders that the account holds, as the service counts them. */
export function orders({ simulator }: Pick<RenewalFixture, 'simulator'>) {
  return simulator.world.accounts.get(accountId)?.orders.all ?? [];
}
