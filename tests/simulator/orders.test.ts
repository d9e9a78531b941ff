import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountText } from '../../simulator/world/amount.ts';
import { addPeriod, nextDayBoundary } from '../../simulator/world/period.ts';
import { day, type Estate, estate, groups, minute } from './estate.ts';

const renewal = { AppInstanceGroupId: 'aig-sub', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month' };
const expiry = ({ call }: Estate, id = 'aig-sub') =>
  call('GetAppInstanceGroup', { AppInstanceGroupId: id, ProductType: 'CloudApp' }).AppInstanceGroupModels.ExpiredTime;
const orderOf = ({ account }: Estate, id: string) => account.orders.get(id);
const cents = (text: string) => BigInt(text.replace('.', ''));

describe('period arithmetic', () => {
  it.each([
    ['2027-01-31', 1, 'Month', '2027-02-28'],
    ['2028-01-31', 1, 'Month', '2028-02-29'],
    ['2026-11-30', 3, 'Month', '2027-02-28'],
    ['2026-12-15', 1, 'Month', '2027-01-15'],
    ['2028-02-29', 1, 'Year', '2029-02-28'],
    ['2026-12-28', 1, 'Week', '2027-01-04'],
    ['2026-11-25', 6, 'Month', '2027-05-25'],
  ] as const)('%s plus %i %s is %s, at midnight of UTC+8', (from, period, unit, to) => {
    expect(addPeriod(Date.parse(`${from}T00:00:00+08:00`), period, unit)).toBe(Date.parse(`${to}T00:00:00+08:00`));
  });

  it('ends on the next day boundary of UTC+8, which a boundary itself is', () => {
    const midnight = Date.parse('2026-11-26T00:00:00+08:00');
    expect(nextDayBoundary(midnight)).toBe(midnight);
    expect(nextDayBoundary(midnight - 1)).toBe(midnight);
    expect(nextDayBoundary(midnight + 1)).toBe(midnight + day);
  });
});

describe('text of amounts', () => {
  it.each([
    [7200n, 4, '0.7200'],
    [7200n, 2, '0.72'],
    [49n, 2, '0.00'],
    [50n, 2, '0.01'],
    [0n, 4, '0.0000'],
    [123_456_789n, 4, '12345.6789'],
  ] as const)('%s at %i places is %s', (amount, places, text) => {
    expect(amountText(amount, places)).toBe(text);
  });

  it('says at four places exactly the amount', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => cents(amountText(amount, 4)) === amount));
  });
});

describe('prices', () => {
  const query = {
    AppInstanceGroupId: 'aig-1',
    Amount: 1,
    BizRegionId: 'cn-hangzhou',
    Period: 1,
    PeriodUnit: 'Month',
    ProductType: 'CloudApp',
  };

  it('of a pay-as-you-go node is by the hour, with four decimals', () => {
    const { PriceModel } = estate().call('GetResourcePrice', {
      ...query,
      ChargeType: 'PostPaid',
      NodeInstanceType: 'appstreaming.general.4c8g',
    });
    expect(PriceModel.Price).toMatchObject({ Currency: 'CNY', OriginalPrice: '0.7200', DiscountPrice: '0.0000', TradePrice: '0.7200' });
  });

  it('of sessions is two prices', () => {
    const { PriceList, PriceModel } = estate().call('GetResourcePrice', {
      ...query,
      ChargeType: 'PostPaid',
      AppInstanceType: 'appstreaming.general',
    });
    expect(PriceList.map((entry: { PriceType: string }) => entry.PriceType)).toEqual(['Connected', 'Standby']);
    expect(PriceModel).toBeUndefined();
  });

  it('prefers the node type where both are named', () => {
    const answer = estate().call('GetResourcePrice', {
      ...query,
      ChargeType: 'PrePaid',
      NodeInstanceType: 'appstreaming.general.4c8g',
      AppInstanceType: 'appstreaming.general',
    });
    expect(answer.PriceModel.Price.OriginalPrice).toBe('233.28');
    expect(answer.PriceList).toBeUndefined();
  });

  it('is in dollars in Singapore', () => {
    const price = estate().call('GetResourcePrice', {
      ...query,
      BizRegionId: 'ap-southeast-1',
      ChargeType: 'PostPaid',
      NodeInstanceType: 'appstreaming.general.4c8g',
    });
    expect(price.PriceModel.Price).toMatchObject({ Currency: 'USD', TradePrice: '0.1080' });
  });

  it.each([1, 2, 3])('of %i years is discounted, and what is due is the difference to the cent', (Period) => {
    const { Data } = estate({ groups }).call('GetResourceRenewPrice', { ...renewal, Period, PeriodUnit: 'Year' });
    const { OriginalPrice, DiscountPrice, TradePrice, Promotions } = Data.Price;
    expect(cents(TradePrice)).toBe(cents(OriginalPrice) - cents(DiscountPrice));
    expect(cents(DiscountPrice)).toBeGreaterThan(0n);
    expect(Promotions[0].PromotionId).toMatch(/^\d+$/);
  });

  it('of a type that is not on sale is refused in the body', () => {
    const ask = { ...query, ChargeType: 'PostPaid', NodeInstanceType: 'appstreaming.vgpu.99c' };
    expect(estate().refusal('GetResourcePrice', ask)).toBe('InvalidParameter.ProductType');
  });

  it('of a period that cannot be ordered, or of a renewal without a subscription, is refused', () => {
    const place = estate({ groups });
    expect(place.refusal('GetResourceRenewPrice', { ...renewal, Period: 2, PeriodUnit: 'Week' })).toBe('InvalidParameter.Period');
    expect(place.refusal('GetResourceRenewPrice', { ...renewal, AppInstanceGroupId: 'aig-payg' })).toBe('InvalidParameter.ChargeType');
    expect(place.refusal('GetResourceRenewPrice', { ...renewal, AppInstanceGroupId: 'aig-gone' })).toBe('InvalidAppInstanceGroup.NotFound');
  });

  it('belongs to node types that can be listed, filtered and sorted', () => {
    const { call } = estate();
    const list = { PageNumber: 1, PageSize: 100, ProductType: 'CloudApp' };
    const all = call('ListNodeInstanceType', list);
    expect(all.TotalCount).toBe(13);
    const models = call('ListNodeInstanceType', {
      ...list,
      NodeInstanceTypeFamily: 'appstreaming.general',
      OrderBy: 'CPU',
      SortType: 'DESC',
    }).NodeInstanceTypeModels;
    expect(models.map((model: { Cpu: string }) => model.Cpu)).toEqual(['8', '4', '2']);
    expect(
      all.NodeInstanceTypeModels.find((model: { NodeInstanceType: string }) => model.NodeInstanceType.endsWith('14c93g.12g')).MaxCapacity,
    ).toBe(7);
  });
});

