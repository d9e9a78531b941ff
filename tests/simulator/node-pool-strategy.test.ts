import { describe, expect, it } from 'vitest';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { estate, hour, minute } from './estate.ts';

type Settings = Readonly<Record<string, unknown>>;

/** One group of each charge; a strategy is set on one and read back from it. */
function place(assumptions: Readonly<Record<string, AssumptionValue>> = {}, strategy?: object) {
  const built = estate(
    {
      groups: [
        {
          id: 'aig-payg',
          name: 'payg',
          region: 'cn-hangzhou',
          pool: { id: 'rg-payg', strategy: (strategy ?? { fixed: 2 }) as { fixed: number } },
        },
        { id: 'aig-sub', name: 'sub', region: 'cn-hangzhou', charge: 'PrePaid', pool: { id: 'rg-sub', strategy: { fixed: 2 } } },
      ],
    },
    assumptions,
  );
  const input = (NodePoolStrategy: Settings, rest: Settings = {}) => ({
    PoolId: 'rg-payg',
    ProductType: 'CloudApp',
    NodePoolStrategy,
    ...rest,
  });
  return {
    ...built,
    set: (settings: Settings, rest: Settings = {}) => built.call('ModifyNodePoolAttribute', input(settings, rest)),
    refused: (settings: Settings, rest: Settings = {}) => built.refusal('ModifyNodePoolAttribute', input(settings, rest)),
    read: (id = 'aig-payg') => built.call('GetAppInstanceGroup', { AppInstanceGroupId: id }).AppInstanceGroupModels.NodePool[0],
  };
}

const week = (periods: readonly (readonly [string, string, number])[], days: readonly number[] = [1, 2, 3, 4, 5]) => ({
  RecurrenceType: 'weekly',
  RecurrenceValues: days,
  TimerPeriods: periods.map(([StartTime, EndTime, Amount]) => ({ StartTime, EndTime, Amount })),
});
const schedule: Settings = {
  StrategyType: 'NODE_SCALING_BY_SCHEDULE',
  WarmUp: false,
  StrategyEnableDate: '2026-11-25',
  StrategyDisableDate: '2027-11-24',
  RecurrenceSchedules: [week([['08:00', '21:00', 3]])],
};
const usage: Settings = {
  StrategyType: 'NODE_SCALING_BY_USAGE',
  NodeAmount: 2,
  ScalingStep: 2,
  MaxScalingAmount: 6,
  ScalingUsageThreshold: '80',
};
const periods = (...list: (readonly [string, string, number])[]): Settings => ({ ...schedule, RecurrenceSchedules: [week(list)] });

describe('ModifyNodePoolAttribute accepts', () => {
  it.each([
    ['a fixed count', { StrategyType: 'NODE_FIXED', NodeAmount: 100 }],
    ['usage scaling', usage],
    ['a ceiling of no elastic nodes', { ...usage, MaxScalingAmount: 0 }],
    ['thresholds at both ends', { ...usage, ScalingUsageThreshold: '0' }],
    ['a schedule from today on', schedule],
    ['the longest span', { ...schedule, StrategyDisableDate: '2027-11-25' }],
    ['the shortest span', { ...schedule, StrategyDisableDate: '2026-12-02' }],
    [
      'three periods, five minutes apart, of a quarter of an hour',
      periods(['08:00', '08:15', 1], ['08:20', '08:35', 2], ['08:40', '08:55', 1]),
    ],
    ['a period to the last minute of the day', periods(['20:00', '23:59', 1])],
    [
      'the same weekday in two schedules, within the limits',
      { ...schedule, RecurrenceSchedules: [week([['08:00', '12:00', 1]]), week([['13:00', '18:00', 1]], [3])] },
    ],
  ])('%s', (_what, settings) => {
    const { set, read } = place();
    expect(set(settings)).toEqual({});
    expect(read().StrategyType).toBe((settings as Settings).StrategyType);
  });
});

