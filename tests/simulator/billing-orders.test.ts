import { describe, expect, it } from 'vitest';
import { at, type BilledEstate, billedEstate } from './billing-estate.ts';
import { day, groups, hour, minute } from './estate.ts';

const renewal = { AppInstanceGroupId: 'aig-sub', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month' };
const renew = ({ call }: BilledEstate, more: object = {}): string =>
  call('RenewAppInstanceGroup', { ...renewal, AutoPay: true, ...more }).OrderId;
const orders = ({ ask }: BilledEstate, input: Record<string, unknown> = {}): Record<string, unknown>[] =>
  ask('QueryOrders', { PageSize: 100, ...input }).OrderList.Order;
const ids = (rows: readonly Record<string, unknown>[]) => rows.map(({ OrderId }) => OrderId);
const utc = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

describe('orders', () => {
  it('of the last hour are listed where no window is named, and others by their window', () => {
    const made = billedEstate({ groups });
    const first = renew(made);
    made.pass(2 * hour);
    const second = renew(made);
    made.pass(30 * minute);
    expect(ids(orders(made))).toEqual([second]);
    expect(ids(orders(made, { CreateTimeStart: utc(made.world.startMs), CreateTimeEnd: utc(made.world.clock.nowMs) }))).toEqual([
      second,
      first,
    ]);
  });

  it.each([
    ['included', 1],
    ['excluded', 0],
  ] as const)('of the last second of a window are %s', (orderWindowEnd, count) => {
    const made = billedEstate({ groups }, { orderWindowEnd });
    made.world.clock.advanceTo(at('2026-11-30 23:59') + 59_000);
    renew(made);
    made.pass(hour);
    const window = { CreateTimeStart: '2026-11-29T16:00:00Z', CreateTimeEnd: '2026-11-30T15:59:59Z' };
    expect(orders(made, window)).toHaveLength(count);
    expect(orders(made, { ...window, CreateTimeStart: '2026-11-30T16:00:00Z', CreateTimeEnd: '2026-12-01T15:59:59Z' })).toEqual([]);
  });

  it.each([0, 1, 60])('are listed after %i minutes, and read by number from then on', (orderListingMinutes) => {
    const made = billedEstate({ groups }, { orderListingMinutes });
    const id = renew(made);
    const seen = () => [orders(made).length, made.ask('GetOrderDetail', { OrderId: id }).OrderList.Order.length];
    if (orderListingMinutes > 0) {
      made.pass(orderListingMinutes * minute - 1);
      expect(seen()).toEqual([0, 0]);
      made.pass(1);
    }
    expect(seen()).toEqual([1, 1]);
  });

  it('are unpaid, paid or canceled as they are in the world; one that was never taken is none', () => {
    const made = billedEstate({ groups });
    const [paid, unpaid, canceled] = [renew(made), renew(made, { AutoPay: false }), renew(made, { AutoPay: false })];
    renew(made, { Period: 5 });
    made.account.orders.cancel(canceled as string);
    made.pass(5 * minute);
    const byStatus = (PaymentStatus: string) => ids(orders(made, { PaymentStatus }));
    expect([byStatus('Paid'), byStatus('Unpaid'), byStatus('Cancelled')]).toEqual([[paid], [unpaid], [canceled]]);
    expect(orders(made)).toHaveLength(3);
    const [, row] = orders(made);
    expect(row).not.toHaveProperty('PaymentTime');
  });

  it('say what they are for: which instance, in which region, for which time', () => {
    const made = billedEstate({ groups });
    const OrderId = renew(made);
    made.pass(5 * minute);
    const [row] = made.ask('GetOrderDetail', { OrderId }).OrderList.Order;
    expect(row).toMatchObject({
      ...{
        OrderId,
        OrderType: 'Renew',
        PaymentStatus: 'Paid',
        PretaxAmount: '466.56',
        Currency: 'CNY',
        Region: 'cn-hangzhou',
        Quantity: '1',
      },
      ...{ InstanceIDs: '["aig-sub"]', UsageStartTime: '2027-01-30T16:00:00Z', UsageEndTime: '2027-02-27T16:00:00Z' },
      ...{ CreateTime: '2026-11-25T00:40:00Z', PaymentTime: '2026-11-25T00:40:00Z' },
    });
  });

  it('name the instance by another id, where that is how it is', () => {
    const made = billedEstate({ groups }, { orderInstanceIds: 'other' });
    const OrderId = renew(made);
    made.pass(5 * minute);
    const [row] = made.ask('GetOrderDetail', { OrderId }).OrderList.Order;
    expect(JSON.parse(row.InstanceIDs)).toEqual([expect.stringMatching(/^bss-/)]);
  });

  it('have the time that they are for only once it is there', () => {
    const made = billedEstate({ groups }, { orderDeliveryMinutes: 45, orderListingMinutes: 0 });
    const OrderId = renew(made);
    const row = () => made.ask('GetOrderDetail', { OrderId }).OrderList.Order[0];
    expect(row()).not.toHaveProperty('UsageEndTime');
    made.pass(45 * minute);
    expect(row()).toMatchObject({ UsageEndTime: '2027-02-27T16:00:00Z' });
  });

  it('that are unknown are no row, or refused', () => {
    expect(billedEstate().ask('GetOrderDetail', { OrderId: '1' }).OrderList.Order).toEqual([]);
    expect(billedEstate({}, { unknownOrder: 'refuse' }).refusalOf('GetOrderDetail', { OrderId: '1' })).toBe('InvalidOrderId.NotFound');
  });

  it('can be canceled while they wait for payment, which then comes too late', () => {
    const made = billedEstate({ groups });
    const OrderId = renew(made, { AutoPay: false });
    expect(made.refusalOf('CancelOrder', { OrderId })).toBe('not refused');
    expect(made.account.orders.pay(made.world, OrderId)).toBe(false);
    made.pass(2 * day);
    expect(orders(made, { CreateTimeStart: utc(made.world.startMs), PaymentStatus: 'Cancelled' })).toHaveLength(1);
    expect(made.rows({ BillingCycle: '2026-11', SubscriptionType: 'Subscription' })).toEqual([]);
  });

  it.each(['NotApplicable', 'InvalidOrder.Status'] as const)('that are paid cannot be canceled: %s', (cancelRefusalCode) => {
    const made = billedEstate({ groups }, { cancelRefusalCode });
    expect(made.refusalOf('CancelOrder', { OrderId: renew(made) })).toBe(cancelRefusalCode);
  });

  it('for something by the hour cost nothing, and are no line of a bill', () => {
    const made = billedEstate();
    made.call('CreateWuyingServer', { ChargeType: 'PostPaid', BizRegionId: 'cn-hangzhou', Amount: 1, Period: 1, PeriodUnit: 'Month' });
    made.pass(5 * minute);
    expect(orders(made)).toMatchObject([{ OrderType: 'New', SubscriptionType: 'PayAsYouGo', PretaxAmount: '0.00' }]);
    made.pass(4 * day);
    expect(made.rows({ BillingCycle: '2026-11' }).map(({ Item }) => Item)).toEqual(['PayAsYouGoBill']);
  });
});

describe('instances', () => {
  const workstations = [{ id: 'ws-1', name: 'desk', region: 'cn-hangzhou', expiresAt: '2026-12-20T00:00:00+08:00' }];
  const list = (made: BilledEstate, input: Record<string, unknown> = {}): Record<string, unknown>[] =>
    made.ask('QueryAvailableInstances', { PageSize: 100, ...input }).InstanceList;
  const named = (rows: readonly Record<string, unknown>[]) => rows.map(({ InstanceID }) => InstanceID);

  it('say when they end, and whether they renew themselves', () => {
    const made = billedEstate({ groups, workstations });
    made.account.billing.renewStatus.set('aig-sub', 'AutoRenewal');
    expect(list(made)).toMatchObject([
      { InstanceID: 'aig-sub', EndTime: '2027-01-30T16:00:00Z', ExpectedReleaseTime: '2027-02-14T16:00:00Z', RenewStatus: 'AutoRenewal' },
      { InstanceID: 'aig-payg', SubscriptionType: 'PayAsYouGo', Status: 'Normal' },
      { InstanceID: 'ws-1', EndTime: '2026-12-19T16:00:00Z', RenewStatus: 'ManualRenewal' },
    ]);
    expect(list(made)[1]).not.toHaveProperty('RenewStatus');
    expect(named(list(made, { RenewStatus: 'AutoRenewal' }))).toEqual(['aig-sub']);
  });

  it('are found by ids, by kind and by their end', () => {
    const made = billedEstate({ groups, workstations });
    expect(named(list(made, { InstanceIDs: 'ws-1, aig-payg' }))).toEqual(['aig-payg', 'ws-1']);
    expect(named(list(made, { SubscriptionType: 'Subscription' }))).toEqual(['aig-sub', 'ws-1']);
    expect(named(list(made, { EndTimeStart: '2026-12-01T00:00:00Z', EndTimeEnd: '2026-12-31T00:00:00Z' }))).toEqual(['ws-1']);
  });

  it('that have run out are expired', () => {
    const made = billedEstate({ workstations });
    made.world.clock.advanceTo(at('2026-12-20 00:00'));
    expect(list(made)).toMatchObject([{ InstanceID: 'ws-1', Status: 'Expired' }]);
  });

  it('are refused for more than 100 ids, and for a region without a product', () => {
    const made = billedEstate();
    const InstanceIDs = Array.from({ length: 101 }, (_, index) => `i-${index}`).join(',');
    expect(made.refusalOf('QueryAvailableInstances', { InstanceIDs })).toBe('InvalidParameter.InstanceIDs');
    expect(made.refusalOf('QueryAvailableInstances', { Region: 'cn-hangzhou' })).toBe('MissingProductCode');
  });

  it('are not applicable where the product takes no part', () => {
    expect(billedEstate({}, { availableInstances: 'not-applicable' }).refusalOf('QueryAvailableInstances')).toBe('NotApplicable');
  });
});

describe('the product', () => {
  it.each(['appstream', 'eds'])('is listed by its name under the code %s, and found under no other', (billingProductCode) => {
    const made = billedEstate({ groups }, { billingProductCode });
    const { ProductList, TotalCount } = made.ask('QueryProductList', { PageNum: 1, PageSize: 100, QueryTotalCount: true });
    const own = ProductList.Product.filter(({ ProductName }: { ProductName: string }) => ProductName.includes('无影'));
    expect(own.map(({ ProductCode }: { ProductCode: string }) => ProductCode)).toEqual([billingProductCode, billingProductCode]);
    expect(TotalCount).toBe(ProductList.Product.length);
    renew(made);
    made.pass(5 * minute);
    expect(orders(made, { ProductCode: billingProductCode })).toHaveLength(1);
    expect(orders(made, { ProductCode: 'ecs' })).toEqual([]);
  });

  it('may be missing from the list, whose total is told only where it is asked for', () => {
    const list = billedEstate({}, { productListed: false }).ask('QueryProductList', { PageNum: 1, PageSize: 100 });
    expect(JSON.stringify(list)).not.toContain('无影');
    expect(list).not.toHaveProperty('TotalCount');
  });

  it.each([
    ['empty', 'not refused'],
    ['refuse', 'NotApplicable'],
  ] as const)('of a code that nobody has gives: %s', (unknownProductCode, answer) => {
    const made = billedEstate({}, { unknownProductCode });
    for (const action of ['QueryOrders', 'QueryAvailableInstances'] as const) {
      expect(made.refusalOf(action, { ProductCode: 'nothing' })).toBe(answer);
      expect(made.refusalOf(action, { ProductCode: 'ecs' })).toBe('not refused');
    }
    expect(made.refusalOf('DescribeInstanceBill', { BillingCycle: '2026-11', ProductCode: 'nothing' })).toBe(answer);
  });
});

describe('the balance', () => {
  it('is what the account can pay, and goes down with an order', () => {
    const made = billedEstate({ groups });
    made.account.orders.setFunds('CNY', 10_000_000n);
    expect(made.ask('QueryAccountBalance')).toMatchObject({ AvailableAmount: '1000.00', Currency: 'CNY' });
    renew(made);
    expect(made.ask('QueryAccountBalance')).toMatchObject({ AvailableAmount: '533.44' });
  });

  it('is in dollars where only those are limited', () => {
    const made = billedEstate();
    made.account.orders.setFunds('USD', 5000n);
    expect(made.ask('QueryAccountBalance')).toMatchObject({ AvailableAmount: '0.50', Currency: 'USD' });
  });
});
