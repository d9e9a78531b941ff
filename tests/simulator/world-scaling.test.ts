import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { NodePool } from '../../simulator/world/node-pool.ts';
import type { GroupSeed, StrategySeed } from '../../simulator/world/seed.ts';
import type { SessionEntity } from '../../simulator/world/session.ts';
import { strategyFromSeed } from '../../simulator/world/strategy.ts';
import { day, estate, hour, minute } from './estate.ts';

function pooled(strategy: StrategySeed, seed: Partial<GroupSeed> = {}, assumptions: Readonly<Record<string, AssumptionValue>> = {}) {
  const place = estate(
    { groups: [{ id: 'aig-1', name: 'one', region: 'cn-hangzhou', ...seed, pool: { id: 'rg-1', strategy } }] },
    assumptions,
  );
  const group = [...place.account.groupList][0];
  if (!group?.pools[0]) throw new Error('the estate has no group');
  const pool: NodePool = group.pools[0];
  let users = 0;
  return {
    ...place,
    group,
    pool,
    /** How many nodes are in a state, or exist at all. */
    count: (state?: string) => pool.nodes.filter((node) => state === undefined || node.state === state).length,
    /** Lets `count` new users in and gives their sessions; throws when one is denied. */
    enter: (count: number) =>
      Array.from({ length: count }, () => {
        users += 1;
        group.users.add(`user-${users}`);
        const session = group.connect(`user-${users}`, place.world.clock.nowMs);
        if (typeof session === 'string') throw new Error(session);
        return session;
      }),
    leave: (session: SessionEntity) => group.end(session, 'left', place.world.clock.nowMs),
    set: (next: StrategySeed) => pool.setStrategy(strategyFromSeed(next), place.world.clock.nowMs),
  };
}

const schedule = (amount: number, rest: Partial<Extract<StrategySeed, { schedule: unknown }>> = {}): StrategySeed => ({
  schedule: { '1-5': { '08:00-18:00': amount } },
  enable: '2026-11-20',
  disable: '2027-06-01',
  ...rest,
});

describe('a fixed count of nodes', () => {
  it('is there from the start, and grows by nodes that boot for minutes', () => {
    const { count, set, pass } = pooled({ fixed: 2 });
    expect(count('ready')).toBe(2);
    set({ fixed: 5 });
    expect([count('ready'), count('booting')]).toEqual([2, 3]);
    pass(6 * minute - 1);
    expect(count('booting')).toBe(3);
    pass(1);
    expect(count('ready')).toBe(5);
  });

  it('shrinks by idle nodes first, which stop for a moment and are gone', () => {
    const { count, set, pass, enter, pool } = pooled({ fixed: 4 });
    const [session] = enter(1);
    set({ fixed: 1 });
    expect([count('ready'), count('stopping')]).toEqual([1, 3]);
    pass(2 * minute);
    expect(pool.nodes).toEqual([session?.instance.node]);
  });

  it('waits for the sessions of nodes that are too many, and lets nobody new onto them', () => {
    const { count, set, enter, leave, group, world } = pooled({ fixed: 3 });
    const sessions = enter(6);
    set({ fixed: 1 });
    expect([count('ready'), count('draining')]).toEqual([1, 2]);
    expect(group.sessions.size).toBe(6);
    for (const session of sessions.filter(({ instance }) => instance.node.state === 'draining')) leave(session);
    expect([count('draining'), count('stopping')]).toEqual([0, 2]);
    group.users.add('late');
    expect(group.connect('late', world.clock.nowMs)).toBe('no-instance');
  });

  it('cuts those sessions where that is assumed, and counts them', () => {
    const { set, enter, group, account } = pooled({ fixed: 3 }, {}, { fixedLowering: 'cut' });
    enter(6);
    set({ fixed: 1 });
    expect(group.sessions.size).toBe(2);
    expect(account.statistics.sessionsInterrupted).toBe(4);
  });

  it('takes draining nodes back before it boots new ones', () => {
    const { count, set, enter } = pooled({ fixed: 3 });
    enter(6);
    set({ fixed: 1 });
    set({ fixed: 4 });
    expect([count('ready'), count('booting'), count('draining')]).toEqual([3, 1, 0]);
  });
});

