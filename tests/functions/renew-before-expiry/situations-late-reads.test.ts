import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../../simulator/faults.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { policyText, renewalFixture } from './renewal-fixture.ts';

const rules = `
- {name: groups, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}
- {name: workstations, workstations: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true, pricePerMonth: {eds.proworkstation_flagship_elite.32c64g.48g1x: 1980 CNY}}`;
const seed = {
  start: '2026-11-24T12:00:00+08:00',
  groups: ['2026-12-01', '2026-12-10'].map((date, index) => ({
    ...{ id: `aig-${index}`, name: `studio-${index}`, region: 'cn-hangzhou', charge: 'PrePaid' as const },
    expiresAt: `${date}T00:00:00+08:00`,
  })),
  workstations: [{ id: 'ws-1', name: 'artist', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-12-01T00:00:00+08:00' }],
};

async function played(faults: readonly Fault[], assumptions: Readonly<Record<string, string | number>> = {}) {
  const fixture = await renewalFixture({ ...seed, assumptions }, policyText(rules), { faults });
  onTestFinished(() => fixture.close());
  const startMs = shanghai('2026-11-24 12:00');
  const failures: string[] = [];
  for (let at = startMs; at < startMs + 12 * dayMs; at += at < startMs + 8 * hourMs ? 15 * minuteMs : 6 * hourMs) {
    fixture.simulator.advanceTo(Math.max(at, fixture.simulator.world.clock.nowMs));
    const report = await fixture.run('apply', { allowLocalStore: true });
    failures.push(
      ...report.outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown').map(({ because }) => String(because?.code)),
    );
  }
  const account = [...fixture.simulator.world.accounts.values()][0];
  return {
    orders: (account?.orders.all ?? []).map(({ resourceIds, status }) => `${resourceIds.join()} ${status}`),
    titles: fixture.messages.map(({ title }) => title.replaceAll(/\(.*?\)/g, '')),
    failures,
  };
}

const late = (action: string, seconds: number, probability?: number): Fault => ({
  ...{ kind: 'late', action, access: 'read', seconds },
  ...(probability === undefined ? { times: 'always' as const } : { probability }),
});

describe('orders while reads lag behind them', () => {
  test.each<[string, readonly Fault[], Readonly<Record<string, string | number>>?]>([
    ['all by 7 minutes', [], { lateReads: '7m' }],
    ['lists by 7 minutes', [], { lateReads: 'lists 7m' }],
    ['single reads by 7 minutes', [], { lateReads: 'singles 7m' }],
    ['lists by 20 minutes', [late('ListAppInstanceGroup', 1_200), late('ListWuyingServer', 1_200)]],
    ['single reads by 20 minutes', [late('GetAppInstanceGroup', 1_200)]],
    ['some by 20 minutes, others not', [late('*', 1_200, 0.5)]],
    ['some by an hour, others not', [late('*', 3_600, 0.5)]],
  ])('%s: one for each expiry, and nobody is said to have renewed', async (_name, faults, assumptions) => {
    const usual = await played([]);
    expect(usual.orders).toHaveLength(3);
    const seen = await played(faults, assumptions);
    expect([...seen.orders].sort()).toEqual([...usual.orders].sort());
    // After half an hour an order whose expiry has not moved is told of: it may wait for payment.
    expect(seen.titles.filter((title) => !/^Order unpaid|(is|are) held/.test(title)).sort()).toEqual([...usual.titles].sort());
    expect(seen.failures).toEqual(usual.failures);
  });
});
