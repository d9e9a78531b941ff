import { describe, expect, it } from 'vitest';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { readValue } from '../../shared/client/read-output.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { estate } from './estate.ts';

const seeds: readonly GroupSeed[] = [
  {
    id: 'aig-fin',
    name: 'fin-ledger',
    region: 'cn-shanghai',
    createdAt: '2026-04-27T16:00:00+00:00',
    tags: { department: 'finance', owner: 'qian.yu', 'System/Scheduler/GRAYSCALE': 'true' },
    image: 'img-a',
    officeSite: 'cn-shanghai+dir-1',
    sessionTimeout: 60,
    userGroups: [{ id: 'ug-fin', name: 'Finance' }],
    ota: { current: '7.4.0', offered: '7.4.2', note: 'Steadier' },
    pool: {
      id: 'rg-fin',
      strategy: { schedule: { '1-5': { '08:00-18:30': 4 } }, enable: '2026-09-01', disable: '2027-08-31', warmUp: true },
    },
  },
  {
    id: 'aig-sub',
    name: 'studio-film',
    region: 'cn-hangzhou',
    charge: 'PrePaid',
    expiresAt: '2027-04-27T16:00:00+00:00',
    tags: { department: 'design' },
    sessionTimeout: -1,
    pool: {
      id: 'rg-sub',
      instanceType: 'appstreaming.vgpu.8c31g.16g',
      capacity: 4,
      strategy: { usage: { nodes: 3, maxScaling: 5, step: 2, threshold: '80' }, downAfterIdleMinutes: 20, maxIdle: 2 },
    },
  },
  { id: 'aig-mnt', name: 'sales-demo', region: 'cn-hangzhou', status: 'MAINTAINING', tags: { department: 'sales', owner: '' } },
];

const all = ['aig-fin', 'aig-sub', 'aig-mnt'];
const ids = (answer: { AppInstanceGroupModels: { AppInstanceGroupId: string }[] }) =>
  answer.AppInstanceGroupModels.map((group) => group.AppInstanceGroupId);

describe('ListAppInstanceGroup', () => {
  it.each([
    ['no filter', {}, all],
    ['part of a name', { AppInstanceGroupName: 'led' }, ['aig-fin']],
    ['an id', { AppInstanceGroupId: 'aig-sub' }, ['aig-sub']],
    ['a region', { BizRegionId: 'cn-hangzhou' }, ['aig-sub', 'aig-mnt']],
    ['a region by its old name', { RegionId: 'cn-shanghai' }, ['aig-fin']],
    ['a region by both names, the new one winning', { RegionId: 'cn-shanghai', BizRegionId: 'cn-hangzhou' }, ['aig-sub', 'aig-mnt']],
    ['an image', { AppCenterImageId: 'img-a' }, ['aig-fin']],
    ['a node type', { NodeInstanceType: 'appstreaming.vgpu.8c31g.16g' }, ['aig-sub']],
    ['an office site', { OfficeSiteId: 'cn-shanghai+dir-1' }, ['aig-fin']],
    ['statuses', { Status: ['MAINTAINING', 'FAILED'] }, ['aig-mnt']],
    ['an empty list of statuses, which is no filter', { Status: [] }, all],
    ['a tag with its value', { Tag: [{ Key: 'department', Value: 'design' }] }, ['aig-sub']],
    ['a tag with an empty value', { Tag: [{ Key: 'owner', Value: '' }] }, ['aig-mnt']],
    ['the key of a tag alone', { Tag: [{ Key: 'owner' }] }, ['aig-fin', 'aig-mnt']],
    ['two tags, both of them', { Tag: [{ Key: 'owner' }, { Key: 'department', Value: 'sales' }] }, ['aig-mnt']],
    ['a user group', { UserGroupIds: ['ug-fin', 'ug-other'] }, ['aig-fin']],
    ['excluded user groups', { ExcludedUserGroupIds: ['ug-fin'] }, ['aig-sub', 'aig-mnt']],
    ['filters that exclude each other', { AppInstanceGroupName: 'fin', Status: ['MAINTAINING'] }, []],
  ])('finds groups by %s', (_what, filters, expected) => {
    const answer = estate({ groups: seeds }).call('ListAppInstanceGroup', filters);
    expect(ids(answer)).toEqual(expected);
    expect(answer.TotalCount).toBe(expected.length);
  });

  it.each([
    [{}, { PageNumber: 1, PageSize: 20, count: 20 }],
    [{ PageNumber: 2 }, { PageNumber: 2, PageSize: 20, count: 5 }],
    [
      { PageNumber: 3, PageSize: 10 },
      { PageNumber: 3, PageSize: 10, count: 5 },
    ],
    [
      { PageNumber: 9, PageSize: 10 },
      { PageNumber: 9, PageSize: 10, count: 0 },
    ],
  ])('gives page %o of 25 groups with the total', (page, { count, ...expected }) => {
    const many = Array.from({ length: 25 }, (_, i) => ({ name: `g-${i}`, region: 'cn-hangzhou' }));
    const answer = estate({ groups: many }).call('ListAppInstanceGroup', page);
    expect(answer).toMatchObject({ ...expected, TotalCount: 25 });
    expect(answer.AppInstanceGroupModels).toHaveLength(count);
  });

  it('keeps the order of creation, also after a group is gone', () => {
    const { call } = estate({ groups: [...seeds, { id: 'aig-last', name: 'last', region: 'cn-hangzhou' }] });
    call('DeleteAppInstanceGroup', { AppInstanceGroupId: 'aig-mnt' });
    expect(ids(call('ListAppInstanceGroup'))).toEqual(['aig-fin', 'aig-sub', 'aig-last']);
  });

  it('is readable by the schema of the operation table', () => {
    const answer = estate({ groups: seeds }).call('ListAppInstanceGroup');
    const read = readValue(listAppInstanceGroup.output, structuredClone(answer));
    expect(read).toEqual(answer);
    expect(read?.AppInstanceGroupModels).toHaveLength(3);
  });
});

