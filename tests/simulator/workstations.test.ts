import { describe, expect, it } from 'vitest';
import { day, type Estate, estate, hour, minute } from './estate.ts';

const workstations = [
  { id: 'ws-1', name: 'render-1', region: 'cn-hangzhou', users: ['alice'], sessions: ['alice'], expiresAt: '2026-12-31T00:00:00+08:00' },
  { id: 'ws-2', name: 'render-2', region: 'cn-hangzhou', status: 'STOPPED', expiresAt: '2027-01-31T00:00:00+08:00' },
  { id: 'ws-3', name: 'studio', region: 'cn-shanghai', charge: 'PostPaid' as const, officeSite: 'cn-shanghai+dir-2' },
];
const images = [{ id: 'img-ws', name: 'new', productType: 'WuyingServer' as const, regions: ['cn-hangzhou'] }];
const on = (...WuyingServerIdList: string[]) => ({ WuyingServerIdList });
const row = ({ call }: Estate, id: string) => call('ListWuyingServer', on(id)).WuyingServerList[0];
const status = (place: Estate, id: string) => row(place, id)?.Status;

describe('ListWuyingServer', () => {
  it('shows charge, expiry, sessions and no tags', () => {
    const place = estate({ workstations });
    expect(row(place, 'ws-1')).toMatchObject({
      ChargeType: 'PrePaid',
      ExpiredTime: '2026-12-30T16:00:00.000+00:00',
      Status: 'RUNNING',
      ResourceSessionStatus: 'Connected',
      Sessions: [{ UserId: 'alice', ResourceSessionStartTime: '2026-11-25T00:10:00Z' }],
    });
    expect(row(place, 'ws-3').ExpiredTime).toBeUndefined();
    expect(status(estate({ workstations }, { workstationStatusCase: 'capitalized' }), 'ws-1')).toBe('Running');
  });

  it.each([
    ['name or id', { WuyingServerNameOrId: 'render' }, ['ws-1', 'ws-2']],
    ['status', { Status: 'STOPPED' }, ['ws-2']],
    ['charge', { ChargeType: 'PostPaid' }, ['ws-3']],
    ['region', { BizRegionId: 'cn-shanghai' }, ['ws-3']],
    ['office site', { OfficeSiteId: 'cn-shanghai+dir-2' }, ['ws-3']],
    ['user', { Users: ['alice', 'bob'] }, ['ws-1']],
    ['the start of an expiry window, which is in it', { ExpiredTimeStart: '2027-01-30T16:00:00Z' }, ['ws-2']],
    ['the end of an expiry window, which is not', { ExpiredTimeEnd: '2026-12-30T16:00:00Z' }, []],
    ['an expiry window', { ExpiredTimeStart: '2026-12-01T00:00:00Z', ExpiredTimeEnd: '2027-01-01T00:00:00Z' }, ['ws-1']],
  ])('filters by %s', (_, filter, ids) => {
    const { WuyingServerList, TotalCount } = estate({ workstations }).call('ListWuyingServer', filter);
    expect(WuyingServerList.map(({ WuyingServerId }: { WuyingServerId: string }) => WuyingServerId)).toEqual(ids);
    expect(TotalCount).toBe(ids.length);
  });

  it('pages by number and refuses pages larger than assumed', () => {
    const place = estate({ workstations });
    expect(place.call('ListWuyingServer', { PageNumber: 2, PageSize: 2 })).toMatchObject({ TotalCount: 3, PageNumber: 2, PageSize: 2 });
    expect(place.refusal('ListWuyingServer', { PageSize: 101 })).toBe('InvalidParameter.PageSize');
  });
});