describe('ModifyNodePoolAttribute refuses', () => {
  it.each([
    ['a count of zero', { StrategyType: 'NODE_FIXED', NodeAmount: 0 }, 'NodeAmount'],
    ['a count beyond a hundred', { StrategyType: 'NODE_FIXED', NodeAmount: 101 }, 'NodeAmount'],
    ['a count under a schedule', { ...schedule, NodeAmount: 2 }, 'NodeAmount'],
    ['no step', { ...usage, ScalingStep: undefined }, 'ScalingStep'],
    ['a step beyond ten', { ...usage, ScalingStep: 11 }, 'ScalingStep'],
    ['no ceiling', { ...usage, MaxScalingAmount: undefined }, 'MaxScalingAmount'],
    ['a threshold beyond a hundred percent', { ...usage, ScalingUsageThreshold: '101' }, 'ScalingUsageThreshold'],
    ['a threshold that is a number', { ...usage, ScalingUsageThreshold: 80 }, 'ScalingUsageThreshold'],
    ['an idle time below five minutes', { ...usage, ScalingDownAfterIdleMinutes: 4 }, 'ScalingDownAfterIdleMinutes'],
    ['no word on warm-up', { ...schedule, WarmUp: undefined }, 'WarmUp'],
    ['an enable date in the past', { ...schedule, StrategyEnableDate: '2026-11-24' }, 'StrategyEnableDate'],
    ['an enable date that does not exist', { ...schedule, StrategyEnableDate: '2027-02-30' }, 'StrategyEnableDate'],
    ['no disable date', { ...schedule, StrategyDisableDate: undefined }, 'StrategyDisableDate'],
    ['a span of six days', { ...schedule, StrategyDisableDate: '2026-12-01' }, 'StrategyDisableDate'],
    ['a span of 366 days', { ...schedule, StrategyDisableDate: '2027-11-26' }, 'StrategyDisableDate'],
    ['no schedules', { ...schedule, RecurrenceSchedules: [] }, 'RecurrenceSchedules'],
    [
      'the type as answers spell it',
      { ...schedule, RecurrenceSchedules: [{ ...week([['08:00', '21:00', 3]]), RecurrenceType: 'Weekly' }] },
      'RecurrenceType',
    ],
    ['an eighth weekday', { ...schedule, RecurrenceSchedules: [week([['08:00', '21:00', 3]], [8])] }, 'RecurrenceValues'],
    ['four periods', periods(['01:00', '02:00', 1], ['03:00', '04:00', 1], ['05:00', '06:00', 1], ['07:00', '08:00', 1]), 'TimerPeriods'],
    [
      'four periods in two schedules',
      {
        ...schedule,
        RecurrenceSchedules: [
          week([
            ['01:00', '02:00', 1],
            ['03:00', '04:00', 1],
          ]),
          week([
            ['05:00', '06:00', 1],
            ['07:00', '08:00', 1],
          ]),
        ],
      },
      'TimerPeriods',
    ],
    ['a gap of four minutes', periods(['08:00', '12:00', 1], ['12:04', '18:00', 1]), 'TimerPeriods'],
    ['touching periods', periods(['08:00', '12:00', 1], ['12:00', '18:00', 2]), 'TimerPeriods'],
    ['a period of fourteen minutes', periods(['08:00', '08:14', 1]), 'TimerPeriods'],
    ['a period past midnight', periods(['22:00', '06:00', 1]), 'TimerPeriods'],
    ['an end at 24:00', periods(['22:00', '24:00', 1]), 'EndTime'],
    ['a time that no clock shows', periods(['25:00', '26:00', 1]), 'StartTime'],
    ['a period without nodes', periods(['08:00', '12:00', 0]), 'Amount'],
  ])('%s', (_what, settings, field) => {
    const { refused, read } = place();
    const before = read();
    expect(refused(settings)).toBe(`InvalidParameter.${field}`);
    expect(read()).toEqual(before);
  });

  it.each([
    ['a schedule on a subscription', schedule, 'InvalidParameter.StrategyType'],
    ['another count on a subscription', { StrategyType: 'NODE_FIXED', NodeAmount: 3 }, 'InvalidParameter.NodeAmount'],
  ])('%s', (_what, settings, code) => {
    expect(place().refused(settings, { PoolId: 'rg-sub' })).toBe(code);
  });

  it.each([
    ['a pool that does not exist', { PoolId: 'rg-none' }, 'InvalidParameter.PoolId'],
    ['a call without a pool', { PoolId: undefined }, 'InvalidParameter.PoolId'],
    ['another region', { BizRegionId: 'cn-shanghai' }, 'InvalidRegion.NotMatch'],
    ['more sessions per node than the type carries', { NodeCapacity: 3 }, 'InvalidParameter.NodeCapacity'],
  ])('%s', (_what, rest, code) => {
    expect(place().refused({ StrategyType: 'NODE_FIXED', NodeAmount: 2 }, rest)).toBe(code);
  });
});

