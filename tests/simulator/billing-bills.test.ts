import { describe, expect, it } from 'vitest';
import { parseBilled } from '../../shared/policy/bill-amount.ts';
import { at, billedEstate } from './billing-estate.ts';
import { day, groups, hour } from './estate.ts';

const november = { BillingCycle: '2026-11' };
const december = { BillingCycle: '2026-12' };
const daily = { Granularity: 'DAILY' };
const [, studio] = groups;
/** One node of 0.72 CNY an hour, from Wednesday the 25th, 08:40. */
const oneNode = { groups: [studio as (typeof groups)[number]] };
const usage = (rows: readonly Record<string, unknown>[]) => rows.map((row) => [row['BillingDate'], row['PretaxAmount']]);

describe('a bill by instance', () => {
  it('has a row for each whole day of a group, its hours times the price, 24 hours after the day', () => {
    const made = billedEstate(oneNode);
    made.world.clock.advanceTo(at('2026-11-28 00:00') - 1);
    expect(usage(made.rows({ ...november, ...daily }))).toEqual([['2026-11-25', 11.04]]);
    made.world.clock.advanceTo(at('2026-11-28 00:00'));
    expect(usage(made.rows({ ...november, ...daily }))).toEqual([
      ['2026-11-25', 11.04],
      ['2026-11-26', 17.28],
    ]);
  });

  it('is one row for the month where no days are asked for, and names usage and price with its items', () => {
    const made = billedEstate(oneNode);
    made.pass(10 * day);
    const [row, ...more] = made.rows({ ...november, IsBillingItem: true });
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      ...{ InstanceID: 'aig-payg', Item: 'PayAsYouGoBill', SubscriptionType: 'PayAsYouGo', Currency: 'CNY', Region: 'China (Hangzhou)' },
      ...{ ListPrice: '0.7200', Usage: String(15 + 1 / 3 + 5 * 24), NickName: 'studio', ServicePeriodUnit: 'Second' },
    });
    expect(row.PretaxAmount).toBe(97.44);
  });

  it.each([
    [0, '2026-11-26 00:00'],
    [24, '2026-11-27 00:00'],
    [48, '2026-11-28 00:00'],
  ])('shows a day %i hours after its end', (billLagHours, shown) => {
    const made = billedEstate(oneNode, { billLagHours });
    made.world.clock.advanceTo(at(shown) - 1);
    expect(made.rows(november)).toEqual([]);
    made.world.clock.advanceTo(at(shown));
    expect(made.rows(november)).toHaveLength(1);
  });

  it('has the names of instances 48 hours after the day, and tags only where bills know them', () => {
    for (const [billTags, Tag] of [
      ['absent', ''],
      ['shown', 'key:team value:art; key:cost value:'],
    ] as const) {
      const made = billedEstate({ groups: [{ ...oneNode.groups[0], tags: { team: 'art', cost: '' } } as never] }, { billTags });
      made.world.clock.advanceTo(at('2026-11-28 00:00') - 1);
      expect(made.rows({ ...november, ...daily })[0]).toMatchObject({ NickName: '', Tag: '' });
      made.world.clock.advanceTo(at('2026-11-28 00:00'));
      expect(made.rows({ ...november, ...daily })[0]).toMatchObject({ NickName: 'studio', Tag });
    }
  });

  it('keeps a group that was deleted within the month', () => {
    const made = billedEstate(oneNode);
    made.world.clock.advanceTo(at('2026-11-26 12:00'));
    made.call('DeleteAppInstanceGroup', { AppInstanceGroupId: 'aig-payg', ProductType: 'CloudApp' });
    made.pass(5 * day);
    expect(usage(made.rows({ ...november, ...daily }))).toEqual([
      ['2026-11-25', 11.04],
      ['2026-11-26', 8.64],
    ]);
    expect(made.rows(november)[0]).toMatchObject({ InstanceID: 'aig-payg', NickName: 'studio' });
  });

  it('bills nodes by the hour until the moment at which they become subscribed, and the order from then on', () => {
    const elastic = {
      ...{ id: 'aig-mixed', name: 'mixed', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2027-01-31T00:00:00+08:00' },
      pool: { id: 'rg-mixed', strategy: { usage: { nodes: 1, maxScaling: 1 } } },
      ...{ users: [{ ids: ['a', 'b', 'c'] }], sessions: [{ user: 'a' }, { user: 'b' }], sessionTimeout: -1 },
    };
    const made = billedEstate({ groups: [elastic] }, { orderDeliveryMinutes: 0 });
    const group = made.account.groups.get('aig-mixed');
    const pool = group?.pools[0];
    made.pass(10 * 60_000);
    const extra = pool?.nodes.filter(({ charge }) => charge === 'PostPaid') ?? [];
    expect(extra).toHaveLength(1);
    const heldMs = made.world.clock.nowMs;
    made.pass(hour);
    const node = { PoolId: 'rg-mixed', NodeAmount: 2, PrePaidNodeAmountModifyNodeIds: extra.map(({ id }) => id) };
    made.call('ModifyNodePoolAmount', { AppInstanceGroupId: 'aig-mixed', ProductType: 'CloudApp', NodePool: node });
    made.pass(4 * day);
    made.world.settleStatistics();
    const metered = group?.statistics.payAsYouGoNodeMs ?? 0;
    expect(metered).toBeGreaterThan(hour);
    expect(metered).toBeLessThan(made.world.clock.nowMs - heldMs);
    const rows = made.rows(november);
    expect(rows.map(({ Item, SubscriptionType }) => [Item, SubscriptionType])).toEqual([
      ['PayAsYouGoBill', 'PayAsYouGo'],
      ['SubscriptionOrder', 'Subscription'],
    ]);
    expect(rows[0].PretaxAmount).toBe(Math.floor((metered * 7200) / 36_000) / 1_000_000);
    expect(rows[1].PretaxAmount).toBe(233.28);
  });

  it('is in the currency of the region, never of two in one row', () => {
    const made = billedEstate({ groups: [...oneNode.groups, { id: 'aig-sg', name: 'far', region: 'ap-southeast-1' }] });
    made.pass(4 * day);
    expect(made.rows(november).map(({ Currency }) => Currency)).toEqual(['CNY', 'USD']);
    const { Items } = made.ask('QueryAccountBill', november);
    expect(Items.Item.map((row: Record<string, unknown>) => [row['Currency'], row['PretaxAmount']])).toEqual([
      ['CNY', 45.6],
      ['USD', 6.84],
    ]);
  });

  it('has zero rows of what is not on sale any more, unless they are hidden', () => {
    const made = billedEstate({
      groups: [{ id: 'aig-old', name: 'old', region: 'cn-hangzhou', pool: { instanceType: 'appstreaming.gone' } }],
    });
    made.pass(4 * day);
    expect(made.rows(november).map(({ PretaxAmount }) => PretaxAmount)).toEqual([0]);
    expect(made.rows({ ...november, IsHideZeroCharge: true })).toEqual([]);
  });

  it('is refused for days without a date, where the service wants one', () => {
    const query = { ...november, ...daily };
    expect(billedEstate().refusalOf('DescribeInstanceBill', query)).toBe('not refused');
    expect(billedEstate({}, { dailyWithoutDate: 'refuse' }).refusalOf('DescribeInstanceBill', query)).toBe('MissingBillingDate');
  });

  it('goes by an id of its own, where bills do not know those of App Streaming', () => {
    const made = billedEstate(oneNode, { billInstanceIds: 'other' });
    made.pass(4 * day);
    const [{ InstanceID }] = made.rows(november);
    expect(InstanceID).toMatch(/^bss-/);
    expect(made.rows({ ...november, InstanceID: 'aig-payg' })).toEqual([]);
    expect(made.rows({ ...november, InstanceID })).toHaveLength(1);
  });

  it('refuses a token that is none of its own', () => {
    expect(billedEstate().refusalOf('DescribeInstanceBill', { ...november, NextToken: 'AAAA' })).toBe('InvalidParameter.NextToken');
  });
});

