import { afterEach, describe, expect, it, vi } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { run } from '../../../shared/engine/run.ts';
import type { CompiledLimits, CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { StrategySeed } from '../../../simulator/world/seed.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { policyOf } from './plan-fixture.ts';

// Each story is a hundred runs.
vi.setConfig({ testTimeout: 240_000 });

const account = '1234567890123456';

const rules = {
  office: '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}}',
  studio: '- {name: studio, groups: all, schedule: studio, peak: {tag: peak-nodes, atMost: 100}}',
  counts: '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}, method: fixed}',
  nobody: '- {name: others, groups: {name: "other-*"}, schedule: office, peak: {tag: peak-nodes, atMost: 100}}',
};
const week = { '1-5': { '08:00-21:00': 4 } };
const hours = '08:00–21:00 4 nodes';

interface Fences {
  readonly freeze?: readonly [from: string, until: string];
  readonly limits?: CompiledLimits;
}

function policyWith(rule: keyof typeof rules, { freeze, limits = {} }: Fences = {}): CompiledPolicy {
  const spans = freeze && { 'Asia/Shanghai': { fromMs: shanghai(freeze[0]), untilMs: shanghai(freeze[1]) } };
  const policy = policyOf(rules[rule], '', '2026-09-20 00:00');
  return { ...policy, limits, freezes: spans === undefined ? [] : [{ because: 'closing', except: [], spans }] };
}

interface Story {
  readonly from: string;
  readonly until: string;
  readonly strategy: StrategySeed;
  /** The policy from each local time on. */
  readonly policies: Readonly<Record<string, CompiledPolicy>>;
  /** The peak from each local time on. */
  readonly peaks?: Readonly<Record<string, string>>;
}

let simulator: Simulator;
afterEach(() => simulator.close());

/** The newest of some values that begin at local times. */
function at<T>(values: Readonly<Record<string, T>>, ms: number): T | undefined {
  return Object.entries(values).findLast(([from]) => shanghai(from) <= ms)?.[1];
}

/** The local hours at which a run comes: those at which something begins, ends or is due, and two more. */
const runsAt: ReadonlySet<number> = new Set([0, 3, 8, 9, 10, 15, 19, 20, 21]);

/** Lives from run to run. Writes: the local hour and what was written; held: each day and reason for which something waits. */
async function lived({ from, until, strategy, policies, peaks = { [from]: '4' } }: Story) {
  const pool = { id: 'rg-1', strategy };
  const group = { id: 'aig-1', name: 'ledger', region: 'cn-hangzhou', tags: { 'peak-nodes': at(peaks, shanghai(from)) ?? '4' }, pool };
  const world = buildWorld({ start: `${from.replace(' ', 'T')}:00+08:00`, accounts: [{ id: account, groups: [group] }] });
  simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  const [key] = simulator.accounts;
  if (key === undefined) throw new Error('the test has no key');
  const clock = worldClock(simulator);
  const { accessKeyId, accessKeySecret } = key;
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  const store = memoryStore();
  const writes: string[] = [];
  const held = new Set<string>();
  for (; clock.now() < shanghai(until); simulator.advance(hourMs)) {
    const local = new Date(clock.now() + 8 * hourMs);
    if (!runsAt.has(local.getUTCHours())) continue;
    const policy = at(policies, clock.now());
    const target = policy?.targets.office;
    if (policy === undefined || target === undefined) throw new Error('the test has no policy');
    const [simulated] = simulator.world.account(account).groupList;
    simulated?.setTag('peak-nodes', at(peaks, clock.now()) ?? '4');
    const report = await run({ automation: scaleOnSchedule, client, target, policy, store, clock, mode: 'apply', world: 'test' });
    expect(report.failed).toBe(false);
    const hour = local.toISOString().slice(5, 13);
    for (const decision of report.decisions) {
      if (decision.verdict === 'hold') held.add(`${hour.slice(0, 5)} ${decision.because[0]?.code}`);
      if (decision.verdict === 'act') writes.push(`${hour} ${decision.action.change[0]?.to}`);
    }
  }
  return { writes, held: [...held] };
}

describe('a freeze that begins while the deviation of a holiday is due to be taken back', () => {
  it('lets the day be given back, writes the make-up Saturday, and takes nodes away only when it is over', async () => {
    const [workdays, restdays] = ['09:30–23:30 4 nodes', '13:00–20:00 2 nodes'];
    const schedule = { '1-5': { '09:30-23:30': 4 }, '6-7': { '13:00-20:00': 2 } };
    const { writes, held } = await lived({
      ...{ from: '2026-10-01 00:00', until: '2026-10-12 09:00' },
      strategy: { schedule, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' },
      policies: { '2026-10-01 00:00': policyWith('studio', { freeze: ['2026-10-01 15:00', '2026-10-12 00:00'] }) },
    });
    expect(writes).toEqual([
      `10-01T09 weekly schedule: Mon–Wed ${workdays}; Thu ${restdays}; Fri ${workdays}; Sat–Sun ${restdays}`,
      `10-01T20 weekly schedule: Mon–Fri ${workdays}; Sat–Sun ${restdays}, from 2026-10-02 on`,
      `10-04T00 weekly schedule: Mon–Sat ${workdays}; Sun ${restdays}`,
      `10-12T00 weekly schedule: Mon–Fri ${workdays}; Sat–Sun ${restdays}`,
    ]);
    // The holidays that follow would lower nodes, and so would taking back the Saturday.
    expect(held).toEqual(['10-02 frozen', '10-05 frozen', '10-06 frozen', '10-07 frozen', '10-11 frozen']);
  });
});

describe('a limit on nodes added that is reached while the undo would raise', () => {
  const limits = { nodesAddedPer24h: 0 };
  const story = {
    ...{ from: '2026-09-30 19:00', until: '2026-10-08 09:00' },
    strategy: { schedule: week, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' },
    // Nine instead of four are asked for in the middle of the holiday.
    peaks: { '2026-09-30 19:00': '4', '2026-10-02 09:00': '9' },
  };
  const paused = `09-30T21 weekly schedule: Mon–Sat ${hours}, from 2026-10-08 on`;

  it('does not hold what a pause took, only what a higher peak adds to it', async () => {
    const { writes, held } = await lived({ ...story, policies: { '2026-09-30 19:00': policyWith('office', { limits }) } });
    expect(writes).toEqual([paused, `10-07T21 weekly schedule: Mon–Sat ${hours}`]);
    expect(held[0]).toBe('10-02 limit-nodes-added');
    expect(held.at(-1)).toBe('10-08 limit-nodes-added');
  });

  it('does not hold it where the group leaves its rule either', async () => {
    const policies = { '2026-09-30 19:00': policyWith('office', { limits }), '2026-10-03 10:00': policyWith('nobody', { limits }) };
    const { writes } = await lived({ ...story, policies });
    expect(writes).toEqual([paused, `10-03T10 weekly schedule: Mon–Sat ${hours}`, `10-03T15 weekly schedule: Mon–Fri ${hours}`]);
  });

  it('does not hold a fixed count that stands in for the weekly schedule of a protected group, in a freeze as well', async () => {
    const protecting = policyOf(rules.office, 'protect: {groups: {name: ledger}}', '2026-09-20 00:00');
    const { writes } = await lived({
      ...{ from: '2026-11-24 19:00', until: '2026-11-27 00:00' },
      strategy: { schedule: week, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' },
      policies: {
        '2026-11-24 19:00': { ...protecting, limits },
        '2026-11-25 03:00': policyWith('nobody', { limits, freeze: ['2026-11-25 00:00', '2026-11-26 00:00'] }),
      },
    });
    expect(writes).toEqual([
      '11-24T19 fixed at 2 nodes',
      '11-24T21 fixed at 1 node',
      // No rule covers it any more, and the weekly schedule would lower nodes: the morning comes all the same.
      '11-25T08 fixed at 4 nodes',
      `11-26T00 weekly schedule: Mon–Fri ${hours}`,
    ]);
  });
});

describe('a peak that asks for more nodes than may be added', () => {
  const strategy = { schedule: week, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' };
  const peaks = { '2026-11-23 07:00': '4', '2026-11-24 10:00': '60' };
  const limits = { nodesAddedPer24h: 5 };
  const begin = '2026-11-23 07:00';

  it('does not get them by waiting until its schedule has passed two steps', async () => {
    const { writes, held } = await lived({
      ...{ from: begin, until: '2026-11-27 12:00', strategy, peaks },
      policies: { [begin]: policyWith('office', { limits }) },
    });
    expect(writes).toEqual([]);
    expect(held).toEqual(['11-24', '11-25', '11-26', '11-27'].map((day) => `${day} limit-nodes-added`));
  });

  it('gets them once the limit is raised, and they are no addition from then on', async () => {
    const more = { nodesAddedPer24h: 56 };
    const { writes } = await lived({
      ...{ from: begin, until: '2026-11-28 00:00', strategy, peaks: { ...peaks, '2026-11-26 03:00': '4', '2026-11-27 03:00': '60' } },
      policies: { [begin]: policyWith('office', { limits }), '2026-11-25 03:00': policyWith('office', { limits: more }) },
    });
    expect(writes).toEqual([
      '11-25T03 weekly schedule: Mon–Fri 08:00–21:00 60 nodes',
      `11-26T03 weekly schedule: Mon–Fri ${hours}`,
      '11-27T03 weekly schedule: Mon–Fri 08:00–21:00 60 nodes',
    ]);
  });
});

describe('a rule of counts over a group that has a weekly schedule', () => {
  it('raises in a freeze what its morning wants, and to no less than the schedule would have given later', async () => {
    const { writes } = await lived({
      ...{ from: '2026-11-23 00:00', until: '2026-11-25 01:00' },
      strategy: { schedule: { '1-5': { '12:00-18:00': 8 } }, enable: '2026-09-01', disable: '2027-08-31' },
      policies: { '2026-11-23 00:00': policyWith('counts', { freeze: ['2026-11-23 00:00', '2026-11-25 00:00'] }) },
    });
    expect(writes).toEqual(['11-23T08 fixed at 8 nodes', '11-25T00 fixed at 1 node']);
  });

  it('raises to the very count that is wanted where the schedule gives as many later and for longer', async () => {
    const { writes } = await lived({
      ...{ from: '2026-11-23 09:00', until: '2026-11-23 23:00' },
      strategy: { schedule: { '1-5': { '12:00-22:00': 4 } }, enable: '2026-09-01', disable: '2027-08-31' },
      policies: { '2026-11-23 09:00': policyWith('counts', { freeze: ['2026-11-23 00:00', '2026-11-25 00:00'] }) },
    });
    expect(writes).toEqual(['11-23T09 fixed at 4 nodes']);
  });

  it('takes no later hour of that schedule for the one node of its night where a limit holds what it lowers', async () => {
    const { writes, held } = await lived({
      ...{ from: '2026-11-23 00:00', until: '2026-11-23 08:30' },
      strategy: { schedule: { '1-5': { '07:00-22:00': 4 } }, enable: '2026-09-01', disable: '2027-08-31' },
      policies: { '2026-11-23 00:00': policyWith('counts', { limits: { shareOfRulePerRun: 0 } }) },
    });
    expect(writes).toEqual([]);
    expect(held).toEqual(['11-23 limit-share-run']);
  });
});

describe('a group that leaves its rule in a freeze', () => {
  it.each([
    ['that ends before the make-up Saturday', '2026-10-09 00:00'],
    ['that ends behind the make-up Saturday', '2026-10-12 00:00'],
    ['and where no action is allowed', '2026-10-09 00:00', { actionsPerRun: 0, actionsPer24h: 0, shareOfRulePerRun: 0 }],
  ] as readonly [string, string, CompiledLimits?][])(
    '%s gets its ordinary week back at once, and loses the additional day when the freeze is over',
    async (_, until, limits = {}) => {
      const fences: Fences = { freeze: ['2026-10-01 00:00', until], limits };
      const { writes, held } = await lived({
        ...{ from: '2026-09-30 19:00', until: '2026-10-12 09:00' },
        strategy: { schedule: week, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' },
        policies: { '2026-09-30 19:00': policyWith('office'), '2026-10-03 10:00': policyWith('nobody', fences) },
      });
      expect(writes).toEqual([
        `09-30T21 weekly schedule: Mon–Sat ${hours}, from 2026-10-08 on`,
        `10-03T10 weekly schedule: Mon–Sat ${hours}`,
        `${until.slice(5, 10)}T00 weekly schedule: Mon–Fri ${hours}`,
      ]);
      expect(held[0]).toBe('10-03 frozen');
    },
  );
});
