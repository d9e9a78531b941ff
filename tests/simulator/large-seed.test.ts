import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { type FleetOptions, generateFleet } from '../../simulator/world/large-seed.ts';

function fleet(options: FleetOptions) {
  const world = buildWorld(generateFleet(options));
  return [...world.accounts.values()][0]?.groupList ?? [];
}

describe('a generated fleet', () => {
  it('has as many groups as asked, and as many of them differ', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(100), (groups, percent) => {
        const changed = Math.floor((groups * percent) / 100);
        const all = fleet({ groups, changed });
        expect(all).toHaveLength(groups);
        expect(all.filter(({ pools }) => pools[0]?.settings.StrategyType === 'NODE_FIXED')).toHaveLength(changed);
        expect(new Set(all.map(({ id }) => id)).size).toBe(groups);
      }),
      { numRuns: 40 },
    );
  });

  it('gives each group the nodes of its peak, or one more where it differs', () => {
    for (const { tags, pools } of fleet({ groups: 60, changed: 10 })) {
      const peak = Number(tags.get('peak-nodes')?.value);
      const fixed = pools[0]?.settings.StrategyType === 'NODE_FIXED';
      expect(pools[0]?.nodes).toHaveLength(fixed ? peak + 1 : peak);
    }
  });

  it('spreads the groups that differ over the whole list', () => {
    const places = fleet({ groups: 1000, changed: 10 }).flatMap(({ pools }, i) =>
      pools[0]?.settings.StrategyType === 'NODE_FIXED' ? [i] : [],
    );
    expect(places).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999]);
  });

  it('shares strategies instead of holding one for each group', () => {
    const all = fleet({ groups: 600, changed: 60 });
    expect(new Set(all.map(({ pools }) => pools[0]?.settings)).size).toBeLessThanOrEqual(12);
  });

  it('names its users only when somebody asks', () => {
    const [first] = fleet({ groups: 2, usersPerGroup: 3 });
    expect(first?.users.list()).toEqual(['fleet-000000-0001', 'fleet-000000-0002', 'fleet-000000-0003']);
  });

  it('takes other strategies, tags, places and times as told', () => {
    const options = { account: '9000000000000001', region: 'cn-beijing', departments: 2, start: '2026-12-01T10:00:00+08:00' };
    const world = buildWorld(generateFleet({ ...options, groups: 3, right: (peak) => ({ fixed: peak * 2 }) }));
    const groups = world.account('9000000000000001').groupList;
    expect(groups.map(({ region, pools, tags }) => [region, pools[0]?.nodes.length, tags.get('department')?.value])).toEqual([
      ['cn-beijing', 2, 'dept-000'],
      ['cn-beijing', 4, 'dept-001'],
      ['cn-beijing', 6, 'dept-000'],
    ]);
    expect(world.startMs).toBe(Date.parse('2026-12-01T02:00:00Z'));
  });
});
