import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../shared/journal/verify.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import { type HandMove, hours, type Play, type Played, playWeek, type Restart } from './automations-week.ts';

/** An instant by the clock of Shanghai, e.g. `2026-11-26 11:00`. */
const shanghai = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);

const groupNamed = ({ world }: Simulator, name: string): DeliveryGroupEntity => {
  const found = [...world.accounts.values()].flatMap(({ groupList }) => groupList).find((group) => group.name === name);
  if (!found) throw new Error(`there is no group ${name}`);
  return found;
};
const workstationNamed = ({ world }: Simulator, name: string) => {
  const found = [...world.accounts.values()].flatMap(({ workstations }) => [...workstations.values()]).find((each) => each.name === name);
  if (!found) throw new Error(`there is no workstation ${name}`);
  return found;
};

type Strike = Omit<Extract<Fault, { kind: 'fail' }>, 'kind' | 'action' | 'skip'> & {
  readonly kind: Fault['kind'];
  readonly execute?: boolean;
};

/** Faults on the calls of an operation, each so many calls after the one before. */
const strikes = (action: string, apart: number, ...kinds: readonly (Fault['kind'] | Strike)[]): readonly Fault[] =>
  kinds.map((kind, index) => ({ ...(typeof kind === 'string' ? { kind } : kind), action, skip: (index + 1) * apart - 1 }) as Fault);

const faults: readonly Fault[] = [
  ...strikes(
    'ListAppInstanceGroup',
    40,
    'throttle',
    'fail',
    'drop',
    'html',
    'cut-body',
    'malformed',
    'empty',
    'stale',
    'deny',
    'lose-answer',
    {
      kind: 'fail',
      httpStatus: 503,
      times: 6,
    },
  ),
  ...strikes('GetAppInstanceGroup', 13, 'throttle', 'malformed', 'stale', 'deny', 'drop'),
  ...strikes('ModifyNodePoolAttribute', 7, 'throttle', 'lose-answer', 'drop', { kind: 'html', execute: true }, 'fail', 'deny', 'cut-body'),
  ...strikes('ListAppInstances', 17, 'throttle', 'deny', 'cut-body'),
  ...strikes('ListWuyingServer', 50, 'stale', 'drop', 'malformed', 'deny'),
  ...strikes('StartWuyingServer', 2, 'lose-answer', 'drop'),
  ...strikes('StopWuyingServer', 2, 'lose-answer', 'deny'),
  ...strikes('ListOtaTask', 6, 'deny'),
  ...strikes('ApproveOtaTask', 1, 'lose-answer'),
  ...strikes('LogOffAllSessionsInAppInstanceGroup', 2, 'lose-answer'),
  ...strikes('TagCloudResources', 1, 'lose-answer'),
  ...strikes('GetResourcePrice', 20, 'deny'),
  ...strikes('RenewAppInstanceGroup', 1, 'lose-answer'),
];

const restarts: readonly Restart[] = [
  { prefix: 'renewals/', nth: 2, fromMs: shanghai('2026-11-25 12:00') },
  { prefix: 'written/scale-on-schedule/', nth: 2, fromMs: shanghai('2026-11-26 05:00') },
  { prefix: 'written/power-workstations/', nth: 2, fromMs: shanghai('2026-11-27 09:00') },
  { prefix: 'written/tag-new-resources/', nth: 2, fromMs: shanghai('2026-11-27 12:00') },
];

const people: readonly HandMove[] = [
  // An artist works into the night.
  {
    atMs: shanghai('2026-11-26 22:00'),
    move: (simulator) => {
      workstationNamed(simulator, 'artist-pan').sessions = [{ user: 'pan.xin', startedMs: shanghai('2026-11-26 22:00') }];
    },
  },
  {
    atMs: shanghai('2026-11-27 03:00'),
    move: (simulator) => {
      workstationNamed(simulator, 'artist-pan').sessions = [];
    },
  },
  // Another comes in on Saturday morning, before the hours of the schedule.
  { atMs: shanghai('2026-11-28 09:00'), move: (simulator) => workstationNamed(simulator, 'artist-spare').start() },
  // A protected user works on among the sales people, and the owner of a group wants nobody cut there.
  {
    atMs: shanghai('2026-11-25 20:00'),
    move: (simulator) => {
      const group = groupNamed(simulator, 'sales-north');
      group.users.add('board-chen');
      group.connect('board-chen', simulator.world.clock.nowMs);
    },
  },
  { atMs: shanghai('2026-11-25 12:00'), move: (simulator) => groupNamed(simulator, 'sales-south').setTag('keep-until', '2026-12-05') },
  // Every evening somebody stays too long.
  ...['25', '26', '27', '30'].flatMap((date) =>
    ['sales-crm', 'sales-south'].map((name) => ({
      atMs: shanghai(`2026-11-${date} 20:50`),
      move: (simulator: Simulator) => {
        const group = groupNamed(simulator, name);
        group.users.add('late-owl');
        group.connect('late-owl', simulator.world.clock.nowMs);
      },
    })),
  ),
  // Two tags are taken off by hand.
  { atMs: shanghai('2026-11-26 10:00'), move: (simulator) => void groupNamed(simulator, 'fin-budget').tags.delete('department') },
  { atMs: shanghai('2026-11-27 11:00'), move: (simulator) => void groupNamed(simulator, 'sg-core').tags.delete('owner') },
];

