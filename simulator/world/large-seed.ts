import type { GroupSeed, StrategySeed, WorldSeed } from './seed.ts';

/** What a large fleet is like. */
export interface FleetOptions {
  /** Number of delivery groups. */
  readonly groups: number;
  /** How many of them are not as `right` says, spread evenly over the list. Default 0. */
  readonly changed?: number;
  /** The account's number. Default `1234567890123456`. */
  readonly account?: string;
  /** Region of all groups. Default `cn-hangzhou`. */
  readonly region?: string;
  /** The world's first instant. Default 2026-11-25 08:40 in UTC+8, a Wednesday. */
  readonly start?: string;
  /** Values of the tag `department`, used in turn as `dept-000`, `dept-001` …. Default 100. */
  readonly departments?: number;
  /** The strategy of a group that is as wanted, by its peak. Default: Monday to Friday 08:00 to 21:00 at the peak. */
  readonly right?: (peak: number) => StrategySeed;
  /** The strategy of a group that is not. Default: fixed at one node more than the peak. */
  readonly wrong?: (peak: number) => StrategySeed;
  /** Users with access to each group; they never connect by themselves, and their names exist only once asked for. Default 0. */
  readonly usersPerGroup?: number;
}

/** Highest peak in a large fleet; peaks go from 1 to this in turn. */
const highestPeak = 6;

const workingHours = (peak: number): StrategySeed => ({
  schedule: { '1-5': { '08:00-21:00': peak } },
  warmUp: true,
  enable: '2026-09-01',
  disable: '2027-08-31',
});

/**
 * The seed of a world with one account of very many groups. Groups are made one at a time while the world is built, and equal
 * strategies are shared, so that a hundred thousand of them fit into memory.
 */
export function generateFleet(options: FleetOptions): WorldSeed {
  return {
    start: options.start ?? '2026-11-25T08:40:00+08:00',
    accounts: [{ id: options.account ?? '1234567890123456', groups: { [Symbol.iterator]: () => groupsOf(options) } }],
  };
}

function* groupsOf(options: FleetOptions): Generator<GroupSeed> {
  const { groups, changed = 0, region = 'cn-hangzhou', departments = 100, usersPerGroup = 0 } = options;
  const byPeak = (make: (peak: number) => StrategySeed) => Array.from({ length: highestPeak }, (_, i) => make(i + 1));
  const right = byPeak(options.right ?? workingHours);
  const wrong = byPeak(options.wrong ?? ((peak) => ({ fixed: peak + 1 })));
  for (let i = 0; i < groups; i += 1) {
    const peak = (i % highestPeak) + 1;
    const differs = Math.floor(((i + 1) * changed) / groups) > Math.floor((i * changed) / groups);
    const strategy = (differs ? wrong : right)[peak - 1] as StrategySeed;
    const number = String(i).padStart(6, '0');
    yield {
      id: `aig-fleet${number}`,
      name: `fleet-${number}`,
      region,
      tags: { department: `dept-${String(i % departments).padStart(3, '0')}`, owner: 'fleet', 'peak-nodes': String(peak) },
      pool: { id: `rg-fleet${number}`, strategy },
      ...(usersPerGroup > 0 ? { users: [{ prefix: `fleet-${number}-`, count: usersPerGroup }] } : {}),
    };
  }
}