describe('what the documents leave open about strategies', () => {
  it.each([
    ['endOfDay24', 'accept', periods(['22:00', '24:00', 1]), 'not refused'],
    ['zeroPeriodAmount', 'accept', periods(['08:00', '12:00', 0]), 'not refused'],
    ['zeroScalingCeiling', 'refuse', { ...usage, MaxScalingAmount: 0 }, 'InvalidParameter.MaxScalingAmount'],
    ['usageForPayAsYouGo', 'refuse', usage, 'InvalidParameter.StrategyType'],
  ])('%s: %s', (name, value, settings, outcome) => {
    expect(place({ [name]: value }).refused(settings)).toBe(outcome);
  });

  it.each([
    ['equal-accepted', 'not refused'],
    ['any-refused', 'InvalidParameter.NodeAmount'],
  ])('the present count sent to a subscription: %s', (subscriptionNodeAmount, outcome) => {
    expect(place({ subscriptionNodeAmount }).refused({ StrategyType: 'NODE_FIXED', NodeAmount: 2 }, { PoolId: 'rg-sub' })).toBe(outcome);
  });

  it.each([
    ['refuse', 'InvalidParameter.StrategyEnableDate'],
    ['accept', 'not refused'],
  ])('an unchanged schedule whose enable date has passed: %s', (pastEnableDate, outcome) => {
    const { set, refused, pass } = place({ pastEnableDate });
    set(schedule);
    pass(24 * hour);
    expect(refused(schedule)).toBe(outcome);
  });

  it('counts the enable date by the day in the zone of the schedule', () => {
    const { world, refused } = place();
    world.clock.advanceTo(Date.parse('2026-11-25T16:00:00Z'));
    expect(refused(schedule)).toBe('InvalidParameter.StrategyEnableDate');
    const other = place({ scheduleZone: 'UTC' });
    other.world.clock.advanceTo(Date.parse('2026-11-25T16:00:00Z'));
    expect(other.refused(schedule)).toBe('not refused');
  });

  it.each([
    ['keep', 2, '70'],
    ['reset', undefined, undefined],
  ])('fields that a request leaves out: %s', (omittedStrategyFields, step, threshold) => {
    const { set, read, refused } = place({ omittedStrategyFields });
    set({ ...usage, ScalingUsageThreshold: '70', ScalingDownAfterIdleMinutes: 30 });
    const partial = { StrategyType: 'NODE_SCALING_BY_USAGE', NodeAmount: 2, MaxScalingAmount: 8 };
    if (step === undefined) {
      expect(refused(partial)).toBe('InvalidParameter.ScalingStep');
    } else {
      set(partial);
      expect(read()).toMatchObject({
        MaxScalingAmount: 8,
        ScalingStep: step,
        ScalingUsageThreshold: threshold,
        ScalingDownAfterIdleMinutes: 30,
      });
    }
  });

  it.each([
    ['hidden', undefined],
    ['shown', '2026-11-25'],
  ])('fields of a strategy that is not in force: %s', (inactiveStrategyFields, date) => {
    const { set, read } = place({ inactiveStrategyFields });
    set(schedule);
    set({ StrategyType: 'NODE_FIXED', NodeAmount: 1 });
    expect(read()).toMatchObject({ StrategyType: 'NODE_FIXED', NodeAmount: 1 });
    expect(read().StrategyEnableDate).toBe(date);
  });

  it.each([
    ['refuse', 'OperationDenied.AppInstanceGroupStatus'],
    ['accept', 'not refused'],
  ])('a group that is not published: %s', (strategyWhileUnpublished, outcome) => {
    const { refused, account } = place({ strategyWhileUnpublished });
    account.groups.get('aig-payg')?.beginMaintenance(0);
    expect(refused({ StrategyType: 'NODE_FIXED', NodeAmount: 3 })).toBe(outcome);
  });
});

describe('after ModifyNodePoolAttribute', () => {
  it('the nodes arrive later than the answer', () => {
    const { set, read, pass, call } = place();
    set(schedule);
    expect(read().ScalingNodeAmount).toBe(2);
    pass(6 * minute);
    expect(read().ScalingNodeAmount).toBe(3);
    expect(call('ListNodes', { AppInstanceGroupId: 'aig-payg', PageNumber: 1, PageSize: 10 }).Count).toBe(3);
  });

  it('a repeat changes nothing', () => {
    const { set, read, pass, account } = place();
    set(schedule);
    pass(hour);
    const before = [read(), account.groups.get('aig-payg')?.pools[0]?.nodes.map(({ id }) => id)];
    set(schedule);
    pass(hour);
    expect([read(), account.groups.get('aig-payg')?.pools[0]?.nodes.map(({ id }) => id)]).toEqual(before);
  });

  it('the capacity of nodes is changed too, where it is sent', () => {
    const { call, read } = place();
    call('ModifyNodePoolAttribute', { PoolId: 'rg-payg', NodeCapacity: 1 });
    expect(read()).toMatchObject({ NodeCapacity: 1, StrategyType: 'NODE_FIXED' });
  });
});