describe('workstations', () => {
  const owned = { name: 'ws', region: 'cn-hangzhou', instanceType: 'eds.8c16g', charge: 'PostPaid' as const };

  it.each([
    ['running', 1],
    ['existing', 3],
  ] as const)('by the hour are billed while %s', (workstationMetering, hours) => {
    const made = billedEstate({ workstations: [{ ...owned, id: 'ws-1' }] }, { workstationMetering, billLagHours: 0 });
    made.pass(hour);
    made.account.workstations.get('ws-1')?.stop(true);
    made.pass(2 * hour);
    made.call('DeleteWuyingServer', { WuyingServerId: 'ws-1' });
    made.pass(2 * day);
    const [row] = made.rows({ ...november, IsBillingItem: true });
    expect(row).toMatchObject({ InstanceID: 'ws-1', Usage: String(hours), ListPrice: '1.7283' });
    expect(row.PretaxAmount).toBe(Math.round(1.7283 * hours * 1e6) / 1e6);
  });

  it('that are subscribed are billed by their orders, one row each, whose shares add up', () => {
    const made = billedEstate();
    const bought = { Amount: 3, ChargeType: 'PrePaid', Period: 1, PeriodUnit: 'Month', AutoPay: true, BizRegionId: 'cn-hangzhou' };
    const { Data } = made.call('CreateWuyingServer', { ...bought, ServerInstanceType: 'eds.8c16g' });
    made.pass(2 * day);
    const rows = made.rows(november);
    expect(rows.map(({ InstanceID }) => InstanceID)).toEqual(Data.WuyingServerIdList);
    expect(rows.map(({ PretaxAmount }) => PretaxAmount)).toEqual([560, 560, 560]);
  });
});

