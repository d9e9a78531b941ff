/** Lets a month pass in a busy world and prints how long that took. */
import { performance } from 'node:perf_hooks';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';

const groups: GroupSeed[] = Array.from({ length: 200 }, (_, index) => ({
  name: `busy-${index}`,
  region: 'cn-hangzhou',
  pool: {
    capacity: 4,
    strategy: { schedule: { '1-5': { '08:00-21:00': 15 } }, enable: '2026-09-01', disable: '2027-08-31' },
  },
  users: [{ prefix: `user-${index}-`, count: 50, profile: 'office' }],
}));

const world = buildWorld({ start: '2026-11-02T00:00:00+08:00', accounts: [{ id: '1234567890123456', groups }] });
const startMs = performance.now();
world.clock.advanceTo(world.clock.nowMs + 30 * 86_400_000);
const ms = performance.now() - startMs;
let sessions = 0;
for (const account of world.accounts.values()) for (const group of account.groups.values()) sessions += group.statistics.sessionsStarted;
process.stdout.write(`${JSON.stringify({ ms, sessions })}\n`);
