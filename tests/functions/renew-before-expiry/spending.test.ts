import { afterEach, describe, expect, test } from 'vitest';
import { spendJson, spendLines } from '../../../cli/render/spend.ts';
import { styleFor } from '../../../cli/render/style.ts';
import type { Spend } from '../../../cli/run/spend.ts';
import { type MonthSpending, readSpendingOf } from '../../../functions/renew-before-expiry/purchase/spending.ts';
import { limitsOf, monthOf as monthOfPolicy } from '../../../functions/renew-before-expiry/run/budget.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

let fixture: RenewalFixture;
afterEach(() => fixture.close());

/** What the command reads, from the journal of the fixture. */
async function spend(month?: string): Promise<Spend> {
  const { policy, store, simulator } = fixture;
  const nowMs = simulator.world.clock.nowMs;
  const found = await runStoring(store, readSpendingOf(month, { limits: limitsOf({ policy }), monthOf: monthOfPolicy({ policy }), nowMs }));
  return { ...found, from: 'a test', timezone: policy.timezone, nowMs, policy: 'policy.yaml' };
}

/** What the service charged in a month by the clock of Shanghai, in millionths. */
function bill(month: string): bigint {
  return orders(fixture)
    .filter(({ placedMs }) => new Date(placedMs + 8 * hourMs).toISOString().startsWith(month))
    .reduce((sum, { amount }) => sum + amount * 100n, 0n);
}

const sums = ({ month, ordered, reserved, free }: MonthSpending): readonly unknown[] => [
  month,
  ordered.micros,
  reserved.micros,
  free?.micros,
];

