import { describe, expect, it } from 'vitest';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { day, estate, minute } from './estate.ts';

const subscription: GroupSeed = {
  id: 'aig-1',
  name: 'one',
  region: 'cn-hangzhou',
  charge: 'PrePaid',
  expiresAt: '2026-12-10T00:00:00+08:00',
  users: [{ ids: ['alice'] }],
  pool: { id: 'rg-1', strategy: { fixed: 2 } },
};

function place(seed: Partial<GroupSeed> = {}, assumptions = {}) {
  const built = estate({ groups: [{ ...subscription, ...seed }] }, assumptions);
  const group = built.account.groups.get('aig-1');
  if (!group) throw new Error('the estate has no group');
  return {
    ...built,
    group,
    to: (when: string) => built.world.clock.advanceTo(Date.parse(`${when}+08:00`)),
    shown: () => {
      const { Status, ResourceStatus, ExpiredTime } = built.call('GetAppInstanceGroup', {
        AppInstanceGroupId: 'aig-1',
      }).AppInstanceGroupModels;
      return { Status, ResourceStatus, ExpiredTime };
    },
  };
}

describe('a subscription', () => {
  it.each([
    ['2026-12-02T23:59', 'PUBLISHED', 'AVAILABLE'],
    ['2026-12-03T00:00', 'PUBLISHED', 'EXPIRED_IN_7_DAYS'],
    ['2026-12-09T23:59', 'PUBLISHED', 'EXPIRED_IN_7_DAYS'],
    ['2026-12-10T00:00', 'EXPIRED', 'UNAVAILABLE'],
    ['2026-12-25T00:00', 'EXPIRED_RECYCLING', 'RELEASED'],
    ['2026-12-31T23:59', 'EXPIRED_RECYCLING', 'RELEASED'],
  ])('is, at %s, %s and %s', (when, Status, ResourceStatus) => {
    const { to, shown } = place();
    to(when);
    expect(shown()).toEqual({ Status, ResourceStatus, ExpiredTime: '2026-12-09T16:00:00.000+00:00' });
  });

  it('is gone after it has been reclaimed', () => {
    const { to, call, refusal } = place();
    to('2027-01-01T00:00');
    expect(call('ListAppInstanceGroup').TotalCount).toBe(0);
    expect(refusal('GetAppInstanceGroup', { AppInstanceGroupId: 'aig-1' })).toBe('InvalidAppInstanceGroup.NotFound');
    expect(refusal('ModifyNodePoolAttribute', { PoolId: 'rg-1' })).toBe('InvalidParameter.PoolId');
  });

  it('loses its nodes and sessions when it lapses', () => {
    const { to, group, account } = place({ sessions: [{ user: 'alice' }] });
    to('2026-12-10T00:00');
    expect([group.sessions.size, group.pools[0]?.nodes.length]).toEqual([0, 0]);
    expect(account.statistics).toMatchObject({ lapses: 1, sessionsInterrupted: 1 });
  });

  it('does not lapse when it was renewed in time', () => {
    const { to, group, world, shown, account } = place();
    group.renewUntil(Date.parse('2027-01-10T00:00+08:00'), world.clock.nowMs);
    to('2026-12-20T00:00');
    expect(shown()).toEqual({ Status: 'PUBLISHED', ResourceStatus: 'AVAILABLE', ExpiredTime: '2027-01-09T16:00:00.000+00:00' });
    to('2027-01-10T00:00');
    expect(account.statistics.lapses).toBe(1);
  });

  it('serves again, with nodes that boot, when it is renewed after it lapsed', () => {
    const { to, group, world, shown, pass } = place();
    to('2026-12-12T00:00');
    group.renewUntil(Date.parse('2027-01-12T00:00+08:00'), world.clock.nowMs);
    expect(shown().Status).toBe('PUBLISHED');
    pass(6 * minute);
    expect(group.pools[0]?.nodes.map(({ state }) => state)).toEqual(['ready', 'ready']);
    to('2027-01-05T00:00');
    expect(shown().Status).toBe('PUBLISHED');
  });

  it('is reclaimed after as many days as are assumed', () => {
    const { to, shown } = place({}, { expiredRetentionDays: 7 });
    to('2026-12-17T00:00');
    expect(shown().Status).toBe('EXPIRED_RECYCLING');
  });

  it('that had expired before the world began goes on from there', () => {
    const { shown, pass, group } = place({ status: 'EXPIRED', expiresAt: '2026-11-20T00:00:00+08:00' });
    expect([shown().Status, group.pools[0]?.nodes.length]).toEqual(['EXPIRED', 0]);
    pass(10 * day);
    expect(shown().Status).toBe('EXPIRED_RECYCLING');
  });
});

describe('a pay-as-you-go group', () => {
  it.each([
    ['absent', undefined],
    ['far-future', '2099-12-31T16:00:00.000+00:00'],
  ])('shows its expiry as %s', (payAsYouGoExpiredTime, text) => {
    const { shown } = place({ charge: 'PostPaid' }, { payAsYouGoExpiredTime });
    expect(shown().ExpiredTime).toBe(text);
  });
});

describe('a group that is not published', () => {
  it('is deployed after a while', () => {
    const { shown, pass } = place({ status: 'DEPLOYING' });
    expect(shown()).toMatchObject({ Status: 'DEPLOYING', ResourceStatus: 'CREATING' });
    pass(10 * minute);
    expect(shown().Status).toBe('PUBLISHED');
  });

  it('comes out of an update that was under way', () => {
    const { shown, pass } = place({ status: 'MAINTAINING' });
    expect(shown()).toMatchObject({ Status: 'MAINTAINING', ResourceStatus: 'UPGRADING' });
    pass(10 * minute);
    expect(shown().Status).toBe('PUBLISHED');
  });

  it('keeps a status that only a person can mend', () => {
    const { shown, pass } = place({ status: 'MAINTAIN_FAILED' });
    pass(day);
    expect(shown().Status).toBe('MAINTAIN_FAILED');
  });

  it('cuts everybody when an update begins, and lets nobody in until it ends', () => {
    const { group, world } = place({ sessions: [{ user: 'alice' }] });
    group.beginMaintenance(world.clock.nowMs);
    expect([group.sessions.size, group.connect('alice', world.clock.nowMs)]).toEqual([0, 'not-published']);
    group.endMaintenance('PUBLISHED');
    expect(typeof group.connect('alice', world.clock.nowMs)).toBe('object');
  });
});
