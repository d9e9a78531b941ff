import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { run } from '../../../shared/engine/run.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { policyOf } from './plan-fixture.ts';

const account = '1234567890123456';

const policy = policyOf(
  `
- {name: bought, groups: {charge: subscription}, schedule: studio, peak: {extraNodes: 10}}
- {name: call-center, groups: {name: calls}, schedule: service, peak: {tag: peak-nodes, atMost: 100}}
- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}}
`,
  '',
  '2026-09-20 00:00',
);

/** Hour by hour through a week with a holiday and a make-up workday; each write as the local hour and what it wrote. */
interface Lived {
  readonly writes: ReadonlyMap<string, readonly string[]>;
  readonly reports: readonly RunReport[];
  /** Reports of a second look right after each run that acted. */
  readonly after: readonly RunReport[];
}

async function live(simulator: Simulator): Promise<Lived> {
  const target = policy.targets.office;
  const [key] = simulator.accounts;
  if (target === undefined || key === undefined) throw new Error('the test has no target or key');
  const clock = worldClock(simulator);
  const { accessKeyId, accessKeySecret } = key;
  const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
  const client = createClient({ endpoint: simulator.url, credentials, clock });
  const store = memoryStore();
  const writes = new Map<string, string[]>();
  const reports: RunReport[] = [];
  const after: RunReport[] = [];
  const once = (mode: 'plan' | 'apply') => run({ automation: scaleOnSchedule, client, target, policy, store, clock, mode, world: 'test' });
  for (; clock.now() < shanghai('2026-10-12 00:00'); simulator.advance(hourMs)) {
    const report = await once('apply');
    reports.push(report);
    for (const decision of report.decisions) {
      if (decision.verdict !== 'act') continue;
      const at = new Date(clock.now() + 8 * hourMs).toISOString().slice(5, 13);
      const name = decision.resource.name ?? '';
      writes.set(name, [...(writes.get(name) ?? []), `${at} ${decision.action.change[0]?.to}`]);
    }
    if (report.outcomes.length > 0) after.push(await once('plan'));
  }
  return { writes, reports, after };
}

describe('through a holiday, hour by hour against the simulated service', () => {
  let simulator: Simulator;
  let lived: Lived;

  beforeAll(async () => {
    const group = (name: string, more: object) => ({
      id: `aig-${name}`,
      name,
      region: 'cn-hangzhou',
      tags: { 'peak-nodes': '4' },
      ...more,
    });
    const lapsing = { '1-5': { '08:00-21:00': 4 } };
    const world = buildWorld({
      start: '2026-09-29T00:00:00+08:00',
      accounts: [
        {
          id: account,
          groups: [
            group('office', { pool: { strategy: { fixed: 4 } } }),
            group('lapsing', { pool: { strategy: { schedule: lapsing, enable: '2026-09-01', disable: '2026-10-20' } } }),
            group('calls', { pool: { strategy: { fixed: 1 } } }),
            group('bought', { charge: 'PrePaid', pool: { strategy: { usage: { nodes: 2, maxScaling: 0, step: 2, threshold: '80' } } } }),
          ],
        },
      ],
    });
    simulator = await startSimulator({ world, gatewayClock: 'virtual' });
    lived = await live(simulator);
  }, 120_000);

  afterAll(() => simulator.close());

  it('never fails, and after each run that acted there is nothing left to do', () => {
    expect(lived.reports.filter(({ failed }) => failed)).toEqual([]);
    expect(lived.after.length).toBeGreaterThan(10);
    expect(lived.after.map(({ decisions }) => decisions.filter(({ verdict }) => verdict === 'act'))).toEqual(lived.after.map(() => []));
  });

  it('writes the ordinary week once, pauses it for the holiday, and takes the make-up Saturday back when it is over', () => {
    const hours = '08:00–21:00 4 nodes';
    expect(lived.writes.get('office')).toEqual([
      `09-29T00 weekly schedule: Mon–Fri ${hours}`,
      // From the evening before, when its last period is over; on the last evening it is made to run again, which it would by itself.
      `09-30T21 weekly schedule: Mon–Sat ${hours}, from 2026-10-08 on`,
      '10-07T21 2027-10-06',
      `10-10T21 weekly schedule: Mon–Fri ${hours}`,
    ]);
  });

  it('extends a schedule that ends soon by the way, or else by day outside its periods', () => {
    const [first] = lived.writes.get('lapsing') ?? [];
    expect(first).toBe('09-29T21 2027-09-28');
  });

  it('sets the count of a pool that is never empty at each of its steps and at no other time', () => {
    const calls = lived.writes.get('calls') ?? [];
    expect(calls.slice(0, 2)).toEqual(['09-29T07 fixed at 4 nodes', '09-29T23 fixed at 1 node']);
    expect(calls).toHaveLength(2 * 13);
  });

  it('moves the ceiling above bought nodes by the clock, on rest days as the calendar has them', () => {
    const bought = lived.writes.get('bought') ?? [];
    expect(bought.slice(0, 4)).toEqual([
      '09-29T10 by usage, up to 10 extra nodes',
      '09-30T00 by usage, up to 0 extra nodes',
      '09-30T10 by usage, up to 10 extra nodes',
      '10-01T00 by usage, up to 0 extra nodes',
    ]);
    expect(bought[4]).toBe('10-01T13 by usage, up to 3 extra nodes');
  });
});
