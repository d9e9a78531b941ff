import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapDeliveryGroup } from '../../shared/fleet/map-delivery-group.ts';

/** A row as the service lists it. */
function row(change: Record<string, unknown> = {}, pool: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    AppInstanceGroupId: 'aig-9ciijz60n4xsv',
    AppInstanceGroupName: 'fin-ledger',
    RegionId: 'cn-hangzhou',
    Status: 'PUBLISHED',
    ResourceStatus: 'AVAILABLE',
    ChargeType: 'PostPaid',
    GmtCreate: '2026-04-27T16:00:00.000+00:00',
    OfficeSiteId: 'cn-hangzhou+dir-1',
    AppCenterImageId: 'img-1',
    Tags: [{ Key: 'department', Value: 'finance', Scope: 'Custom' }],
    NodePool: [
      {
        NodePoolId: 'rg-1',
        NodeInstanceType: 'appstreaming.general.4c8g',
        NodeCapacity: 2,
        NodeAmount: 3,
        NodeUsed: 1,
        ScalingNodeAmount: 0,
        ScalingNodeUsed: 0,
        StrategyType: 'NODE_FIXED',
        ...pool,
      },
    ],
    ...change,
  };
}

const strategyOf = (pool: Record<string, unknown>) => {
  const group = mapDeliveryGroup(row({}, pool));
  return { strategy: group?.pools?.[0]?.strategy, unreadable: group?.unreadable };
};

describe('a delivery group of an answer', () => {
  it('becomes a group with everything that scaling looks at', () => {
    expect(mapDeliveryGroup(row())).toEqual({
      kind: 'delivery-group',
      id: 'aig-9ciijz60n4xsv',
      name: 'fin-ledger',
      region: 'cn-hangzhou',
      status: 'PUBLISHED',
      resourceStatus: 'AVAILABLE',
      charge: 'pay-as-you-go',
      createdAtMs: Date.UTC(2026, 3, 27, 16),
      expiresAtMs: undefined,
      tags: { department: 'finance' },
      pools: [
        {
          id: 'rg-1',
          instanceType: 'appstreaming.general.4c8g',
          capacity: 2,
          nodeAmount: 3,
          nodeUsed: 1,
          scalingNodeAmount: 0,
          scalingNodeUsed: 0,
          strategy: { type: 'fixed', nodes: 3 },
        },
      ],
      officeSiteId: 'cn-hangzhou+dir-1',
      imageId: 'img-1',
      unreadable: [],
    });
  });

  it.each([
    ['PrePaid', 'subscription'],
    ['Prepaid', 'subscription'],
    ['POSTPAID', 'pay-as-you-go'],
  ])('reads the charge %s without case as %s', (ChargeType, charge) => {
    expect(mapDeliveryGroup(row({ ChargeType }))?.charge).toBe(charge);
  });

  it('names a field that is there but means nothing to us, and not one that is absent', () => {
    expect(mapDeliveryGroup(row({ ChargeType: 'Barter', ExpiredTime: '2026-12-01 00:00:00' }))?.unreadable).toEqual([
      'ChargeType',
      'ExpiredTime',
    ]);
    expect(mapDeliveryGroup(row({ ChargeType: undefined, ExpiredTime: null }))?.unreadable).toEqual([]);
  });

  it('reads tags from both lists, and the newer one wins', () => {
    const ResourceTags = [
      { Key: 'department', Value: 'old' },
      { Key: 'owner', Value: '' },
    ];
    expect(mapDeliveryGroup(row({ ResourceTags }))?.tags).toEqual({ department: 'finance', owner: '' });
    expect(mapDeliveryGroup(row({ Tags: undefined, ResourceTags }))?.tags).toEqual({ department: 'old', owner: '' });
  });

  it('tells no tags from unknown tags', () => {
    expect(mapDeliveryGroup(row({ Tags: [] }))?.tags).toEqual({});
    expect(mapDeliveryGroup(row({ Tags: undefined }))?.tags).toBeUndefined();
    const odd = mapDeliveryGroup(row({ Tags: [{ Value: 'x' }] }));
    expect(odd?.tags).toBeUndefined();
    expect(odd?.unreadable).toEqual(['Tags']);
  });

  it('keeps a tag key that every object has by nature', () => {
    expect(Object.keys(mapDeliveryGroup(row({ Tags: [{ Key: '__proto__', Value: 'x' }] }))?.tags ?? {})).toEqual(['__proto__']);
  });

  it('is nothing without an id', () => {
    expect(mapDeliveryGroup(row({ AppInstanceGroupId: undefined }))).toBeUndefined();
    expect(mapDeliveryGroup(undefined)).toBeUndefined();
    expect(mapDeliveryGroup([])).toBeUndefined();
  });

  it('is never an exception, whatever an answer holds', () => {
    const anyRow = fc.dictionary(fc.constantFrom(...Object.keys(row())), fc.anything());
    const anyPool = fc.dictionary(
      fc.constantFrom('StrategyType', 'NodeAmount', 'RecurrenceSchedules', 'NodePoolId', 'WarmUp'),
      fc.anything(),
    );
    fc.assert(
      fc.property(anyRow, anyPool, (fields, pool) => {
        const group = mapDeliveryGroup({
          ...row(fields),
          NodePool: [{ ...pool, StrategyType: 'NODE_SCALING_BY_SCHEDULE' }],
          AppInstanceGroupId: 'aig-1',
        });
        expect(group?.id).toBe('aig-1');
      }),
    );
  });
});

