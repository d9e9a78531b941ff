import { expect, test } from 'vitest';
import { poolSamples } from '../../shared/billing/usage.ts';
import { mapDeliveryGroup } from '../../shared/fleet/map-delivery-group.ts';

const row = (pools: unknown, charge = 'PostPaid') => ({
  AppInstanceGroupId: 'aig-1',
  AppInstanceGroupName: 'Ada Lovelace',
  BizRegionId: 'cn-hangzhou',
  ChargeType: charge,
  NodePool: pools,
});
const pool = {
  NodePoolId: 'rg-1',
  NodeInstanceType: 'appstreaming.vgpu.8c16g.4g',
  StrategyType: 'NODE_FIXED',
  NodeAmount: 4,
  NodeUsed: 3,
  ScalingNodeAmount: 2,
  ScalingNodeUsed: 1,
};
const samplesOf = (pools: unknown, charge?: string) => {
  const group = mapDeliveryGroup(row(pools, charge));
  if (!group) throw new Error('the row has an id');
  return poolSamples(group);
};

test('a pool counts with its own and its elastic nodes, those in use, where it is and how it is paid', () => {
  const counts = {
    ...{ region: 'cn-hangzhou', instanceType: 'appstreaming.vgpu.8c16g.4g', charge: 'subscription' },
    ...{ nodes: 4, scalingNodes: 2, inUse: 4 },
  };
  expect(samplesOf([pool], 'PrePaid')).toEqual([{ group: 'aig-1', pool: 'rg-1', counts }]);
});

test('nodes that an answer does not say are unknown, never none', () => {
  const { ScalingNodeAmount: _, ...withoutElastic } = pool;
  const bySchedule = { ...withoutElastic, StrategyType: 'NODE_SCALING_BY_SCHEDULE', RecurrenceSchedules: [] };
  expect(samplesOf([bySchedule])[0]?.counts).toBeUndefined();
  expect(samplesOf([{ ...pool, NodeAmount: 'four' }])[0]?.counts).toBeUndefined();
  expect(samplesOf(undefined)).toEqual([{ group: 'aig-1', pool: '', counts: undefined }]);
});

test('a fixed pool whose answer leaves elastic nodes out has none', () => {
  const { ScalingNodeAmount: _, ...withoutElastic } = pool;
  expect(samplesOf([withoutElastic], 'PrePaid')[0]?.counts).toMatchObject({ nodes: 4, scalingNodes: 0 });
});

test('of two pools with one id neither is known', () => {
  expect(samplesOf([pool, { ...pool, NodeAmount: 9 }])).toEqual([{ group: 'aig-1', pool: 'rg-1', counts: undefined }]);
});

test('nothing of a sample names a person', () => {
  expect(JSON.stringify(samplesOf([pool]))).not.toContain('Lovelace');
});
