import { describe, expect, it } from 'vitest';
import { checkInput } from '../../shared/client/check-input.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations as op } from '../../shared/client/operations/index.ts';

const group = { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' } as const;
const renewal = { ...group, Period: 1, PeriodUnit: 'Month' } as const;

const period = (StartTime: string, EndTime: string, Amount = 2) => ({ StartTime, EndTime, Amount });
const week = (...TimerPeriods: ReturnType<typeof period>[]) => [{ RecurrenceType: 'weekly', RecurrenceValues: [1, 2], TimerPeriods }];
const scheduled = (change: Record<string, unknown> = {}) => ({
  PoolId: 'rg-1',
  NodePoolStrategy: {
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    WarmUp: true,
    StrategyEnableDate: '2026-11-25',
    StrategyDisableDate: '2027-11-25',
    RecurrenceSchedules: week(period('08:00', '12:00'), period('12:05', '18:00')),
    ...change,
  },
});
const byUsage = (change: Record<string, unknown> = {}) => ({
  PoolId: 'rg-1',
  NodePoolStrategy: {
    StrategyType: 'NODE_SCALING_BY_USAGE',
    ScalingStep: 1,
    MaxScalingAmount: 4,
    ScalingUsageThreshold: '85',
    ...change,
  },
});

const good: readonly [string, AnyOperation, unknown][] = [
  ['a renewal of one month', op.RenewAppInstanceGroup, renewal],
  ['a schedule of two periods a day', op.ModifyNodePoolAttribute, scheduled()],
  ['a schedule of exactly 7 days', op.ModifyNodePoolAttribute, scheduled({ StrategyDisableDate: '2026-12-02' })],
  ['a period of exactly 15 minutes', op.ModifyNodePoolAttribute, scheduled({ RecurrenceSchedules: week(period('23:44', '23:59')) })],
  ['usage scaling', op.ModifyNodePoolAttribute, byUsage()],
  [
    'a fixed number of nodes',
    op.ModifyNodePoolAttribute,
    { PoolId: 'rg-1', NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 3 } },
  ],
  ['tags on the account itself', op.TagCloudResources, { ResourceType: 'AliUid', Tags: [{ Key: 'a', Value: 'b' }] }],
  ['a session that never times out', op.ModifyAppInstanceGroupAttribute, { ...group, SessionTimeout: -1 }],
  ['a region that is not known yet', op.ListAppInstanceGroup, { ProductType: 'CloudApp', BizRegionId: 'cn-chengdu' }],
  ['unbinding from a persistent session', op.Unbind, { ...group, EndUserId: 'alice', AppInstancePersistentId: 'p-1' }],
];