describe('scaling by schedule', () => {
  it.each([
    ['2026-11-25T08:40', 3],
    ['2026-11-25T17:59', 3],
    ['2026-11-25T18:03', 0],
    ['2026-11-26T07:59', 0],
    ['2026-11-26T08:06', 3],
    ['2026-11-28T12:00', 0],
    ['2027-05-31T12:00', 3],
    ['2027-06-01T12:00', 0],
    ['2027-06-08T12:00', 0],
  ])('has the nodes of its periods and none outside them: %s', (when, nodes) => {
    const { world, count } = pooled(schedule(3));
    world.clock.advanceTo(Date.parse(`${when}+08:00`));
    expect(count()).toBe(nodes);
  });

  it.each([
    ['ahead', true, 3, 0],
    ['ahead', false, 0, 3],
    ['at-start', true, 0, 3],
  ])('has warm nodes at the start of a period only with %s and WarmUp %s', (warmUp, flag, ready, booting) => {
    const { world, count } = pooled(schedule(3, { warmUp: flag }), {}, { warmUp });
    world.clock.advanceTo(Date.parse('2026-11-26T08:00+08:00'));
    expect([count('ready'), count('booting')]).toEqual([ready, booting]);
  });

  it.each([
    ['wait', 4, 0, 2],
    ['cut', 0, 4, 0],
  ])('at the end of a period its sessions %s', (scheduleFallingEdge, alive, interrupted, nodes) => {
    const { world, enter, group, account, count } = pooled(schedule(3), {}, { scheduleFallingEdge });
    enter(4);
    world.clock.advanceTo(Date.parse('2026-11-25T18:10+08:00'));
    expect([group.sessions.size, account.statistics.sessionsInterrupted, count()]).toEqual([alive, interrupted, nodes]);
  });

  it('lets sessions of one period live into the next on the nodes that were draining', () => {
    const { world, enter, group, count } = pooled(schedule(3));
    enter(6);
    world.clock.advanceTo(Date.parse('2026-11-26T08:00:01+08:00'));
    expect([group.sessions.size, count('ready'), count()]).toEqual([6, 3, 3]);
  });

  it.each([
    ['immediate', 6, 6],
    ['next-period', 3, 6],
  ])('takes over a new amount for a period that runs: %s', (periodRewrite, today, tomorrow) => {
    const { world, set, count, pass } = pooled(schedule(3), {}, { periodRewrite });
    set(schedule(6));
    pass(10 * minute);
    expect(count('ready')).toBe(today);
    world.clock.advanceTo(Date.parse('2026-11-26T09:00+08:00'));
    expect(count('ready')).toBe(tomorrow);
  });

  it.each([
    ['Asia/Shanghai', 'cn-hangzhou', 3],
    ['UTC', 'cn-hangzhou', 0],
    ['region', 'ap-northeast-1', 3],
  ])('reads its times in %s for a group in %s', (scheduleZone, region, nodes) => {
    const { count } = pooled(schedule(3), { region }, { scheduleZone });
    expect(count('ready')).toBe(nodes);
  });

  it('gives the nodes up for a fixed count, which stays through the night', () => {
    const { world, set, count } = pooled(schedule(3));
    set({ fixed: 2 });
    world.clock.advanceTo(Date.parse('2026-11-25T23:00+08:00'));
    expect(count('ready')).toBe(2);
  });
});

