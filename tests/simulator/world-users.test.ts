import { describe, expect, it } from 'vitest';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { type DeliveryGroupEntity, drainTag } from '../../simulator/world/delivery-group.ts';
import type { GroupSeed, WorldSeed } from '../../simulator/world/seed.ts';
import type { World } from '../../simulator/world/world.ts';
import { day, estate, hour, minute, start } from './estate.ts';

const account = '1234567890123456';

function team(name: string, seed: Partial<GroupSeed> = {}): GroupSeed {
  return {
    name,
    region: 'cn-hangzhou',
    pool: { strategy: { usage: { nodes: 2, maxScaling: 6, step: 2 } } },
    users: [{ prefix: `${name}-`, count: 12, profile: 'office' }],
    ...seed,
  };
}

function worldOf(groups: readonly GroupSeed[], rest: Partial<WorldSeed> = {}): World {
  return buildWorld({ start, seed: 5, accounts: [{ id: account, groups }], ...rest });
}

/** All that can be seen of the groups: settings, nodes, sessions and what was counted. */
function picture(world: World, names?: readonly string[]): unknown {
  world.settleStatistics();
  return world
    .account(account)
    .groupList.filter(({ name }) => names?.includes(name) ?? true)
    .map((group) => ({
      id: group.id,
      status: group.status,
      statistics: group.statistics,
      nodes: group.pools.flatMap((pool) => pool.nodes.map(({ id, state, used, createdMs }) => ({ id, state, used, createdMs }))),
      sessions: [...group.sessions.values()].map(({ user, state, startedMs, instance }) => ({ user, state, startedMs, id: instance.id })),
    }));
}

describe('a world of users', () => {
  const seeds = [team('one'), team('two', { users: [{ prefix: 'two-', count: 9, profile: 'service' }] }), team('three')];

  it('is the same again from the same seed', () => {
    const [a, b] = [worldOf(seeds), worldOf(seeds)];
    a.clock.advanceBy(3 * day);
    for (let i = 0; i < 3 * 24; i += 1) b.clock.advanceBy(hour);
    expect(picture(a)).toEqual(picture(b));
    expect(a.clock.eventsRun).toBe(b.clock.eventsRun);
    expect(a.newRequestId()).toBe(b.newRequestId());
  });

  it('is another one from another seed', () => {
    const [a, b] = [worldOf(seeds), worldOf(seeds, { seed: 6 })];
    for (const world of [a, b]) world.clock.advanceBy(day);
    expect(picture(a)).not.toEqual(picture(b));
  });

  it('leaves the fate of a group as it is when another group joins', () => {
    const [a, b] = [worldOf(seeds), worldOf([team('zero'), ...seeds, team('four')])];
    for (const world of [a, b]) world.clock.advanceBy(3 * day);
    const names = seeds.map(({ name }) => name);
    expect(picture(b, names)).toEqual(picture(a, names));
  });

  it('has the same visits on a day whoever was turned away on the days before, so that what is done in two worlds can be compared', () => {
    const crowd = [{ prefix: 'one-', count: 12, profile: 'office' as const }];
    const [poor, rich] = [1, 12].map((nodes) => worldOf([team('one', { users: crowd, pool: { strategy: { fixed: nodes } } })]));
    if (!poor || !rich) throw new Error('there are two worlds');
    const worlds = [poor, rich];
    for (const world of worlds) world.clock.advanceTo(Date.parse('2026-11-26T00:00+08:00'));
    const groupOf = (world: World): DeliveryGroupEntity => world.account(account).groupList[0] as DeliveryGroupEntity;
    expect(groupOf(poor).statistics.deniedNoInstance).toBeGreaterThan(5);
    expect(groupOf(rich).statistics.deniedNoInstance).toBe(0);
    groupOf(poor).pools[0]?.setStrategy({ StrategyType: 'NODE_FIXED', NodeAmount: 12 }, poor.clock.nowMs);
    const seen = worlds.map((world) => {
      const visits = new Set<string>();
      for (let at = 0; at < 24 * 60; at += 1) {
        world.clock.advanceBy(minute);
        for (const { user, startedMs } of groupOf(world).sessions.values()) visits.add(`${user} ${startedMs}`);
      }
      return [...visits].sort();
    });
    expect(seen[0]?.length).toBeGreaterThan(8);
    expect(seen[0]).toEqual(seen[1]);
  });

  it('knows the holidays of each account', () => {
    const users = [{ prefix: 'one-', count: 20, profile: 'office' as const }];
    const groups = [team('one', { users, pool: { strategy: { fixed: 20 } } })];
    const world = buildWorld({
      ...{ start, seed: 5, restdays: ['2026-11-26'] },
      accounts: [
        { id: account, groups },
        { id: '2234567890123456', groups, restdays: [] },
      ],
    });
    world.clock.advanceTo(Date.parse('2026-11-26T11:00+08:00'));
    const connected = [...world.accounts.values()].map(({ sessions }) => sessions.size);
    expect(connected[0]).toBeLessThan(4);
    expect(connected[1]).toBeGreaterThan(12);
  });

  it('works on weekdays by day, and stays at home at night and on Sundays', () => {
    const world = worldOf([team('one', { users: [{ prefix: 'one-', count: 40, profile: 'office' }], pool: { strategy: { fixed: 30 } } })]);
    const connected = (when: string) => {
      world.clock.advanceTo(Date.parse(`${when}+08:00`));
      return [...world.account(account).sessions.values()].filter(({ state }) => state === 'connected').length;
    };
    expect(connected('2026-11-25T10:30')).toBeGreaterThan(25);
    expect(connected('2026-11-25T23:30')).toBe(0);
    expect(connected('2026-11-26T15:30')).toBeGreaterThan(25);
    expect(connected('2026-11-29T11:00')).toBeLessThan(5);
  });

  it.each([
    ['a public holiday', { restdays: ['2026-11-26'] }, '2026-11-26', 0],
    ['a make-up workday', { workdays: ['2026-11-28'] }, '2026-11-28', 20],
  ])('knows %s', (_what, rest, date, atLeast) => {
    const world = worldOf(
      [team('one', { users: [{ prefix: 'one-', count: 40, profile: 'office' }], pool: { strategy: { fixed: 30 } } })],
      rest,
    );
    world.clock.advanceTo(Date.parse(`${date}T10:30+08:00`));
    const present = world.account(account).sessions.size;
    if (atLeast > 0) expect(present).toBeGreaterThan(atLeast);
    else expect(present).toBeLessThan(5);
  });

  it('counts those who find no instance, who try again and give the visit up', () => {
    const world = worldOf([team('one', { pool: { capacity: 1, strategy: { fixed: 1 } } })]);
    world.clock.advanceBy(day);
    const { sessionsStarted, deniedNoInstance, visitsLost } = world.account(account).statistics;
    expect(sessionsStarted).toBeGreaterThan(0);
    expect(visitsLost).toBeGreaterThan(0);
    expect(deniedNoInstance).toBeGreaterThanOrEqual(2 * visitsLost);
  });

  it('turns away the users of a group that nobody renewed', () => {
    const world = worldOf([team('one', { charge: 'PrePaid', expiresAt: '2026-11-26T00:00:00+08:00' })]);
    world.clock.advanceBy(2 * day);
    expect(world.account(account).statistics).toMatchObject({ lapses: 1 });
    expect(world.account(account).statistics.deniedOther).toBeGreaterThan(0);
    expect(world.account(account).sessions.size).toBe(0);
  });

  it('comes back after a cut, and the cut is counted', () => {
    const world = worldOf([team('one', { pool: { strategy: { fixed: 8 } } })]);
    world.clock.advanceTo(Date.parse('2026-11-25T10:30+08:00'));
    const group = world.account(account).groupList[0];
    const connected = [...(group?.sessions.values() ?? [])].filter(({ state }) => state === 'connected').length;
    const all = group?.sessions.size ?? 0;
    expect(group?.cutAllSessions(world.clock.nowMs)).toBe(all);
    expect(world.account(account).statistics).toMatchObject({ sessionsInterrupted: connected, disconnectedEnded: all - connected });
    world.clock.advanceBy(20 * minute);
    expect(group?.sessions.size).toBeGreaterThanOrEqual(connected - 1);
  });
});