const bad: readonly [string, AnyOperation, unknown, path: string][] = [
  ['two weeks', op.RenewAppInstanceGroup, { ...renewal, Period: 2, PeriodUnit: 'Week' }, 'Period'],
  ['six years', op.RenewAppInstanceGroup, { ...renewal, Period: 6, PeriodUnit: 'Year' }, 'Period'],
  ['a unit in lower case', op.RenewAppInstanceGroup, { ...renewal, PeriodUnit: 'month' }, 'PeriodUnit'],
  ['a period as text', op.RenewAppInstanceGroup, { ...renewal, Period: '1' }, 'Period'],
  ['a price of two weeks', op.GetResourceRenewPrice, { ...renewal, Period: 2, PeriodUnit: 'Week' }, 'Period'],
  ['an unknown parameter', op.RenewAppInstanceGroup, { ...renewal, Autopay: true }, 'Autopay'],
  ['an empty id', op.GetAppInstanceGroup, { ...group, AppInstanceGroupId: '' }, 'AppInstanceGroupId'],
  ['no group', op.GetAppInstanceGroup, { ProductType: 'CloudApp' }, 'AppInstanceGroupId'],
  ['a page larger than the service gives', op.ListAppInstanceGroup, { ProductType: 'CloudApp', PageSize: 101 }, 'PageSize'],
  ['an empty filter, which would travel as none', op.ListAppInstances, { AppInstanceGroupId: 'aig-1', UserIdList: [] }, 'UserIdList'],
  ['deleted instances without ids', op.ListAppInstances, { AppInstanceGroupId: 'aig-1', IncludeDeleted: true }, 'AppInstanceIdList'],
  ['starting nothing', op.StartWuyingServer, { WuyingServerIdList: [] }, 'WuyingServerIdList'],
  ['stopping without a list', op.StopWuyingServer, {}, 'WuyingServerIdList'],
  ['restarting an empty id', op.RestartWuyingServer, { WuyingServerIdList: [''] }, 'WuyingServerIdList.0'],
  ['deleting no image', op.DeleteImage, {}, 'ImageId'],
  ['unbinding without an instance', op.Unbind, { ...group, EndUserId: 'alice' }, 'AppInstanceId'],
  [
    'renewing a workstation by the week',
    op.RenewWuyingServer,
    { WuyingServerId: 'ws-1', Period: 1, PeriodUnit: 'Week', AutoPay: true },
    'PeriodUnit',
  ],
  [
    'renewing a workstation with payment unsaid',
    op.RenewWuyingServer,
    { WuyingServerId: 'ws-1', Period: 1, PeriodUnit: 'Month' },
    'AutoPay',
  ],
  ['renewing no workstation', op.RenewWuyingServer, { Period: 1, PeriodUnit: 'Month', AutoPay: true }, 'WuyingServerId'],
  ['scaling no pool', op.ModifyNodePoolAttribute, { NodePoolStrategy: byUsage().NodePoolStrategy }, 'PoolId'],
  [
    'a strategy without its name',
    op.ModifyNodePoolAttribute,
    { PoolId: 'rg-1', NodePoolStrategy: { NodeAmount: 3 } },
    'NodePoolStrategy.StrategyType',
  ],
  [
    'zero nodes',
    op.ModifyNodePoolAttribute,
    { PoolId: 'rg-1', NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 0 } },
    'NodePoolStrategy.NodeAmount',
  ],
  [
    'usage scaling without a ceiling',
    op.ModifyNodePoolAttribute,
    byUsage({ MaxScalingAmount: undefined }),
    'NodePoolStrategy.MaxScalingAmount',
  ],
  ['usage scaling without a step', op.ModifyNodePoolAttribute, byUsage({ ScalingStep: undefined }), 'NodePoolStrategy.ScalingStep'],
  ['a threshold over 100', op.ModifyNodePoolAttribute, byUsage({ ScalingUsageThreshold: '101' }), 'NodePoolStrategy.ScalingUsageThreshold'],
  ['a threshold as a number', op.ModifyNodePoolAttribute, byUsage({ ScalingUsageThreshold: 85 }), 'NodePoolStrategy.ScalingUsageThreshold'],
  ['a schedule without WarmUp', op.ModifyNodePoolAttribute, scheduled({ WarmUp: undefined }), 'NodePoolStrategy.WarmUp'],
  [
    'a schedule without dates',
    op.ModifyNodePoolAttribute,
    scheduled({ StrategyDisableDate: undefined }),
    'NodePoolStrategy.StrategyDisableDate',
  ],
  [
    'a schedule of 6 days',
    op.ModifyNodePoolAttribute,
    scheduled({ StrategyDisableDate: '2026-12-01' }),
    'NodePoolStrategy.StrategyDisableDate',
  ],
  [
    'a schedule of 366 days',
    op.ModifyNodePoolAttribute,
    scheduled({ StrategyDisableDate: '2027-11-26' }),
    'NodePoolStrategy.StrategyDisableDate',
  ],
  [
    'a date that does not exist',
    op.ModifyNodePoolAttribute,
    scheduled({ StrategyDisableDate: '2027-02-30' }),
    'NodePoolStrategy.StrategyDisableDate',
  ],
  [
    'a schedule without periods',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: [] }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'four periods in one list',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: week(...['01', '03', '05', '07'].map((h) => period(`${h}:00`, `${h}:30`))) }),
    'NodePoolStrategy.RecurrenceSchedules.0.TimerPeriods',
  ],
  [
    'four periods a day spread over two schedules',
    op.ModifyNodePoolAttribute,
    scheduled({
      RecurrenceSchedules: [
        ...week(period('01:00', '02:00'), period('03:00', '04:00')),
        ...week(period('05:00', '06:00'), period('07:00', '08:00')),
      ],
    }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'a period of 14 minutes',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: week(period('08:00', '08:14')) }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'a period across midnight',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: week(period('22:00', '06:00')) }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'a gap of 4 minutes',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: week(period('12:04', '18:00'), period('08:00', '12:00')) }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'overlapping periods',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: week(period('08:00', '12:00'), period('11:00', '18:00')) }),
    'NodePoolStrategy.RecurrenceSchedules',
  ],
  [
    'a period without an amount',
    op.ModifyNodePoolAttribute,
    scheduled({
      RecurrenceSchedules: [{ RecurrenceType: 'weekly', RecurrenceValues: [1], TimerPeriods: [{ StartTime: '08:00', EndTime: '09:00' }] }],
    }),
    'NodePoolStrategy.RecurrenceSchedules.0.TimerPeriods.0',
  ],
  [
    'the spelling of answers in a request',
    op.ModifyNodePoolAttribute,
    scheduled({ RecurrenceSchedules: [{ ...week(period('08:00', '12:00'))[0], RecurrenceType: 'Weekly' }] }),
    'NodePoolStrategy.RecurrenceSchedules.0.RecurrenceType',
  ],
  [
    'a bad schedule of a group to buy',
    op.CreateAppInstanceGroup,
    { ...purchase(), NodePool: byUsage({ ScalingStep: undefined }).NodePoolStrategy },
    'NodePool.ScalingStep',
  ],
  ['WebRTC with a mixed stream', op.ModifyAppPolicy, policy({ Webrtc: true, StreamingMode: 'mix' }), 'VideoPolicy.StreamingMode'],
  ['a picture mode without a transport', op.ModifyAppPolicy, policy({ StreamingMode: 'video' }), 'VideoPolicy.StreamingMode'],
  ['no tags', op.TagCloudResources, { ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-1'], Tags: [] }, 'Tags'],
  ['tags on nothing', op.TagCloudResources, { ResourceType: 'AppInstanceGroupId', Tags: [{ Key: 'a', Value: 'b' }] }, 'ResourceIds'],
  ['ids for the account itself', op.UntagCloudResources, { ResourceType: 'AliUid', ResourceIds: ['1'], TagKeys: ['a'] }, 'ResourceIds'],
  [
    '51 resources in one call',
    op.UntagCloudResources,
    { ResourceType: 'WyId', ResourceIds: Array(51).fill('w'), TagKeys: ['a'] },
    'ResourceIds',
  ],
  ['a start without an offset', op.ApproveOtaTask, { ...approval(), StartTime: '2026-11-25T02:00:00' }, 'StartTime'],
  ['SINGLE_APP without an app', op.ModifyAppInstanceGroupAttribute, { ...group, PreOpenMode: 'SINGLE_APP' }, 'PreOpenAppId'],
  ['a capacity without its pool', op.ModifyAppInstanceGroupAttribute, { ...group, NodePool: { NodeCapacity: 2 } }, 'NodePool.NodePoolId'],
  ['a change of nobody', op.AuthorizeInstanceGroup, group, 'AuthorizeUserIds'],
  ['a price of nothing', op.GetResourcePrice, price(), 'NodeInstanceType'],
  [
    'nodes to convert without the mode',
    op.ModifyNodePoolAmount,
    { ...group, NodePool: { NodeAmount: 2, PrePaidNodeAmountModifyNodeIds: ['n-1'] } },
    'NodePool.PrePaidNodeAmountModifyNodeIds',
  ],
];

const fourPeriods = scheduled({
  RecurrenceSchedules: [
    ...week(period('01:00', '02:00'), period('03:00', '04:00')),
    ...week(period('05:00', '06:00'), period('07:00', '08:00')),
  ],
});
const lateEnd = scheduled({ RecurrenceSchedules: week(period('08:00', '24:00')) });

function purchase() {
  return {
    AppCenterImageId: 'img-1',
    BizRegionId: 'cn-hangzhou',
    ChargeResourceMode: 'Node',
    ChargeType: 'PostPaid',
    Period: 1,
    PeriodUnit: 'Month',
    ProductType: 'CloudApp',
    SessionTimeout: 15,
  };
}

function policy(VideoPolicy: Record<string, unknown>) {
  return { AppPolicyId: 'pg-1', ProductType: 'CloudApp', VideoPolicy };
}

function approval() {
  return { AppInstanceGroupId: 'aig-1', BizRegionId: 'cn-hangzhou', OtaType: 'Fota', TaskId: 'ota-1', StartTime: '2026-11-25T02:00:00Z' };
}

function price() {
  return { Amount: 1, BizRegionId: 'cn-hangzhou', ChargeType: 'PostPaid', Period: 1, PeriodUnit: 'Month', ProductType: 'CloudApp' };
}

describe('input of an operation', () => {
  it.each(good)('takes %s', (_, operation, input) => {
    expect(checkInput(operation, input)).toEqual([]);
  });

  it.each(bad)('refuses %s and says where', (_, operation, input, path) => {
    const faults = checkInput(operation, input);
    expect(faults.map((fault) => fault.path.join('.'))).toContain(path);
    for (const { text } of faults) expect(text).toMatch(/\w/);
  });

  it.each([
    [
      'a wrong pair',
      op.RenewAppInstanceGroup,
      { ...renewal, Period: 2, PeriodUnit: 'Week' },
      'choose one of 1 Week; 1, 2, 3 or 6 Month; 1, 2 or 3 Year',
    ],
    ['a value of neither kind', op.ModifyAppInstanceGroupAttribute, { ...group, SessionTimeout: 1 }, 'give -1, or a number from 3 to 300'],
    ['too many periods', op.ModifyNodePoolAttribute, fourPeriods, 'weekday 1 has 4 periods: keep to 3 a day'],
    ['a time that does not exist', op.ModifyNodePoolAttribute, lateEnd, 'keep to times from 00:00 to 23:59'],
    [
      'a time without a zone',
      op.ApproveOtaTask,
      { ...approval(), StartTime: '2026-11-25T02:00:00' },
      'write an ISO 8601 instant with its offset, such as 2026-11-25T00:00:00Z',
    ],
  ] as [string, AnyOperation, unknown, string][])('tells what to do about %s', (_, operation, input, text) => {
    expect(checkInput(operation, input).map((fault) => fault.text)).toContain(text);
  });

  it('is told once of a period that is wrong in itself', () => {
    expect(checkInput(op.RenewAppInstanceGroup, { ...renewal, Period: 5 })).toHaveLength(1);
  });
});