describe('scaling by usage', () => {
  const usage = { usage: { nodes: 1, maxScaling: 4, step: 2, threshold: '80' }, downAfterIdleMinutes: 10 } satisfies StrategySeed;

  it('adds a step once the share of used instances reaches the threshold', () => {
    const { enter, count } = pooled(usage);
    enter(1);
    expect(count()).toBe(1);
    enter(1);
    expect([count('ready'), count('booting')]).toEqual([1, 2]);
  });

  it('adds for a user who is turned away, up to the ceiling and not beyond', () => {
    const { enter, group, world, count, pass } = pooled(usage);
    for (let round = 0; round < 6; round += 1) {
      for (let i = 0; i < 12; i += 1) {
        group.users.add(`crowd-${round}-${i}`);
        group.connect(`crowd-${round}-${i}`, world.clock.nowMs);
      }
      pass(6 * minute);
    }
    expect(count('ready')).toBe(5);
    expect(group.sessions.size).toBe(10);
    expect(() => enter(1)).toThrow('no-instance');
  });

  it('gives idle elastic nodes back after the idle time, and keeps the others', () => {
    const { enter, leave, count, pass } = pooled(usage);
    const [first, second] = enter(2);
    pass(6 * minute);
    expect(count('ready')).toBe(3);
    leave(first as SessionEntity);
    pass(10 * minute);
    expect(count('ready')).toBe(1);
    leave(second as SessionEntity);
    pass(hour);
    expect(count()).toBe(1);
  });

  it('does not take the node under a session when the ceiling is lowered', () => {
    const { enter, set, count, pass, group } = pooled(usage);
    enter(2);
    pass(6 * minute);
    enter(4);
    set({ ...usage, usage: { ...usage.usage, maxScaling: 0 } });
    pass(hour);
    expect(group.sessions.size).toBe(6);
    expect([count('ready'), count('draining')]).toEqual([1, 2]);
  });

  it('adds nothing while enough instances are idle', () => {
    const { enter, count } = pooled({ ...usage, usage: { ...usage.usage, threshold: '10' }, maxIdle: 1 });
    enter(1);
    expect(count()).toBe(1);
    enter(1);
    expect(count()).toBe(3);
  });

  it('keeps the subscription nodes of a subscription and scales with pay-as-you-go nodes', () => {
    const { enter, pool, pass } = pooled(usage, { charge: 'PrePaid' });
    enter(2);
    pass(6 * minute);
    expect(pool.nodes.map(({ charge }) => charge)).toEqual(['PrePaid', 'PostPaid', 'PostPaid']);
    expect(pool.counts()).toEqual({ nodeAmount: 1, nodeUsed: 1, scalingNodeAmount: 2, scalingNodeUsed: 0 });
  });
});

describe('counts of nodes in answers', () => {
  it('show a fixed amount as wanted while its nodes still boot, or as present where that is assumed', () => {
    const shown = (nodeAmountShows: string) => {
      const { pool, set } = pooled({ fixed: 2 }, {}, { nodeAmountShows });
      set({ fixed: 5 });
      return pool.counts().nodeAmount;
    };
    expect([shown('wanted'), shown('present')]).toEqual([5, 2]);
  });

  it('show all nodes of a pool by the hour as elastic where NodeAmount counts subscription nodes', () => {
    const shown = (payAsYouGoNodeAmount: string, charge: 'PrePaid' | 'PostPaid') =>
      pooled({ fixed: 2 }, { charge }, { payAsYouGoNodeAmount }).pool.counts();
    expect(shown('zero', 'PostPaid')).toMatchObject({ nodeAmount: 0, nodeUsed: 0, scalingNodeAmount: 2 });
    expect(shown('absent', 'PostPaid')).toMatchObject({ nodeAmount: undefined, nodeUsed: undefined, scalingNodeAmount: 2 });
    expect(shown('absent', 'PrePaid')).toMatchObject({ nodeAmount: 2, scalingNodeAmount: 0 });
  });

  it('show the nodes of a schedule as elastic, once they have arrived', () => {
    const { pool, enter } = pooled(schedule(3));
    enter(3);
    expect(pool.counts()).toEqual({ nodeAmount: 0, nodeUsed: 0, scalingNodeAmount: 3, scalingNodeUsed: 2 });
  });
});