describe('GetAppInstanceGroup', () => {
  const { call } = estate({ groups: seeds });
  const read = (id: string) => call('GetAppInstanceGroup', { AppInstanceGroupId: id, ProductType: 'CloudApp' }).AppInstanceGroupModels;

  it('answers one object under a plural name', () => {
    expect(Array.isArray(read('aig-fin'))).toBe(false);
  });

  it.each([
    ['the session timeout as text', 'aig-fin', { SessionTimeout: '60' }],
    ['no session timeout as -1', 'aig-sub', { SessionTimeout: '-1' }],
    ['times in UTC with milliseconds', 'aig-fin', { GmtCreate: '2026-04-27T16:00:00.000+00:00' }],
    ['the expiry of a subscription', 'aig-sub', { ExpiredTime: '2027-04-27T16:00:00.000+00:00', ChargeType: 'PrePaid' }],
    [
      'the update on offer',
      'aig-fin',
      { OtaInfo: { OtaVersion: '7.4.0', NewOtaVersion: '7.4.2', TaskId: expect.stringMatching(/^ota-\w{13}$/) } },
    ],
    ['no update as empty text', 'aig-sub', { OtaInfo: { OtaVersion: '7.3.0', NewOtaVersion: '', TaskId: '' } }],
    [
      'tags with their scope',
      'aig-fin',
      {
        Tags: [
          { Key: 'department', Value: 'finance', Scope: 'Custom' },
          { Key: 'owner', Value: 'qian.yu', Scope: 'Custom' },
          { Key: 'System/Scheduler/GRAYSCALE', Value: 'true', Scope: 'System' },
        ],
      },
    ],
  ])('shows %s', (_what, id, fields) => {
    expect(read(id)).toMatchObject(fields);
  });

  it('shows a weekly schedule, its nodes as elastic ones, and the type spelled with a capital', () => {
    const [pool] = read('aig-fin').NodePool;
    expect(pool).toEqual({
      Amount: 0,
      NodeAmount: 0,
      NodeCapacity: 2,
      NodeInstanceType: 'appstreaming.general.4c8g',
      NodePoolId: 'rg-fin',
      NodeTypeName: '4 vCPU, 8 GB',
      NodeUsed: 0,
      RecurrenceSchedules: [
        {
          RecurrenceType: 'Weekly',
          RecurrenceValues: [1, 2, 3, 4, 5],
          TimerPeriods: [{ StartTime: '08:00', EndTime: '18:30', Amount: 4 }],
        },
      ],
      ScalingNodeAmount: 4,
      ScalingNodeUsed: 0,
      StrategyDisableDate: '2027-08-31',
      StrategyEnableDate: '2026-09-01',
      StrategyType: 'NODE_SCALING_BY_SCHEDULE',
      WarmUp: true,
    });
  });

  it('shows usage scaling with its threshold as text', () => {
    expect(read('aig-sub').NodePool).toMatchObject([
      {
        StrategyType: 'NODE_SCALING_BY_USAGE',
        NodeAmount: 3,
        MaxScalingAmount: 5,
        ScalingStep: 2,
        ScalingUsageThreshold: '80',
        ScalingDownAfterIdleMinutes: 20,
        MaxIdleAppInstanceAmount: 2,
        NodeCapacity: 4,
      },
    ]);
  });

  it('spells the type in small letters where that is assumed', () => {
    const { call: other } = estate({ groups: seeds }, { recurrenceTypeReadBack: 'weekly' });
    const { NodePool } = other('GetAppInstanceGroup', { AppInstanceGroupId: 'aig-fin' }).AppInstanceGroupModels;
    expect(NodePool[0].RecurrenceSchedules[0].RecurrenceType).toBe('weekly');
  });

  it('lacks the fields that only the list has, and has some of its own', () => {
    const listed = call('ListAppInstanceGroup', { AppInstanceGroupId: 'aig-fin' }).AppInstanceGroupModels[0];
    const single = read('aig-fin');
    const only = (a: object, b: object) => Object.keys(a).filter((key) => !(key in b));
    expect(only(listed, single).sort()).toEqual(['AppPolicyImageCheck', 'AppPolicyVersion', 'ResourceTags']);
    expect(only(single, listed).sort()).toEqual(['AppCenterImageName', 'AppInstanceTypeName', 'SessionType']);
  });

  it('refuses an id that the account does not have', () => {
    expect(estate().refusal('GetAppInstanceGroup', { AppInstanceGroupId: 'aig-fin' })).toBe('InvalidAppInstanceGroup.NotFound');
  });
});

describe('ListNodes', () => {
  it('pages in its own words and names each node with its charge', () => {
    const { call } = estate({ groups: seeds });
    const page = (PageNumber: number) => call('ListNodes', { AppInstanceGroupId: 'aig-sub', PageNumber, PageSize: 2 });
    expect(page(1)).toMatchObject({ Count: 3, PerPageSize: 2, ToPage: 1 });
    const rows = [...page(1).NodeModels, ...page(2).NodeModels];
    expect(new Set(rows.map(({ NodeId }) => NodeId)).size).toBe(3);
    expect(rows.map(({ ChargeType }) => ChargeType)).toEqual(['PrePaid', 'PrePaid', 'PrePaid']);
    expect(page(3).NodeModels).toEqual([]);
  });
});
