import { passingClock } from '../fixtures/clocks.ts';
import { dayMs, minuteMs } from '../fixtures/times.ts';
import type { Fleet } from './generated-fleet.ts';
import { accounts } from './generated-policy.ts';
import { type EarlierRun, type Story, storyOf } from './generated-story.ts';
import { answerAll, arrive, moveByHand } from './hand-moves.ts';
import { oddHandlers } from './odd-answers.ts';
import {
  buildWorld,
  type Client,
  type CompiledPolicy,
  type CompiledTarget,
  compile,
  createClient,
  type Decision,
  explicitCredentials,
  hash32,
  loadPolicy,
  type MemoryStore,
  memoryStore,
  notifierOf,
  PlannedSpending,
  publishedKey,
  type RunReport,
  ruleModules,
  runners,
  runStoring,
  type Simulator,
  sayHalt,
  shardsOf,
  startSimulator,
  type TriggerEvent,
} from './product.ts';
import { type RunRecord, recordOf, type StoryRecord } from './record.ts';

/** So long before the first run a world begins. */
const leadMs = 10 * minuteMs;

/** Nothing here is told to anybody. */
const silent = { kind: 'silent', send: async () => ({ delivered: true as const }) };

/** Plays the story of a number and gives what every function decided in it. */
export async function playStory(seed: number, index: number): Promise<StoryRecord> {
  const story = storyOf(seed, index);
  const firstMs = story.moment.nowMs - (story.earlier[0]?.minutesBefore ?? 0) * minuteMs - leadMs;
  // What a process remembers it remembers by account, so that no story hears of another.
  const home = `1${String(index).padStart(15, '0')}`;
  const away = `2${String(index).padStart(15, '0')}`;
  const ownAccounts = (text: string) => text.replaceAll(accounts.home, home).replaceAll(accounts.away, away);
  // A policy of one day was compiled too long ago.
  const fromMs = story.horizonDays > 1 ? firstMs : firstMs - 3 * dayMs;
  const policy = compiled(ownAccounts(story.policies.policy), fromMs, story.horizonDays);
  if ('refused' in policy) return { index, refused: policy.refused };
  const { former } = story.policies;
  const drawn = former === undefined ? policy : compiled(ownAccounts(former), fromMs, story.horizonDays);
  const before = 'refused' in drawn ? policy : drawn;
  const stage = await openStage(story, [home, away], firstMs);
  try {
    const runs: RunRecord[] = [];
    for (const move of story.atFirst) moveByHand(stage.simulator, home, move);
    for (const earlier of story.earlier) runs.push(...(await runEarlier(stage, earlier, before)));
    stage.until(story.moment.nowMs);
    runs.push(...(await runNow(stage, policy)));
    return { index, policy: policy.sourceHash, now: story.moment.instant(0), runs };
  } finally {
    await stage.simulator.close();
  }
}

/** A policy, or what is wrong with it. */
function compiled(text: string, fromMs: number, horizonDays: number): CompiledPolicy | { readonly refused: readonly string[] } {
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ path, text: said }) => `${path}: ${said}`);
  return document === undefined ? { refused: errors } : compile(document, fromMs, horizonDays, ruleModules);
}

/** A simulated world with the journal of its runs. */
interface Stage {
  readonly story: Story;
  readonly simulator: Simulator;
  readonly store: MemoryStore;
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
  readonly home: string;
  readonly away: string;
  /** Whether answers are odd from now on. */
  isOdd: boolean;
  /** Texts of this process that mean nothing, by what stands for them in records. */
  readonly tokens: Map<string, string>;
  clientFor(target: CompiledTarget): Client;
  until(atMs: number): void;
}

