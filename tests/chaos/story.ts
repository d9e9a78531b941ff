import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { ossStore } from '../../shared/journal/store/oss.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { hash32, RandomStream } from '../../simulator/world/random.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { minuteMs } from '../fixtures/times.ts';
import { accountId, compiledPolicy, dearer } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { kindOf, policy, safe, world as seed } from './account.ts';
import { againstAnswers, answer, type Given } from './approver.ts';
import { Bill, expiryOf, moveOf } from './bill.ts';
import { Crew, type CrewRecord } from './crew.ts';
import { faultsOf } from './mishaps.ts';
import { jumpMs } from './passing.ts';
import { attend, type Desk, openClaims } from './person.ts';
import { playRound } from './round.ts';
import { bucket } from './task.ts';
import { type AnswerCounts, verdictAtEnd, violationsSoFar } from './verdict.ts';

/** What is played. */
export interface StoryOptions {
  /** The worker, bundled. */
  readonly worker: string;
  readonly rounds: number;
  /** Processes that begin at once in each round. */
  readonly processes: number;
  /** Decides what goes wrong, and when as far as real processes let it. */
  readonly seed: number;
  /** The journal: a folder that all share, or a bucket. */
  readonly store: 'dir' | 'oss';
  /** Ends the story early: all processes are killed, and nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Told after each round. */
  readonly onRound?: (round: number, story: Progress) => void;
}

/** How far a story has come. */
export interface Progress {
  readonly crew: Omit<CrewRecord, 'told'>;
  readonly orders: number;
  /** Orders that were executed after their sender had an answer or was gone. */
  readonly late: number;
  readonly cancelled: number;
  /** Open claims that a person ended. */
  readonly resolved: number;
  /** Expiries that passed without a renewal, of resources for which the budget was short or no rule exists. */
  readonly lapsed: number;
  /** Days of the world's time. */
  readonly days: number;
}

/** What came of a story. */
export interface Story extends Progress {
  /** Claims by their answers. */
  readonly answers: AnswerCounts;
  /** Claims that a run has closed by what billing showed. */
  readonly byBilling: number;
  /** Records of the journal. */
  readonly records: number;
  /** Answers that approvers gave. */
  readonly given: number;
  /** What must not be; empty when all is well. */
  readonly violations: readonly string[];
}

/** Rounds after the last, without faults, in which everything comes to rest. */
const calmRounds = 3;