describe('spending', () => {
  test('is what the bill says, through refusals, crashes, lost answers and a change of month', async () => {
    fixture = await renewalFixture(
      {
        start: '2026-11-10T12:00:00+08:00',
        groups: [
          prepaidGroup('refused', '2026-11-14T00:00:00+08:00'),
          prepaidGroup('by-hand', '2026-11-15T00:00:00+08:00'),
          prepaidGroup('lost', '2026-11-16T00:00:00+08:00'),
          prepaidGroup('midnight', '2026-12-01T00:00:00+08:00'),
          prepaidGroup('morning', '2026-12-01T06:00:00+08:00'),
          prepaidGroup('later', '2026-12-12T00:00:00+08:00'),
        ],
      },
      policyText(rule, 'limits: {spendPerMonth: 3000 CNY}'),
    );
    const { simulator, store } = fixture;
    simulator.faults.add({ kind: 'throttle', action: 'RenewAppInstanceGroup' });
    simulator.faults.add({ kind: 'lose-answer', action: 'RenewAppInstanceGroup', skip: 1 });
    // The process dies before the money of the refused order goes back; a person renews one whose money was set aside.
    const { create } = store;
    let count = 0;
    store.create = async (key, bytes) => {
      if (key.startsWith('budget/') && ++count === 2) throw new StoreError('Unreachable', 'down');
      const made = await create(key, bytes);
      if (count === 1) {
        const group = simulator.world.accounts.get(accountId)?.groups.get('by-hand');
        group?.renewUntil(shanghai('2026-12-15 00:00'), simulator.world.clock.nowMs);
      }
      return made;
    };
    await fixture.run();
    const [first] = (await spend()).months;
    expect(first?.lines.map(({ resource, state, counts }) => [resource, state, counts])).toEqual([
      ['refused', 'owed', 'given-back'],
      ['by-hand', 'set-aside', 'reserved'],
      ['lost', 'set-aside', 'reserved'],
    ]);
    for (let i = 0; i < 5; i++) {
      simulator.advance(10 * minuteMs);
      await fixture.run();
    }
    const [second] = (await spend()).months;
    expect(second?.lines.map(({ resource, state }) => `${resource} ${state}`)).toEqual([
      'by-hand set-aside',
      'lost unclear',
      'refused renewed',
    ]);
    const unclear = second?.lines.find(({ state }) => state === 'unclear')?.amount.micros ?? 0n;
    expect((second?.ordered.micros ?? 0n) + unclear).toBe(bill('2026-11'));

    simulator.advanceTo(shanghai('2026-11-30 23:05'));
    await fixture.run();
    simulator.advanceTo(shanghai('2026-11-30 23:55'));
    await fixture.run();
    simulator.advanceTo(shanghai('2026-12-06 12:00'));
    await fixture.run();
    simulator.advance(15 * minuteMs);
    await fixture.run();
    const { months } = await spend();
    const limit = 3_000_000_000n;
    expect(months.map(sums)).toEqual([
      ['2026-11', bill('2026-11'), 0n, limit - bill('2026-11')],
      ['2026-12', bill('2026-12'), 0n, limit - bill('2026-12')],
    ]);
    expect(bill('2026-11') > 0n && bill('2026-12') > 0n).toBe(true);
  });

  test('of an order right at the change of month counts once, and is reserved in the month where it may count', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-30T23:50:00+08:00', groups: [prepaidGroup('g', '2026-12-01T06:00:00+08:00')] },
      policyText(rule, 'limits: {spendPerMonth: 3000 CNY}'),
    );
    await fixture.run();
    const { months } = await spend();
    const price = bill('2026-11');
    expect(months.map(sums)).toEqual([
      ['2026-11', price, 0n, 3_000_000_000n - price],
      ['2026-12', 0n, price, 3_000_000_000n - price],
    ]);
    expect(months[1]?.lines[0]?.words).toContain('may count here');
  });

  test('is shown with for whom, since when, by the clock of the policy, and to the last digit', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-10T12:00:00+08:00', groups: [prepaidGroup('g', '2026-11-14T00:00:00+08:00')] },
      policyText(rule, 'limits: {spendPerMonth: [1000.005 CNY, 10 USD]}'),
    );
    fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    await fixture.run();
    const lines = spendLines(await spend(), false, styleFor());
    expect(lines).toEqual([
      'World: a test',
      'Months and times by Asia/Shanghai; limits by policy.yaml',
      '',
      'month    currency          limit   ordered    reserved         free',
      '2026-11  CNY       1,000.005 CNY  0.00 CNY  233.28 CNY  766.725 CNY',
      '2026-11  USD           10.00 USD  0.00 USD    0.00 USD    10.00 USD',
      '',
      '2026-11 CNY, reserved',
      `  g, renewal 0  target home, account ${accountId}  233.28 CNY  since 2026-11-10 12:00  unclear: whether it was ordered is not known`,
    ]);
    const json = JSON.parse(spendJson(await spend()));
    expect(json.months[0]).toMatchObject({
      month: '2026-11',
      reserved: { currency: 'CNY', micros: '233280000' },
      reservations: [{ resource: 'g', state: 'unclear', since: '2026-11-10T04:00:00.000Z', order: null, counts: 'reserved' }],
    });
  });

  test('over a limit that was lowered says by how much', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-10T12:00:00+08:00', groups: [prepaidGroup('g', '2026-11-14T00:00:00+08:00')] },
      policyText(rule),
    );
    await fixture.run();
    const limits = new Map([['CNY', { currency: 'CNY', micros: 200_000_000n }]]);
    const nowMs = fixture.simulator.world.clock.nowMs;
    const found = await runStoring(fixture.store, readSpendingOf(undefined, { limits, monthOf: monthOfPolicy(fixture), nowMs }));
    const lines = spendLines({ ...found, from: 'a test', timezone: 'UTC', nowMs, policy: 'p' }, false, styleFor());
    expect(lines.join('\n')).toContain('over by 33.28 CNY');
  });

  test('of other months is a matter of asking, and of nothing is said', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-10T12:00:00+08:00', groups: [prepaidGroup('g', '2026-11-14T00:00:00+08:00')] },
      policyText(rule),
    );
    expect((await spend()).months.map(({ lines }) => lines)).toEqual([[], []]);
    await fixture.run();
    fixture.simulator.advance(70 * dayMs);
    const later = await spend();
    expect([later.months.map(({ month }) => month), later.others]).toEqual([['2027-01', '2027-01'], ['2026-11']]);
    expect((await spend('2026-11')).months[0]?.ordered.micros).toBe(bill('2026-11'));
    const none = { months: [], others: [], from: 'a test', timezone: 'UTC', nowMs: 0, policy: undefined };
    expect(spendLines(none, false, styleFor()).join('\n')).toContain('no policy, so no limits are known');
    expect(spendLines(none, false, styleFor()).join('\n')).toContain('Nothing was ordered or reserved');
  });
});
