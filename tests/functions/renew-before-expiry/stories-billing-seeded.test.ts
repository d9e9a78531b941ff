import { afterEach, expect, test } from 'vitest';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const startMs = Date.parse('2026-11-03T12:00:00+08:00');
const plain = policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}');
const billed = plain.replace('endpoint: cn-shanghai}', 'endpoint: cn-shanghai, billing: {site: china, productCode: appstream}}');

let fixture: RenewalFixture;
afterEach(() => fixture.close());

/** Subscriptions that come due one after another, whose orders get lost by chance, executed or not, while billing fails now and then. */
async function story(
  text: string,
  orderListingMinutes: number,
): Promise<{ readonly unclear: number; readonly closed: number; readonly twice: number }> {
  const groups = Array.from({ length: 12 }, (_, index) => ({
    ...({ id: `aig-${index}`, name: `group ${index}`, region: 'cn-hangzhou', charge: 'PrePaid' } as const),
    expiresAt: new Date(startMs + 7 * dayMs + index * 6 * hourMs).toISOString(),
  }));
  const faults: readonly Fault[] = [
    { kind: 'drop', action: 'RenewAppInstanceGroup', probability: 0.4, times: 'always' },
    { kind: 'lose-answer', action: 'RenewAppInstanceGroup', probability: 0.4, times: 'always' },
    { kind: 'fail', action: 'QueryOrders', probability: 0.1, times: 'always', httpStatus: 400, code: 'Odd' },
  ];
  const world = { start: new Date(startMs).toISOString(), seed: 11, assumptions: { orderListingMinutes } };
  fixture = await renewalFixture({ ...world, groups }, text, { faults });
  for (let run = 0; run < 48; run++) {
    // From here on what is open comes to its end.
    if (run === 32) fixture.simulator.faults.clear();
    fixture.simulator.advance(run % 2 === 0 ? 35 * minuteMs : 6 * hourMs - 35 * minuteMs);
    await fixture.run();
  }
  const histories = await Promise.all(groups.map(({ id }) => runStoring(fixture.store, readHistory(renewalStream(accountId, id)))));
  const unclear = histories.flat().filter(({ answer }) => answer?.outcome === 'unclear');
  const renewed = orders(fixture).flatMap(({ resourceIds }) => resourceIds);
  return {
    unclear: unclear.length,
    closed: unclear.filter(({ end }) => end !== undefined).length,
    twice: renewed.length - new Set(renewed).size,
  };
}

test.each([0, 1440])(
  'billing that is %i minutes behind closes 95 in 100 unclear orders without a person, and nothing is ordered twice',
  async (minutes) => {
    const { unclear, closed, twice } = await story(billed, minutes);
    expect(unclear).toBeGreaterThan(8);
    expect(closed / unclear).toBeGreaterThanOrEqual(0.95);
    expect(twice).toBe(0);
  },
);

test('without billing those wait for a person that were not executed', async () => {
  const { unclear, closed, twice } = await story(plain, 0);
  expect(closed / unclear).toBeLessThan(0.8);
  expect(twice).toBe(0);
});