describe('renewing a group', () => {
  it('without AutoPay leaves an unpaid order and the expiry where it is', () => {
    const place = estate({ groups });
    const { OrderId } = place.call('RenewAppInstanceGroup', renewal);
    place.pass(day);
    expect(expiry(place)).toBe('2027-01-30T16:00:00.000+00:00');
    expect(orderOf(place, OrderId)?.status).toBe('unpaid');
    expect(place.account.orders.paidIn('CNY')).toBe(0n);
  });

  it('with AutoPay moves the expiry by a month of the calendar, a little later', () => {
    const place = estate({ groups });
    const { OrderId } = place.call('RenewAppInstanceGroup', { ...renewal, AutoPay: true });
    expect(expiry(place)).toBe('2027-01-30T16:00:00.000+00:00');
    place.pass(minute);
    expect(expiry(place)).toBe('2027-02-27T16:00:00.000+00:00');
    expect(orderOf(place, OrderId)).toMatchObject({ status: 'done', currency: 'CNY', amount: 4_665_600n });
  });

  it('twice renews twice and pays twice', () => {
    const place = estate({ groups });
    for (let i = 0; i < 2; i += 1) place.call('RenewAppInstanceGroup', { ...renewal, AutoPay: true });
    place.pass(minute);
    expect(expiry(place)).toBe('2027-03-27T16:00:00.000+00:00');
    expect(place.account.orders.paidIn('CNY')).toBe(2n * 4_665_600n);
  });

  it('moves the expiry when a person pays the order, and not when the order is cancelled', () => {
    const place = estate({ groups });
    const first = place.call('RenewAppInstanceGroup', renewal).OrderId;
    const second = place.call('RenewAppInstanceGroup', renewal).OrderId;
    expect(place.account.orders.cancel(second)).toBe(true);
    expect(place.account.orders.pay(place.world, second)).toBe(false);
    expect(place.account.orders.pay(place.world, first)).toBe(true);
    expect(place.account.orders.cancel(first)).toBe(false);
    place.pass(minute);
    expect(expiry(place)).toBe('2027-02-27T16:00:00.000+00:00');
  });

  it('accepts a pair outside the set, and the order fails: nothing is paid, nothing moves', () => {
    const place = estate({ groups });
    const { OrderId } = place.call('RenewAppInstanceGroup', { ...renewal, Period: 2, PeriodUnit: 'Week', AutoPay: true });
    place.pass(day);
    expect(orderOf(place, OrderId)?.status).toBe('refused');
    expect(expiry(place)).toBe('2027-01-30T16:00:00.000+00:00');
    expect(place.account.orders.paidIn('CNY')).toBe(0n);
  });

  it('pays in full unless the promotion is named', () => {
    const place = estate({ groups });
    const yearly = { ...renewal, Period: 1, PeriodUnit: 'Year', AutoPay: true };
    const { Price } = place.call('GetResourceRenewPrice', yearly).Data;
    const full = place.call('RenewAppInstanceGroup', yearly).OrderId;
    const reduced = place.call('RenewAppInstanceGroup', { ...yearly, PromotionId: Price.Promotions[0].PromotionId }).OrderId;
    expect(amountText(orderOf(place, full)?.amount ?? 0n, 2)).toBe(Price.OriginalPrice);
    expect(amountText(orderOf(place, reduced)?.amount ?? 0n, 2)).toBe(Price.TradePrice);
  });

  it('with AutoPay and short funds leaves the order unpaid, or is refused where that is assumed', () => {
    const place = estate({ groups });
    place.account.orders.setFunds('CNY', 1n);
    expect(orderOf(place, place.call('RenewAppInstanceGroup', { ...renewal, AutoPay: true }).OrderId)?.status).toBe('unpaid');
    const strict = estate({ groups }, { autoPayWithoutFunds: 'refuse' });
    strict.account.orders.setFunds('CNY', 1n);
    expect(strict.refusal('RenewAppInstanceGroup', { ...renewal, AutoPay: true })).toBe('OperationDenied.InsufficientBalance');
  });

  it.each([
    ['from-now', '2027-03-02T16:00:00.000+00:00'],
    ['from-expiry', '2027-02-27T16:00:00.000+00:00'],
  ])('after the expiry brings the group back, counted %s', (renewalAfterExpiry, expected) => {
    const place = estate({ groups }, { renewalAfterExpiry });
    place.world.clock.advanceTo(Date.parse('2027-02-02T12:00:00+08:00'));
    expect(place.account.groups.get('aig-sub')?.status).toBe('EXPIRED');
    place.call('RenewAppInstanceGroup', { ...renewal, AutoPay: true });
    place.pass(minute);
    expect(expiry(place)).toBe(expected);
    expect(place.account.groups.get('aig-sub')?.status).toBe('PUBLISHED');
  });

  it('is refused for pay-as-you-go, while it is reclaimed, and where open orders are assumed to block', () => {
    const place = estate({ groups });
    expect(place.refusal('RenewAppInstanceGroup', { ...renewal, AppInstanceGroupId: 'aig-payg' })).toBe('InvalidParameter.ChargeType');
    place.world.clock.advanceTo(Date.parse('2027-02-16T00:00:00+08:00'));
    expect(place.refusal('RenewAppInstanceGroup', renewal)).toBe('OperationDenied.Recycling');
    const blocking = estate({ groups }, { repeatedRenewal: 'refuse' });
    blocking.call('RenewAppInstanceGroup', renewal);
    expect(blocking.refusal('RenewAppInstanceGroup', renewal)).toBe('OperationDenied.OrderExists');
  });
});