/** Plays a story with real processes, and compares what the service did with what the journal says. */
export async function playStory(options: StoryOptions): Promise<Story> {
  const random = new RandomStream(hash32(`chaos ${options.store} ${options.seed}`));
  let calm = false;
  const bill = new Bill(() => (!calm && random.chance(0.06) ? random.integer(1, 14) * minuteMs : undefined));
  let simulator: Simulator;
  const factor = { percent: 100n };
  const handlers = { ...bill.handlers(() => simulator.ledger), ...dearer(factor) };
  // Orders show in billing at once, in the hour, or a day later.
  const listing = [1, 60, 24 * 60][options.seed % 3] as number;
  const world = buildWorld({ ...seed, assumptions: { orderListingMinutes: listing } });
  simulator = await startSimulator({
    ...{ world, handlers, seed: options.seed, gatewayClock: 'virtual' },
    buckets: [{ name: bucket.bucket, region: bucket.region }],
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-chaos-'));
  try {
    const policyFile = path.join(folder, 'policy.json');
    const compiled = compiledPolicy(policy, world.clock.nowMs);
    writeFileSync(policyFile, encodePolicy(compiled));
    const journal = options.store === 'dir' ? path.join(folder, 'journal') : undefined;
    const store = journal === undefined ? bucketStore(simulator) : directoryStore(journal);
    const crew = new Crew(options.worker, simulator.keys);
    options.signal?.addEventListener('abort', () => crew.disband());
    const desk: Desk = { cancelled: new Set(), resolved: 0 };
    const given: Given[] = [];
    const approvers = { world, store, policy: compiled, random, highest: { currency: 'CNY', micros: 10_000_000_000n } };
    const account = world.accounts.get(accountId);
    if (!account) throw new Error('The world has no account.');
    const resources = [...account.groups.keys(), ...account.workstations.keys()];
    const evidence = { world, bill, store, resources, cancelled: desk.cancelled };
    const task = { simulator: simulator.url, policyFile, folder: journal };
    const violations = new Set<string>();
    let lapsed = 0;

    /** Whether an order of ours was there for the expiry, and a person cancelled it or has not paid it. */
    const leftToPeople = (id: string, expiresMs: number): boolean =>
      bill.executed.some(
        ({ resource, expiresMs: of, orderId }) =>
          resource === id && of === expiresMs && (desk.cancelled.has(orderId) || account.orders.get(orderId)?.status === 'unpaid'),
      );
    const pass = (ms: number): void => {
      const before = resources.map((id) => [id, expiryOf(account, id) ?? 0] as const);
      const fromMs = world.clock.nowMs;
      simulator.advance(ms);
      for (const [id, expiresMs] of before) {
        if (expiresMs <= fromMs || expiresMs > world.clock.nowMs || expiryOf(account, id) !== expiresMs) continue;
        lapsed += 1;
        if (safe.has(kindOf(id)) && !leftToPeople(id, expiresMs))
          violations.add(`lapsed although it could be renewed: ${moveOf(id, expiresMs)}`);
        const toldMs = crew.record.told.get(`${id} ${expiresMs}`);
        if (toldMs === undefined || toldMs >= expiresMs) violations.add(`I3: nobody was told before ${moveOf(id, expiresMs)}`);
      }
    };
    const asked = resources.filter((id) => kindOf(id) === 'ask');
    const answerSome = async (): Promise<void> => {
      const some = () => asked[random.integer(0, asked.length - 1)] as string;
      // Two at once, on one subscription at times.
      await Promise.all([answer(approvers, given, some()), answer(approvers, given, some())]);
    };
    const people = async (): Promise<void> => {
      for (const resource of await openClaims(store)) await attend({ world, bill, store, random }, desk, resource, calm);
    };
    const summary = (): Progress => ({
      crew: crew.record,
      orders: bill.executed.length,
      ...{ late: bill.late, cancelled: desk.cancelled.size, resolved: desk.resolved, lapsed },
      days: (world.clock.nowMs - world.startMs) / (24 * 60 * minuteMs),
    });

    for (let round = 0; round < options.rounds + calmRounds && !options.signal?.aborted; round++) {
      calm = round >= options.rounds;
      if (!calm) simulator.faults.add(...faultsOf(random, options.store === 'oss'));
      factor.percent = [100n, 100n, 120n, 150n][random.integer(0, 3)] as bigint;
      const targets = Object.keys(compiled.targets);
      await playRound({
        ...{ simulator, crew, random, task, calm, targets, meanwhile: answerSome },
        processes: calm ? targets.length : options.processes,
      });
      simulator.faults.clear();
      for (const violation of violationsSoFar(evidence)) violations.add(violation);
      pass(calm ? 70 * minuteMs : jumpMs(random, world.clock.nowMs));
      await people();
      if (calm) {
        // What was paid a moment ago arrives, and can be said to have.
        pass(5 * minuteMs);
        await people();
      }
      options.onRound?.(round, summary());
    }
    const end = await verdictAtEnd(evidence);
    const against = await againstAnswers(approvers, bill, given);
    for (const violation of [...end.violations, ...against, ...crew.record.defects]) violations.add(violation);
    return { ...summary(), ...end, given: given.length, violations: [...violations] };
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function bucketStore(simulator: Simulator): Store {
  const clock = worldClock(simulator);
  return ossStore({ ...bucket, endpoint: simulator.url, credentials: explicitCredentials(publishedKey(accountId)), clock });
}