describe('the strategy of a pool', () => {
  const periods = [{ StartTime: '08:00', EndTime: '21:00', Amount: 4 }];
  const schedule = {
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    WarmUp: true,
    StrategyEnableDate: '2026-11-01',
    StrategyDisableDate: '2027-10-01',
    RecurrenceSchedules: [{ RecurrenceType: 'Weekly', RecurrenceValues: [1, 3], TimerPeriods: periods }],
  };

  it.each(['weekly', 'Weekly'])('is a weekly schedule where the type is spelled %s', (RecurrenceType) => {
    const RecurrenceSchedules = [{ RecurrenceType, RecurrenceValues: [1, 3], TimerPeriods: periods }];
    expect(strategyOf({ ...schedule, RecurrenceSchedules })).toEqual({
      strategy: {
        type: 'schedule',
        week: { 1: [{ startMinute: 480, endMinute: 1260, amount: 4 }], 3: [{ startMinute: 480, endMinute: 1260, amount: 4 }] },
        warmUp: true,
        enableDate: '2026-11-01',
        disableDate: '2027-10-01',
      },
      unreadable: [],
    });
  });

  it('joins entries for one weekday, in the order of the day', () => {
    const early = { RecurrenceType: 'Weekly', RecurrenceValues: [3], TimerPeriods: [{ StartTime: '06:00', EndTime: '07:00', Amount: 1 }] };
    const { strategy } = strategyOf({ ...schedule, RecurrenceSchedules: [...schedule.RecurrenceSchedules, early] });
    expect(strategy).toMatchObject({ week: { 3: [{ startMinute: 360 }, { startMinute: 480 }] } });
  });

  it('is usage scaling with its settings', () => {
    const usage = {
      StrategyType: 'NODE_SCALING_BY_USAGE',
      MaxScalingAmount: 10,
      ScalingStep: 2,
      ScalingUsageThreshold: '85',
      ScalingDownAfterIdleMinutes: 5,
    };
    expect(strategyOf(usage).strategy).toEqual({
      type: 'usage',
      nodes: 3,
      maxScaling: 10,
      step: 2,
      threshold: '85',
      downAfterIdleMinutes: 5,
      maxIdle: undefined,
    });
  });

  it.each([
    ['an unknown type', { StrategyType: 'NODE_BY_MAGIC' }, 'NodePool[0].StrategyType'],
    ['no type', { StrategyType: undefined }, 'NodePool[0].StrategyType'],
    [
      'a fixed count that is missing, and no nodes to count',
      { NodeAmount: undefined, ScalingNodeAmount: undefined },
      'NodePool[0].NodeAmount',
    ],
    ['a fixed count in words', { NodeAmount: 'three' }, 'NodePool[0].NodeAmount'],
    ['no schedules', { ...schedule, RecurrenceSchedules: undefined }, 'NodePool[0].RecurrenceSchedules'],
    [
      'an eighth weekday',
      { ...schedule, RecurrenceSchedules: [{ ...schedule.RecurrenceSchedules[0], RecurrenceValues: [8] }] },
      'NodePool[0].RecurrenceSchedules',
    ],
    [
      'a monthly schedule',
      { ...schedule, RecurrenceSchedules: [{ ...schedule.RecurrenceSchedules[0], RecurrenceType: 'Monthly' }] },
      'NodePool[0].RecurrenceSchedules',
    ],
    [
      'a period that ends before it starts',
      {
        ...schedule,
        RecurrenceSchedules: [{ ...schedule.RecurrenceSchedules[0], TimerPeriods: [{ StartTime: '21:00', EndTime: '08:00', Amount: 4 }] }],
      },
      'NodePool[0].RecurrenceSchedules',
    ],
    [
      'a minute that no clock shows',
      {
        ...schedule,
        RecurrenceSchedules: [{ ...schedule.RecurrenceSchedules[0], TimerPeriods: [{ StartTime: '08:75', EndTime: '21:00', Amount: 4 }] }],
      },
      'NodePool[0].RecurrenceSchedules',
    ],
  ])('is unknown with %s, and the field is named', (_, pool, field) => {
    const { strategy, unreadable } = strategyOf(pool);
    expect(strategy).toBeUndefined();
    expect(unreadable).toContain(field);
  });

  describe('of a pool by the hour whose NodeAmount counts subscription nodes', () => {
    it.each([
      ['zero', { NodeAmount: 0, NodeUsed: 0 }],
      ['zero as text', { NodeAmount: '0', NodeUsed: '0' }],
      ['absent', { NodeAmount: undefined, NodeUsed: undefined }],
      ['null', { NodeAmount: null, NodeUsed: null }],
    ])('shows the nodes that are there, and all counts: %s', (_, amount) => {
      const pool = mapDeliveryGroup(row({}, { ...amount, ScalingNodeAmount: 4, ScalingNodeUsed: 3 }))?.pools?.[0];
      expect(pool).toMatchObject({ nodeAmount: 0, nodeUsed: 0, scalingNodeAmount: 4, scalingNodeUsed: 3 });
      expect(pool?.strategy).toEqual({ type: 'fixed', nodes: 4, counted: true });
    });

    it('does not show how many always run under usage scaling', () => {
      const settings = { StrategyType: 'NODE_SCALING_BY_USAGE', MaxScalingAmount: 5, ScalingStep: 1, ScalingUsageThreshold: '85' };
      for (const NodeAmount of [0, undefined]) {
        const { strategy, unreadable } = strategyOf({ ...settings, NodeAmount, ScalingNodeAmount: 3 });
        expect(strategy).toMatchObject({ type: 'usage', nodes: undefined, maxScaling: 5 });
        expect(unreadable).toEqual([]);
      }
    });

    it('is not taken for a subscription, of which zero bought nodes are zero', () => {
      const subscription = mapDeliveryGroup(row({ ChargeType: 'PrePaid' }, { NodeAmount: 0, ScalingNodeAmount: 4 }));
      expect(subscription?.pools?.[0]?.strategy).toEqual({ type: 'fixed', nodes: 0 });
    });
  });

  it('keeps a schedule whose end date cannot be read, and names the date', () => {
    const { strategy, unreadable } = strategyOf({ ...schedule, StrategyDisableDate: '2027-02-30' });
    expect(strategy).toMatchObject({ type: 'schedule', disableDate: undefined });
    expect(unreadable).toEqual(['NodePool[0].StrategyDisableDate']);
  });
});