describe('months', () => {
  it('begin and end at midnight of UTC+8, or of UTC where the books are kept so', () => {
    for (const [billingZone, hours] of [
      ['Asia/Shanghai', 24],
      ['UTC', 32],
    ] as const) {
      const made = billedEstate(oneNode, { billingZone });
      made.pass(12 * day);
      const last = made.rows({ ...november, ...daily, BillingDate: '2026-11-25', IsBillingItem: true });
      // The world begins at 08:40 of UTC+8, which is 00:40 of UTC.
      expect(Number(last[0].Usage)).toBeCloseTo(hours - 8 - 2 / 3, 9);
    }
  });

  it('hold an order that was paid in their last second, and not one of a second later', () => {
    for (const [second, month] of [
      [-1000, '2026-11'],
      [0, '2026-12'],
    ] as const) {
      const made = billedEstate({ groups });
      made.world.clock.advanceTo(at('2026-12-01 00:00') + second);
      made.call('RenewAppInstanceGroup', {
        AppInstanceGroupId: 'aig-sub',
        ProductType: 'CloudApp',
        Period: 1,
        PeriodUnit: 'Month',
        AutoPay: true,
      });
      made.pass(3 * day);
      const ordered = (BillingCycle: string) => made.rows({ BillingCycle, SubscriptionType: 'Subscription' }).length;
      expect([ordered('2026-11'), ordered('2026-12')]).toEqual(month === '2026-11' ? [1, 0] : [0, 1]);
    }
  });

  it.each([
    ['2026-12-02 23:59', '2026-11', -1.5],
    ['2026-12-03 12:00', '2026-12', -1.5],
  ])('take a refund of their time until they are final: made so that it shows at %s, it is in %s', (shown, cycle, amount) => {
    const made = billedEstate(oneNode);
    const resource = made.account.groups.get('aig-payg');
    if (!resource) throw new Error('no group');
    made.account.billing.corrections.push({
      ...{ item: 'Refund', resource, subscription: false, currency: 'CNY', micros: -1_500_000n },
      ...{ madeMs: at(shown) - day + 60_000, aboutMs: at('2026-11-26 10:00') },
    });
    made.world.clock.advanceTo(at('2026-12-10 00:00'));
    const refunds = (query: object) => made.rows({ ...query }).filter(({ Item }) => Item === 'Refund');
    const [other] = [november, december].filter(({ BillingCycle }) => BillingCycle !== cycle);
    expect(refunds({ BillingCycle: cycle }).map(({ PretaxAmount }) => PretaxAmount)).toEqual([amount]);
    expect(refunds(other as object)).toEqual([]);
  });

  it.each(['none', 'until-final'] as const)('change no more once they are final, with late bills %s', (lateBills) => {
    const made = billedEstate({ groups }, { lateBills, billLagHours: 48 });
    made.world.clock.advanceTo(at('2026-12-03 12:00') - 1);
    const before = made.rows({ ...november, ...daily });
    made.pass(1);
    const final = made.rows({ ...november, ...daily });
    expect(before.some(({ BillingDate }) => BillingDate === '2026-11-30')).toBe(lateBills === 'none');
    expect(final.some(({ BillingDate }) => BillingDate === '2026-11-30')).toBe(true);
    made.call('RenewAppInstanceGroup', {
      AppInstanceGroupId: 'aig-sub',
      ProductType: 'CloudApp',
      Period: 1,
      PeriodUnit: 'Month',
      AutoPay: true,
    });
    made.pass(20 * day);
    const money = (rows: readonly Record<string, unknown>[]) => rows.map(({ NickName: _, ...row }) => row);
    expect(money(made.rows({ ...november, ...daily }))).toEqual(money(final));
  });
});

