import { afterEach, describe, expect, it } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { run } from '../../../shared/engine/run.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { StrategySeed } from '../../../simulator/world/seed.ts';
import { clockOf } from '../../fixtures/clocks.ts';
import { hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { policyOf } from './plan-fixture.ts';

const account = '1234567890123456';
const office = '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}}';
const nobody = office.replace('all', '{name: "other-*"}');
const week = { '1-5': { '08:00-21:00': 4 } };

let simulator: Simulator;
afterEach(() => simulator.close());

interface Story {
  readonly start: string;
  readonly strategy: StrategySeed;
  /** Whether the rule leaves the group after the first run. */
  readonly leaves?: boolean;
}

/** Runs on a machine whose clock is, from the second run on, so many hours ahead of the world's, which is that of the service. */
async function ranAhead(hours: number, { start, strategy, leaves = false }: Story) {
  const group = { id: 'aig-1', name: 'ledger', region: 'cn-hangzhou', tags: { 'peak-nodes': '4' }, pool: { id: 'rg-1', strategy } };
  const world = buildWorld({ start: `${start.replace(' ', 'T')}:00+08:00`, accounts: [{ id: account, groups: [group] }] });
  simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  const [key] = simulator.accounts;
  if (key === undefined) throw new Error('the test has no key');
  const credentials = explicitCredentials({ accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret });
  const store = memoryStore();
  const once = (rules: string, aheadMs: number) => {
    const policy = policyOf(rules, '', '2026-09-20 00:00');
    const { office: target } = policy.targets;
    if (target === undefined) throw new Error('the test has no target');
    const clock = clockOf(() => simulator.world.clock.nowMs + aheadMs);
    const client = createClient({ endpoint: simulator.url, credentials, clock });
    return run({ automation: scaleOnSchedule, client, target, policy, store, clock, mode: 'apply', world: 'test' });
  };
  if (leaves) {
    await once(office, 0);
    simulator.advance(16 * hourMs);
  }
  const report = await once(leaves ? nobody : office, hours * hourMs);
  simulator.advance(hourMs);
  const [pool] = simulator.world.account(account).groupList[0]?.pools ?? [];
  return {
    outcomes: report.outcomes.map(({ outcome }) => outcome),
    codes: report.errors.map(({ code }) => code),
    nodes: pool?.nodes.length,
  };
}

describe('on a machine whose clock is wrong', () => {
  it.each([24, 3, -3, -24, 24 * 30, 24 * 500])(
    'by %i h a weekly schedule that is about to end is extended and has its nodes meanwhile',
    async (hours) => {
      const strategy = { schedule: week, enable: '2026-09-01', disable: '2026-11-27' };
      const { outcomes, codes, nodes } = await ranAhead(hours, { start: '2026-11-25 10:00', strategy });
      expect({ outcomes, codes, nodes }).toEqual({ outcomes: ['done'], codes: ['ClockSkew'], nodes: 4 });
    },
  );

  it.each([24, 3, -3, -24])('by %i h what a holiday took is given back at once where the group has left its rule', async (hours) => {
    const strategy = { schedule: { '1-7': { '08:00-21:00': 4 } }, enable: '2026-09-01', disable: '2027-08-31' };
    // From the evening before the holiday on the schedule pauses.
    const { outcomes, codes, nodes } = await ranAhead(hours, { start: '2026-09-30 21:10', strategy, leaves: true });
    expect({ outcomes, codes, nodes }).toEqual({ outcomes: ['done'], codes: ['ClockSkew'], nodes: 4 });
  });
});