describe('whatever is asked of a pool', () => {
  const strategies: fc.Arbitrary<StrategySeed> = fc.oneof(
    fc.record({ fixed: fc.integer({ min: 1, max: 8 }) }),
    fc.record({
      usage: fc.record({
        nodes: fc.integer({ min: 1, max: 4 }),
        maxScaling: fc.integer({ min: 0, max: 5 }),
        step: fc.integer({ min: 1, max: 3 }),
        threshold: fc.constantFrom('0', '50', '85', '100'),
      }),
      downAfterIdleMinutes: fc.constantFrom(5, 30),
    }),
    fc.integer({ min: 1, max: 8 }).map((amount) => schedule(amount)),
  );
  const steps = fc.array(
    fc.oneof(
      fc.record({ act: fc.constant('set' as const), strategy: strategies }),
      fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ act: fc.constant('enter' as const), users: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ act: fc.constant('leave' as const), users: fc.integer({ min: 1, max: 6 }) }),
    ),
    { maxLength: 25 },
  );

  it('no session is cut while nodes wait, no instance holds two, and the books agree', () => {
    fc.assert(
      fc.property(strategies, steps, (first, plan) => {
        const { group, pool, world, account, set, pass } = pooled(first);
        let user = 0;
        for (const step of plan) {
          if (step.act === 'set') set(step.strategy);
          if (step.act === 'pass') pass(step.minutes * minute);
          if (step.act === 'leave')
            for (const session of [...group.sessions.values()].slice(0, step.users)) group.end(session, 'left', world.clock.nowMs);
          for (let i = 0; step.act === 'enter' && i < step.users; i += 1) {
            user += 1;
            group.users.add(`user-${user}`);
            group.connect(`user-${user}`, world.clock.nowMs);
          }
          const held = pool.nodes.reduce((sum, node) => sum + node.used, 0);
          expect(held).toBe(group.sessions.size);
          expect(account.sessions.size).toBe(group.sessions.size);
          for (const node of pool.nodes) {
            expect(node.used).toBe(node.instances(pool.capacity).filter(({ session }) => session).length);
            expect(node.used).toBeLessThanOrEqual(pool.capacity);
          }
          expect(account.statistics.sessionsInterrupted).toBe(0);
          const ceiling =
            pool.settings.StrategyType === 'NODE_SCALING_BY_USAGE'
              ? (pool.settings.NodeAmount ?? 0) + (pool.settings.MaxScalingAmount ?? 0)
              : 8;
          const staying = pool.nodes.filter(({ state }) => state === 'ready' || state === 'booting').length;
          expect(staying).toBeLessThanOrEqual(ceiling);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('an empty pool comes to rest at what its strategy says', () => {
    fc.assert(
      fc.property(strategies, strategies, (first, last) => {
        const { pool, set, pass, count } = pooled(first);
        pass(3 * hour);
        set(last);
        pass(hour);
        const { StrategyType, NodeAmount = 0, RecurrenceSchedules } = pool.settings;
        const scheduled = RecurrenceSchedules?.[0]?.TimerPeriods[0]?.Amount ?? 0;
        expect(count()).toBe(count('ready'));
        expect(count()).toBe(StrategyType === 'NODE_SCALING_BY_SCHEDULE' ? scheduled : Math.max(NodeAmount, count()));
        if (StrategyType === 'NODE_FIXED' || pool.settings.ScalingUsageThreshold !== '0') {
          expect(count()).toBe(StrategyType === 'NODE_SCALING_BY_SCHEDULE' ? scheduled : NodeAmount);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('node time', () => {
  it('is counted by kind of charge, booting and stopping included', () => {
    const { world, account, set, pass } = pooled({ fixed: 2 });
    pass(hour);
    set({ fixed: 3 });
    pass(hour);
    set({ fixed: 1 });
    pass(hour);
    world.settleStatistics();
    expect(account.statistics.payAsYouGoNodeMs).toBe(2 * hour + 3 * hour + hour + 2 * 2 * minute);
    expect(account.statistics.subscriptionNodeMs).toBe(0);
  });

  it('of a schedule is the time of its periods and the moments of stopping', () => {
    const { world, account, pass } = pooled(schedule(3));
    world.clock.advanceTo(Date.parse('2026-11-26T00:00+08:00'));
    world.settleStatistics();
    const before = account.statistics.payAsYouGoNodeMs;
    pass(day);
    world.settleStatistics();
    expect(account.statistics.payAsYouGoNodeMs - before).toBe(3 * (10 * hour + 2 * minute));
  });
});