describe('power', () => {
  it('comes on in its time', () => {
    const place = estate({ workstations });
    expect(place.call('StartWuyingServer', on('ws-2'))).toEqual({});
    expect(status(place, 'ws-2')).toBe('STARTING');
    place.pass(2 * minute);
    expect(status(place, 'ws-2')).toBe('RUNNING');
  });

  it('goes off in its time, and sessions end at once', () => {
    const place = estate({ workstations });
    place.call('StopWuyingServer', on('ws-1'));
    expect([status(place, 'ws-1'), row(place, 'ws-1').Sessions, place.account.statistics.sessionsInterrupted]).toEqual(['STOPPING', [], 1]);
    place.pass(minute);
    expect(status(place, 'ws-1')).toBe('STOPPED');
  });

  it('goes off without waiting when forced', () => {
    const place = estate({ workstations });
    place.call('StopWuyingServer', { ...on('ws-1'), Force: true });
    expect(status(place, 'ws-1')).toBe('STOPPED');
  });

  it('goes off and on again in a restart, every time', () => {
    const place = estate({ workstations });
    const states = () =>
      [0, minute, 2 * minute].map((ms) => {
        place.pass(ms);
        return status(place, 'ws-1');
      });
    for (let i = 0; i < 2; i += 1) {
      place.call('RestartWuyingServer', on('ws-1'));
      expect(states()).toEqual(['STOPPING', 'STARTING', 'RUNNING']);
    }
  });

  it.each([
    ['starting one that runs', 'StartWuyingServer', on('ws-1'), 'OperationDenied.Status'],
    ['stopping one that is stopped', 'StopWuyingServer', on('ws-2'), 'OperationDenied.Status'],
    ['an unknown id', 'StartWuyingServer', on('ws-2', 'ws-none'), 'InvalidWuyingServer.NotFound'],
    ['an empty list', 'StopWuyingServer', on(), 'MissingWuyingServerIdList'],
    ['no list', 'RestartWuyingServer', {}, 'MissingWuyingServerIdList'],
  ] as const)('refuses %s and touches none', (_, action, input, code) => {
    const place = estate({ workstations });
    expect(place.refusal(action, input)).toBe(code);
    expect(['ws-1', 'ws-2'].map((id) => status(place, id))).toEqual(['RUNNING', 'STOPPED']);
  });

  it('passes over wrong states and unknown ids where that is assumed', () => {
    const place = estate({ workstations }, { workstationWrongState: 'ignore', workstationUnknownId: 'skip' });
    place.call('StartWuyingServer', on('ws-1', 'ws-2', 'ws-none'));
    expect(['ws-1', 'ws-2'].map((id) => status(place, id))).toEqual(['RUNNING', 'STARTING']);
  });

  it('goes off everywhere for an empty list where that is assumed', () => {
    const place = estate({ workstations }, { workstationEmptyList: 'all', workstationWrongState: 'ignore' });
    place.call('StopWuyingServer', on());
    expect(['ws-1', 'ws-2', 'ws-3'].map((id) => status(place, id))).toEqual(['STOPPING', 'STOPPED', 'STOPPING']);
  });
});

describe('buying workstations', () => {
  const order = {
    Amount: 2,
    BizRegionId: 'cn-hangzhou',
    WuyingServerName: 'new',
    Period: 1,
    PeriodUnit: 'Month',
    AutoPay: true,
    IdempotenceToken: 't-1',
  };

  it('brings them once the order is paid, running until a day boundary a month on', () => {
    const place = estate();
    const { WuyingServerIdList, OrderId } = place.call('CreateWuyingServer', order).Data;
    expect(row(place, WuyingServerIdList[0])).toBeUndefined();
    place.pass(3 * minute);
    expect(row(place, WuyingServerIdList[1])).toMatchObject({
      WuyingServerName: 'new-2',
      Status: 'RUNNING',
      ExpiredTime: '2026-12-25T16:00:00.000+00:00',
    });
    expect(place.account.orders.get(OrderId)?.status).toBe('done');
  });

  it('once for one token, and again when the token is other, absent or too old', () => {
    const place = estate();
    const orders = () => place.account.orders.all.length;
    const first = place.call('CreateWuyingServer', order);
    expect(place.call('CreateWuyingServer', order)).toEqual(first);
    expect(orders()).toBe(1);
    place.call('CreateWuyingServer', { ...order, IdempotenceToken: 't-2' });
    const { IdempotenceToken: _, ...untold } = order;
    place.call('CreateWuyingServer', untold);
    place.call('CreateWuyingServer', untold);
    expect(orders()).toBe(4);
    place.pass(24 * hour);
    place.call('CreateWuyingServer', order);
    expect(orders()).toBe(5);
  });

  it('without AutoPay brings none until somebody pays', () => {
    const place = estate();
    const { OrderId } = place.call('CreateWuyingServer', { ...order, AutoPay: false }).Data;
    place.pass(day);
    expect(place.account.workstations.size).toBe(0);
    place.account.orders.pay(place.world, OrderId);
    place.pass(minute);
    expect(place.account.workstations.size).toBe(2);
  });
});