/** Nodes without which people would wait, on workdays between noon and six; and at any time. */
const neededByDay = {
  'fin-ledger': 6,
  'hr-portal': 3,
  'sales-crm': 8,
  'sales-north': 5,
  'service-hotline': 12,
  'service-chat': 6,
  'sg-desk': 4,
};
const neededAlways = { 'service-hotline': 3, 'service-chat': 2, 'fin-treasury': 4, 'exam-hall': 4 };
/** Groups on which somebody or everything is protected. */
const spared = ['fin-treasury', 'exam-hall', 'board-room', 'sg-trading', 'sales-south'];

interface Seen {
  readonly drained: Set<string>;
  readonly short: string[];
  /** Cuts of connected sessions: the group, and the instants between which it was. */
  readonly cuts: { readonly group: string; readonly fromMs: number; readonly toMs: number }[];
  /** The last instant. */
  atMs: number;
  looks: number;
}

function looking(seen: Seen): NonNullable<Play['inspect']> {
  const interrupted = new Map<DeliveryGroupEntity, number>();
  return (simulator, nowMs) => {
    const local = new Date(nowMs + 8 * hours);
    const byDay = local.getUTCHours() >= 12 && local.getUTCHours() < 18 && local.getUTCDay() % 6 !== 0;
    const needed = byDay ? { ...neededAlways, ...neededByDay } : neededAlways;
    for (const [name, count] of Object.entries(needed)) {
      const nodes = groupNamed(simulator, name).pools.flatMap((pool) => pool.nodes.filter(({ state }) => state === 'ready')).length;
      if (nodes < count) seen.short.push(`${local.toISOString()} ${name}: ${nodes} of ${count}`);
    }
    for (const { groupList } of simulator.world.accounts.values()) {
      for (const group of groupList) {
        if (group.drained) seen.drained.add(group.name);
        const { sessionsInterrupted } = group.statistics;
        if (sessionsInterrupted > (interrupted.get(group) ?? 0)) seen.cuts.push({ group: group.name, fromMs: seen.atMs, toMs: nowMs });
        interrupted.set(group, sessionsInterrupted);
      }
    }
    seen.atMs = nowMs;
    seen.looks += 1;
  };
}

