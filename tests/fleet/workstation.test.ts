import { describe, expect, test } from 'vitest';
import { mapWorkstation } from '../../shared/fleet/map-workstation.ts';
import { mayExpire } from '../../shared/fleet/subscription.ts';

const row = {
  WuyingServerId: 'ws-1',
  WuyingServerName: 'render-1',
  BizRegionId: 'cn-hangzhou',
  Status: 'RUNNING',
  ChargeType: 'PrePaid',
  CreateTime: '2026-08-01T00:00:00.000+08:00',
  ExpiredTime: '2026-12-01T16:00:00.000+00:00',
  ServerInstanceTypeInfo: { ServerInstanceType: 'eds.x.32c64g', Memory: '65,536' },
  OfficeSiteId: 'cn-hangzhou+dir-1',
  ImageId: 'img-1',
  Users: ['amy'],
};

test('a row becomes a workstation', () => {
  expect(mapWorkstation(row)).toEqual({
    kind: 'workstation',
    id: 'ws-1',
    name: 'render-1',
    region: 'cn-hangzhou',
    status: 'RUNNING',
    charge: 'subscription',
    spot: false,
    createdAtMs: Date.parse('2026-07-31T16:00:00Z'),
    expiresAtMs: Date.parse('2026-12-01T16:00:00Z'),
    instanceType: 'eds.x.32c64g',
    memory: 65_536,
    officeSiteId: 'cn-hangzhou+dir-1',
    imageId: 'img-1',
    users: ['amy'],
    sessions: [],
    unreadable: [],
  });
});

describe('what may be spelled in more than one way', () => {
  test.each([
    ['Running', 'RUNNING'],
    ['running', 'RUNNING'],
    ['SOMETHING_NEW', 'SOMETHING_NEW'],
    [undefined, undefined],
    [7, undefined],
  ])('status %s is %s', (Status, status) => expect(mapWorkstation({ ...row, Status })?.status).toBe(status));

  test.each([
    ['65,536', 65_536],
    ['1,048,576', 1_048_576],
    ['65536', 65_536],
    [65_536, 65_536],
  ])('memory %s is %s', (Memory, memory) => {
    expect(mapWorkstation({ ...row, ServerInstanceTypeInfo: { Memory } })).toMatchObject({ memory, unreadable: [] });
  });

  test.each(['6,5536', '65.536', '-1', '64 GB', {}])('memory %s cannot be read', (Memory) => {
    expect(mapWorkstation({ ...row, ServerInstanceTypeInfo: { Memory } })).toMatchObject({ memory: undefined, unreadable: ['Memory'] });
  });
});

describe('who is on a workstation', () => {
  const session = { UserId: 'amy', ResourceSessionStartTime: '2026-01-01T08:00:00Z' };
  test.each([
    ['an empty list', { Sessions: [] }, []],
    ['no list and no state, as services answer that leave out empty lists', {}, []],
    ['null and no state', { Sessions: null }, []],
    ['no list, where another empty list is shown', { DataDisk: [] }, undefined],
    ['no list beside a state', { ResourceSessionStatus: 'Disconnected' }, undefined],
    ['an empty list beside a state', { Sessions: [], ResourceSessionStatus: 'Disconnected' }, undefined],
    ['an object where the list belongs', { Sessions: {} }, undefined],
    ['text where the list belongs', { Sessions: 'none' }, undefined],
    ['no list, and connected', { ResourceSessionStatus: 'CONNECTED' }, [{ user: undefined, startedAtMs: undefined }]],
    ['a list', { Sessions: [session] }, [{ user: 'amy', startedAtMs: Date.UTC(2026, 0, 1, 8) }]],
    ['an entry that is no object', { Sessions: [7] }, [{ user: undefined, startedAtMs: undefined }]],
  ])('by %s', (_name, change, sessions) => expect(mapWorkstation({ ...row, ...change })?.sessions).toEqual(sessions));
});

test('what is missing is unknown, and what cannot be read is named', () => {
  expect(mapWorkstation({ WuyingServerId: 'ws-1' })).toMatchObject({
    charge: undefined,
    expiresAtMs: undefined,
    users: undefined,
    unreadable: [],
  });
  expect(mapWorkstation({ ...row, ChargeType: 'Lease', ExpiredTime: '2026-12-01 00:00', Users: 'amy' })).toMatchObject({
    charge: undefined,
    expiresAtMs: undefined,
    unreadable: ['ChargeType', 'ExpiredTime', 'Users'],
  });
  for (const nothing of [undefined, null, [], 'ws-1', {}, { WuyingServerId: '' }]) expect(mapWorkstation(nothing)).toBeUndefined();
});

test.each([
  ['a subscription', { ChargeType: 'PrePaid' }, true],
  ['a subscription whose expiry is missing', { ChargeType: 'PrePaid', ExpiredTime: undefined }, true],
  ['pay-as-you-go, even with an expiry', { ChargeType: 'PostPaid' }, false],
  ['an unknown charge with an expiry', { ChargeType: 'Lease' }, true],
  ['an unknown charge with an expiry that cannot be read', { ChargeType: undefined, ExpiredTime: 'soon' }, true],
  ['an unknown charge without an expiry', { ChargeType: undefined, ExpiredTime: undefined }, false],
])('%s may expire: %s', (_name, change, expected) => {
  const workstation = mapWorkstation({ ...row, ...change });
  expect(workstation && mayExpire(workstation)).toBe(expected);
});

describe('the sessions and the timer of a row', () => {
  const row = { WuyingServerId: 'ws-1', Status: 'RUNNING' };
  const amy = { UserId: 'amy', ResourceSessionStartTime: '2026-01-01T08:00:00Z' };

  test.each<readonly [string, Readonly<Record<string, unknown>>, unknown]>([
    ['an empty list is nobody', { Sessions: [] }, []],
    ['a list is those in it', { Sessions: [amy] }, [{ user: 'amy', startedAtMs: Date.parse('2026-01-01T08:00:00Z') }]],
    ['an entry without a name is somebody', { Sessions: [{}] }, [{ user: undefined, startedAtMs: undefined }]],
    [
      'a time without a zone is unknown',
      { Sessions: [{ ...amy, ResourceSessionStartTime: '2026-01-01 08:00' }] },
      [{ user: 'amy', startedAtMs: undefined }],
    ],
    ['connected without a list is somebody', { ResourceSessionStatus: 'Connected' }, [{ user: undefined, startedAtMs: undefined }]],
    ['no list is nobody, since gateways leave out lists that are empty', {}, []],
    ['no list beside another empty list is unknown', { DataDisk: [] }, undefined],
    ['what is no list is unknown', { Sessions: 'amy' }, undefined],
    ['an empty list beside a state that nobody has described is unknown', { Sessions: [], ResourceSessionStatus: 'Idle' }, undefined],
    ['an empty list beside an empty state is nobody', { Sessions: [], ResourceSessionStatus: '' }, []],
  ])('%s', (_name, fields, expected) => {
    expect(mapWorkstation({ ...row, ...fields })?.sessions).toEqual(expected);
  });

  test.each([
    ['ccg-1', 'ccg-1'],
    ['', undefined],
    [undefined, undefined],
  ])('the timer %s is %s', (TimerGroupId, expected) => {
    expect(mapWorkstation({ ...row, TimerGroupId })?.timerGroupId).toBe(expected);
  });
});