describe('buying more subscription nodes', () => {
  const more = (NodeAmount: number, rest: object = {}) => ({
    AppInstanceGroupId: 'aig-sub',
    ProductType: 'CloudApp',
    NodePool: { NodeAmount, ...rest },
  });
  const nodes = ({ account }: Estate) => account.groups.get('aig-sub')?.pools[0]?.settings.NodeAmount;

  it('raises the total once the order is delivered', () => {
    const place = estate({ groups });
    expect(place.call('ModifyNodePoolAmount', more(5)).Data.OrderId).toMatch(/^\d{15}$/);
    expect(nodes(place)).toBe(2);
    place.pass(minute);
    expect(nodes(place)).toBe(5);
  });

  it('orders nothing for the total that is there, and never shrinks', () => {
    const place = estate({ groups });
    expect(place.call('ModifyNodePoolAmount', more(2)).Data).toEqual({});
    expect(place.account.orders.all).toEqual([]);
    expect(place.refusal('ModifyNodePoolAmount', more(1))).toBe('InvalidParameter.NodeAmount');
    expect(place.refusal('ModifyNodePoolAmount', { ...more(3), AppInstanceGroupId: 'aig-payg' })).toBe('InvalidParameter.ChargeType');
    expect(place.refusal('ModifyNodePoolAmount', more(3, { PrePaidNodeAmountModifyNodeIds: ['i-none'] }))).toMatch(/^InvalidParameter\./);
  });

  it('waits for payment where that is assumed', () => {
    const place = estate({ groups }, { expansionIsPaid: 'waits' });
    const { OrderId } = place.call('ModifyNodePoolAmount', more(5)).Data;
    place.pass(day);
    expect([nodes(place), orderOf(place, OrderId)?.status]).toEqual([2, 'unpaid']);
  });
});