describe('a week of the example policy on three accounts, with forty faults and four processes that end while they write', () => {
  const seen: Seen = { drained: new Set(), short: [], cuts: [], atMs: 0, looks: 0 };
  let week: Played;
  beforeAll(async () => {
    week = await playWeek({ days: 7, faults, restarts, people, inspect: looking(seen) });
  }, 120_000);
  afterAll(() => week.simulator.close());

  test('is a week in which things happen, and go wrong', () => {
    expect(faults).toHaveLength(40);
    expect(
      week.simulator.faults
        .list()
        .filter(({ live }) => live)
        .map(({ fault }) => fault),
    ).toEqual([]);
    expect(week.ended).toBe(4);
    const done = week.reports.flatMap((report) => report.outcomes.map(({ outcome }) => `${report.function} ${outcome}`));
    for (const name of [
      'scale-on-schedule',
      'power-workstations',
      'tag-new-resources',
      'renew-before-expiry',
      'approve-ota-windows',
      'log-off-sessions',
    ])
      expect(done).toContain(`${name} done`);
    expect(done.map((each) => each.split(' ')[1])).toEqual(expect.arrayContaining(['done', 'failed', 'unknown']));
    expect(seen.looks).toBeGreaterThan(200);
  });

  test('nobody is cut but sales people whose day is over, and of them neither the protected nor those whose owner asked', () => {
    expect(seen.cuts.length).toBeGreaterThan(0);
    for (const { group, fromMs, toMs } of seen.cuts) {
      expect(group).toMatch(/^sales-/);
      const [from, to] = [fromMs, toMs].map((ms) => new Date(ms + 8 * hours));
      const minuteOf = (date: Date | undefined) => (date?.getUTCHours() ?? 0) * 60 + (date?.getUTCMinutes() ?? 0);
      expect([group, from?.getUTCDay() !== 0 && from?.getUTCDay() !== 6]).toEqual([group, true]);
      expect(minuteOf(from)).toBeGreaterThanOrEqual(21 * 60 + 30);
      expect(minuteOf(to)).toBeLessThanOrEqual(23 * 60 + 30);
    }
    for (const account of week.simulator.world.accounts.values()) {
      const ofGroups = account.groupList.reduce((sum, { statistics }) => sum + statistics.sessionsInterrupted, 0);
      // The rest would be those of workstations.
      expect([account.id, account.statistics.sessionsInterrupted - ofGroups]).toEqual([account.id, 0]);
      for (const { name, statistics } of account.groupList.filter((group) => spared.includes(group.name))) {
        expect([name, statistics.sessionsInterrupted, statistics.disconnectedEnded]).toEqual([name, 0, 0]);
      }
    }
    expect(groupNamed(week.simulator, 'sales-north').sessions.get('board-chen')?.state).toBe('connected');
  });

  test('updates start at the beginning of the windows of their rings', () => {
    const started = [...week.simulator.world.accounts.values()].flatMap((account) =>
      [...account.otaTasks].flatMap(([id, tasks]) =>
        tasks.map(({ startMs }) => ({ ring: account.groups.get(id)?.tags.get('ota-ring')?.value, startMs })),
      ),
    );
    expect(started.length).toBeGreaterThan(1);
    for (const { ring, startMs } of started) {
      const local = new Date(startMs + 8 * hours);
      const restday = local.getUTCDay() % 6 === 0;
      const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
      const window = ring === 'canary' ? [12 * 60 + 30, 13 * 60 + 30] : ring === 'early' ? [21 * 60 + 30, 23 * 60 + 30] : [2 * 60, 5 * 60];
      expect([ring, restday]).toEqual([ring, ring === undefined]);
      expect(minute).toBeGreaterThanOrEqual(window[0] as number);
      expect(minute).toBeLessThan(window[1] as number);
    }
  });

  test('no group is left drained but the one that a person drained, and none is below its need', () => {
    expect([...seen.drained]).toEqual(['sales-kiosk']);
    expect(seen.short).toEqual([]);
  });

  test('no tag is overwritten, and those that were taken off are back', () => {
    expect(week.overwritten).toEqual([]);
    expect(groupNamed(week.simulator, 'fin-budget').tags.get('department')?.value).toBe('finance');
    expect(groupNamed(week.simulator, 'sg-core').tags.get('owner')?.value).toBe('unassigned');
  });

  test('what only observes changes nothing', () => {
    const drifted = week.reports.filter((report) => report.function === 'enforce-policy' && report.counts.act + report.counts.hold > 0);
    expect(drifted.length).toBeGreaterThan(0);
    expect(week.simulator.ledger.count('ModifyAppInstanceGroupAttribute', 'received')).toBe(0);
  });

  test('no expiry is ordered for twice', () => {
    const orders = [...week.simulator.world.accounts.values()].flatMap((account) => account.orders.all);
    const sent = ['RenewAppInstanceGroup', 'RenewWuyingServer'].map((action) => week.simulator.ledger.count(action, 'executed'));
    expect(orders).toHaveLength(sent.reduce((sum, count) => sum + count, 0));
    expect(orders.length).toBeGreaterThan(0);
  });

  test('each hold is told once, when it begins', () => {
    expect(week.mistold).toEqual([]);
    expect(week.reports.flatMap(({ newHolds }) => newHolds).length).toBeGreaterThan(10);
  });

  test('leaves a journal whose chains are whole', async () => {
    expect((await verifyJournal(week.store)).problems).toEqual([]);
  });

  test('played again, its first days leave the same journal; played with other users they do not', async () => {
    const again = await playWeek({ days: 1.7, faults, restarts, people });
    const other = await playWeek({ days: 0.7, faults, restarts, people, seed: 7 });
    await Promise.all([again.simulator.close(), other.simulator.close()]);
    expect(again.journals[0]?.length).toBeGreaterThan(100);
    expect(again.journals.slice(0, 2)).toEqual(week.journals.slice(0, 2));
    expect(other.journals[0]).not.toEqual(week.journals[0]);
  }, 60_000);
});