describe('renewing and losing workstations', () => {
  const renewal = { WuyingServerId: 'ws-1', Period: 1, PeriodUnit: 'Month', AutoPay: true };

  it('moves the expiry for each paid call', () => {
    const place = estate({ workstations });
    for (let i = 0; i < 2; i += 1) place.call('RenewWuyingServer', renewal);
    place.pass(minute);
    expect(row(place, 'ws-1').ExpiredTime).toBe('2027-02-27T16:00:00.000+00:00');
  });

  it.each([
    ['only-if-asked', 'unpaid'],
    ['by-default', 'paid'],
  ])('pays %s when AutoPay is not said', (workstationRenewalPays, expected) => {
    const place = estate({ workstations }, { workstationRenewalPays });
    const { OrderId } = place.call('RenewWuyingServer', { WuyingServerId: 'ws-1', Period: 1, PeriodUnit: 'Year' });
    expect(place.account.orders.get(OrderId)?.status).toBe(expected);
  });

  it('is refused without a subscription, a period, a unit or a workstation', () => {
    const { refusal } = estate({ workstations });
    expect(refusal('RenewWuyingServer', { ...renewal, WuyingServerId: 'ws-3' })).toBe('InvalidParameter.ChargeType');
    expect(refusal('RenewWuyingServer', { ...renewal, Period: undefined })).toBe('InvalidParameter.Period');
    expect(refusal('RenewWuyingServer', { ...renewal, PeriodUnit: undefined })).toBe('InvalidParameter.PeriodUnit');
    expect(refusal('RenewWuyingServer', { ...renewal, WuyingServerId: 'ws-none' })).toBe('InvalidWuyingServer.NotFound');
  });

  it('ends sessions at the expiry, can still be renewed, and is gone after a while', () => {
    const place = estate({ workstations });
    place.world.clock.advanceTo(Date.parse('2026-12-31T12:00:00+08:00'));
    expect([status(place, 'ws-1'), place.account.statistics.lapses]).toEqual(['UNAVAILABLE', 1]);
    place.call('RenewWuyingServer', renewal);
    place.pass(minute);
    expect(status(place, 'ws-1')).toBe('STOPPED');
    place.pass(60 * day);
    expect(row(place, 'ws-1')).toBeUndefined();
  });

  it('deletes pay-as-you-go, and subscriptions only where that is assumed', () => {
    const place = estate({ workstations });
    place.call('DeleteWuyingServer', { WuyingServerId: 'ws-3' });
    expect(row(place, 'ws-3')).toBeUndefined();
    expect(place.refusal('DeleteWuyingServer', { WuyingServerId: 'ws-1' })).toBe('OperationDenied.PrePaid');
    const lenient = estate({ workstations }, { deleteSubscribedWorkstation: 'accept' });
    lenient.call('DeleteWuyingServer', { WuyingServerId: 'ws-1' });
    expect(row(lenient, 'ws-1')).toBeUndefined();
  });
});

describe('changing a workstation', () => {
  it('sets its name, and keeps no password', () => {
    const place = estate({ workstations });
    place.call('ModifyWuyingServerAttribute', { WuyingServerId: 'ws-1', WuyingServerName: 'other', Password: 'Hunter2!x' });
    expect(row(place, 'ws-1').WuyingServerName).toBe('other');
    expect(
      JSON.stringify(Object.values(place.account.workstations.get('ws-1') ?? {}).filter((value) => typeof value === 'string')),
    ).not.toContain('Hunter2');
    expect(place.account.workstations.get('ws-1')?.passwordChanges).toBe(1);
  });

  it.each([
    ['ws-1', 'RUNNING'],
    ['ws-2', 'STOPPED'],
  ])('puts an image on %s, which is %s afterwards as before', (id, after) => {
    const place = estate({ workstations, images });
    const input = { WuyingServerId: id, ImageId: 'img-ws', ProductType: 'WuyingServer' };
    expect(place.call('UpdateWuyingServerImage', input).TaskId).toMatch(/^ota-/);
    expect([status(place, id), row(place, id).Sessions]).toEqual(['REBUILDING', []]);
    expect(place.refusal('UpdateWuyingServerImage', input)).toBe('OperationDenied.Status');
    place.pass(10 * minute);
    expect([status(place, id), row(place, id).ImageId]).toEqual([after, 'img-ws']);
  });

  it('refuses the other spelling of the product and an image of another region', () => {
    const { refusal } = estate({ workstations, images });
    const input = { WuyingServerId: 'ws-1', ImageId: 'img-ws', ProductType: 'WuyingServer' };
    expect(refusal('UpdateWuyingServerImage', { ...input, ProductType: 'wuying_server' })).toBe('InvalidParameter.ProductType');
    expect(refusal('UpdateWuyingServerImage', { ...input, WuyingServerId: 'ws-3' })).toBe('InvalidImage.NotFound');
  });

  it('has one public address per carrier, the same each time', () => {
    const { call } = estate({ workstations });
    const address = (Isp: string) => call('DescribeWuyingServerEipInfo', { WuyingServerId: 'ws-1', Isp }).EipInfoModel.IpAddress;
    expect(address('ChinaTelecom')).toMatch(/^203\.0\.113\.\d+$/);
    expect(address('ChinaTelecom')).toBe(address('ChinaTelecom'));
  });
});