async function openStage(story: Story, [home, away]: readonly [string, string], startMs: number): Promise<Stage> {
  const seedOf = (id: string, { account }: Fleet) => ({ id, ...account });
  const world = buildWorld({
    ...{ id: 'corpus', seed: hash32(home), start: new Date(startMs).toISOString(), assumptions: story.assumptions },
    accounts: [seedOf(home, story.home), seedOf(away, story.away)],
  });
  const stage: { isOdd: boolean } = { isOdd: story.oddBefore };
  const simulator = await startSimulator({
    ...{ world, gatewayClock: 'virtual' as const },
    handlers: oddHandlers(() => (stage.isOdd ? story.oddities : undefined)),
  });
  // Whoever waits in this world moves its time on.
  const clock = passingClock(simulator);
  const clients = new Map<string, Client>();
  return Object.assign(stage, {
    ...{ story, simulator, clock, home, away, store: memoryStore() },
    tokens: new Map([[`${simulator.host}:${simulator.port}`, 'SIMULATOR']]),
    clientFor({ account }: CompiledTarget): Client {
      const known = clients.get(account);
      if (known) return known;
      const { accessKeyId, accessKeySecret } = publishedKey(account);
      const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
      const client = createClient({ endpoint: simulator.url, credentials, clock, random: () => 0.5 });
      clients.set(account, client);
      return client;
    },
    until: (atMs: number) => {
      if (atMs > clock.now()) simulator.advanceTo(atMs);
    },
  });
}

/** Every function in `apply`, at an earlier time; then what people do. */
async function runEarlier(
  stage: Stage,
  { minutesBefore, faults, moves }: EarlierRun,
  policy: CompiledPolicy,
): Promise<readonly RunRecord[]> {
  const { story, simulator, store, clock, home } = stage;
  stage.until(story.moment.nowMs - minutesBefore * minuteMs);
  arriveAll(stage);
  simulator.faults.add(...faults);
  const reports: RunReport[] = [];
  const records = await runAll(stage, policy, 'apply', (report) => reports.push(report));
  simulator.faults.clear();
  for (const move of moves) moveByHand(simulator, home, move);
  if (story.answer !== undefined) {
    for (const report of reports) await answerAll(story.answer, report, policy, store, clock.now());
  }
  return records;
}

/** Every function in `plan`, at the moment of the story. */
async function runNow(stage: Stage, policy: CompiledPolicy): Promise<readonly RunRecord[]> {
  const { story, simulator, store, clock } = stage;
  arriveAll(stage);
  if (story.halted !== undefined) {
    const word = { kind: 'halt' as const, by: 'li.wei', because: 'it crashes' };
    await runStoring(store, sayHalt(story.halted, { owner: 'somebody', atMs: clock.now() }, word));
  }
  stage.isOdd = true;
  simulator.faults.add(...story.faults);
  return runAll(stage, policy, 'plan');
}

/** People come to both accounts. */
function arriveAll({ story, simulator, home, away }: Stage): void {
  arrive(simulator, home, story.home.visits);
  arrive(simulator, away, story.away.visits);
}

/** Functions that events begin. */
const hearers = new Set(['tag-new-resources', 'enforce-policy']);

async function runAll(
  { story, store, clock, tokens, clientFor }: Stage,
  policy: CompiledPolicy,
  mode: 'plan' | 'apply',
  onReport: (report: RunReport) => void = () => undefined,
): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = [];
  const notifier = notifierOf(new Map([['ops', silent]]), silent);
  const planned = new PlannedSpending();
  for (const runner of runners) {
    for (const target of Object.values(policy.targets).flatMap((each) => shardsOf(each, runner.name))) {
      const decided: Decision[] = [];
      const triggerEvents = mode === 'plan' && story.byEvent && hearers.has(runner.name) ? occasionsAt(clock.now()) : undefined;
      const report = await runner.run({
        ...{ target, policy, store, clock, mode, notifier, triggerEvents, client: clientFor(target), world: 'corpus' },
        ...(mode === 'plan' ? { planned } : {}),
        allowLocalStore: !story.needsSharedStore,
        onDecision: (_, decision) => void decided.push(decision),
      });
      onReport(report);
      tokens.set(report.run, 'RUN').set(report.run.slice(0, 12), 'RUN');
      records.push(recordOf(report, decided, tokens));
    }
  }
  return records;
}

/** As if somebody had just created the first group and changed the third. */
function occasionsAt(nowMs: number): readonly TriggerEvent[] {
  return [
    {
      resourceId: 'aig-0',
      operation: 'CreateAppInstanceGroup',
      atMs: nowMs - minuteMs,
      caller: 'amy',
      region: 'cn-hangzhou',
      source: 'console',
    },
    { resourceId: 'aig-2', operation: 'TagCloudResources', atMs: nowMs - 2 * minuteMs },
  ];
}