describe('a session', () => {
  const seed: GroupSeed = {
    id: 'aig-1',
    name: 'one',
    region: 'cn-hangzhou',
    users: [{ ids: ['alice', 'bob'] }],
    pool: { strategy: { fixed: 1 } },
  };
  const place = (rest: Partial<GroupSeed> = {}) => {
    const built = estate({ groups: [{ ...seed, ...rest }] });
    const group = built.account.groups.get('aig-1');
    if (!group) throw new Error('the estate has no group');
    return { ...built, group, connect: (user: string) => group.connect(user, built.world.clock.nowMs) };
  };

  it.each([
    ['ends at the session timeout after a disconnection', 15, 15 * minute, 0],
    ['waits until then', 15, 15 * minute - 1, 1],
    ['waits for ever without a timeout', -1, 30 * day, 1],
  ])('%s', (_what, sessionTimeout, wait, left) => {
    const { group, account: owner, pass } = place({ sessionTimeout, sessions: [{ user: 'alice', connected: false }] });
    pass(wait);
    expect(group.sessions.size).toBe(left);
    expect(owner.statistics).toMatchObject({ sessionsTimedOut: 1 - left, sessionsInterrupted: 0 });
  });

  it('is found again by its user, on the same instance', () => {
    const { group, connect, world, pass } = place({ sessions: [{ user: 'alice', connected: false }] });
    const before = group.sessions.get('alice');
    pass(10 * minute);
    expect(connect('alice')).toBe(before);
    pass(day);
    expect(group.sessions.get('alice')).toBe(before);
    expect(before?.state).toBe('connected');
    expect(world.account(account).statistics.sessionsStarted).toBe(1);
  });

  it.each([
    ['a user without access', {}, 'mallory', 'not-authorized'],
    ['a new user while the group is drained', { tags: { [drainTag]: 'true' } }, 'bob', 'drained'],
    ['anybody while an update runs', { status: 'MAINTAINING' as const }, 'bob', 'not-published'],
    [
      'a third user on two places',
      { users: [{ ids: ['alice', 'bob', 'carol'] }], sessions: [{ user: 'alice' }, { user: 'bob' }] },
      'carol',
      'no-instance',
    ],
  ])('is denied to %s', (_who, rest, user, denial) => {
    expect(place(rest).connect(user)).toBe(denial);
  });

  it('goes on for those who have one while the group is drained', () => {
    const { group, connect } = place({ sessions: [{ user: 'alice', connected: false }] });
    group.setTag(drainTag, 'true');
    expect(typeof connect('alice')).toBe('object');
  });

  it('cannot be seeded where there is no room, and the message says what to change', () => {
    const sessions = ['a', 'b', 'c'].map((user) => ({ user }));
    expect(() => place({ sessions })).toThrow(/'one' cannot hold a session of c \(no-instance\); give it more nodes or fewer sessions/);
  });
});