describe('sums', () => {
  it('agree in all four bills', () => {
    const made = billedEstate({ groups });
    made.call('RenewAppInstanceGroup', {
      AppInstanceGroupId: 'aig-sub',
      ProductType: 'CloudApp',
      Period: 1,
      PeriodUnit: 'Month',
      AutoPay: true,
    });
    made.pass(9 * day);
    const cents = (rows: readonly Record<string, unknown>[]) =>
      rows.reduce((sum, row) => sum + Math.round((row['PretaxAmount'] as number) * 1e6), 0);
    const whole = cents(made.rows(november));
    expect(whole).toBeGreaterThan(0);
    expect(cents(made.rows({ ...november, ...daily }))).toBe(whole);
    expect(cents(made.ask('QueryAccountBill', november).Items.Item)).toBe(whole);
    expect(cents(made.ask('QueryAccountBill', { ...november, ...daily, IsGroupByProduct: true, PageSize: 300 }).Items.Item)).toBe(whole);
    expect(cents(made.ask('QueryBillOverview', november).Items.Item)).toBe(whole);
    expect(cents(made.ask('QuerySettleBill', { ...november, MaxResults: 300 }).Items.Item)).toBe(whole);
  });

  it('find an order by its number, where that is what RecordID means', () => {
    for (const [settleRecordIds, found] of [
      ['order', 1],
      ['other', 0],
    ] as const) {
      const made = billedEstate({ groups }, { settleRecordIds });
      const order = { AppInstanceGroupId: 'aig-sub', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month', AutoPay: true };
      const { OrderId } = made.call('RenewAppInstanceGroup', order);
      made.pass(2 * day);
      expect(made.ask('QuerySettleBill', { ...november, RecordID: OrderId }).Items.Item).toHaveLength(found);
    }
  });

  it('of floating point have digits that nobody can keep, so the amount is unknown rather than rounded', () => {
    const reading = (billNumbers: string) => {
      const made = billedEstate(
        { groups: [{ id: 'aig-1', name: 'one', region: 'cn-hangzhou', pool: { strategy: { fixed: 3 } } }] },
        { billNumbers },
      );
      made.pass(12 * day);
      return made.rows({ ...november, ...daily }).map(({ PretaxAmount }) => parseBilled(JSON.stringify(PretaxAmount), 'CNY').ok);
    };
    expect(reading('decimal')).not.toContain(false);
    expect(reading('float')).toContain(false);
  });
});

describe('what subscriptions cost month by month', () => {
  it('adds up to the order', () => {
    const made = billedEstate({ groups });
    made.call('RenewAppInstanceGroup', {
      AppInstanceGroupId: 'aig-sub',
      ProductType: 'CloudApp',
      Period: 1,
      PeriodUnit: 'Year',
      AutoPay: true,
    });
    made.pass(3 * day);
    const query = { ...november, MaxResults: 300 };
    const rows = made.ask('DescribeInstanceAmortizedCostByConsumePeriod', query).Items;
    expect(rows.map((row: Record<string, unknown>) => row['AmortizationPeriod'])).toEqual([
      ...['2027-01', '2027-02', '2027-03', '2027-04', '2027-05', '2027-06', '2027-07'],
      ...['2027-08', '2027-09', '2027-10', '2027-11', '2027-12', '2028-01'],
    ]);
    const micros = rows.map((row: Record<string, unknown>) => Math.round((row['CurrentAmortizationPretaxAmount'] as number) * 1e6));
    const [{ PretaxAmount }] = rows;
    expect(micros.reduce((sum: number, month: number) => sum + month, 0)).toBe(Math.round(PretaxAmount * 1e6));
    expect(rows.at(-1)).toMatchObject({ AmortizationStatus: 'Amortized', RemainingAmortizationPretaxAmount: 0 });
    const one = made.ask('DescribeInstanceAmortizedCostByConsumePeriod', { ...query, AmortizationPeriodFilter: ['2027-03'] }).Items;
    expect(one).toEqual([rows[2]]);
  });

  it('is spent at once where a paid order has no time that it is for', () => {
    const made = billedEstate({ groups }, { expiredRetentionDays: 0, recyclingDays: 1, orderDeliveryMinutes: 45 });
    made.world.clock.advanceTo(at('2027-01-31 23:50'));
    const paid = { AppInstanceGroupId: 'aig-sub', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month', AutoPay: true };
    expect(made.refusal('RenewAppInstanceGroup', paid)).toBe('OperationDenied.Recycling');
    const late = billedEstate(
      { groups },
      { expiredRetentionDays: 0, recyclingDays: 1, orderDeliveryMinutes: 45, renewalWhileRecycling: 'accept' },
    );
    late.world.clock.advanceTo(at('2027-01-31 23:50'));
    late.call('RenewAppInstanceGroup', paid);
    late.pass(3 * day);
    expect(late.account.groups.has('aig-sub')).toBe(false);
    const rows = late.ask('DescribeInstanceAmortizedCostByConsumePeriod', { BillingCycle: '2027-01' }).Items;
    expect(rows).toMatchObject([{ AmortizationPeriod: '2027-01', CurrentAmortizationPretaxAmount: 466.56, PretaxAmount: 466.56 }]);
  });
});
