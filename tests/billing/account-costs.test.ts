import { describe, expect, test } from 'vitest';
import { accountCosts, type CostInput } from '../../functions/digest/costs/account-costs.ts';
import { ruleModule as renewals } from '../../functions/renew-before-expiry/rule.ts';
import { ruleModule as scaling } from '../../functions/scale-on-schedule/rule.ts';
import { costTable } from '../../shared/billing/cost-table.ts';
import type { PoolState, Usage } from '../../shared/billing/usage.ts';
import { mapDeliveryGroup } from '../../shared/fleet/map-delivery-group.ts';
import type { Subscribable } from '../../shared/fleet/subscription.ts';
import { compiledPolicy } from '../e2e/live-function.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';

const fromMs = shanghai('2026-11-25');
const span = { fromMs, untilMs: fromMs + dayMs };
const yuan = (micros: bigint) => Number(micros) / 1_000_000;
const price = { currency: 'CNY', micros: 1_000_000n };
const small = { region: 'cn-hangzhou', instanceType: 'small' };

const state = (nodes: number, more: Partial<PoolState> = {}): PoolState => ({
  ...{ ...small, charge: 'pay-as-you-go', nodes, scalingNodes: 0, inUse: 0, set: `fixed ${nodes}`, found: true },
  ...more,
});

function usageOf(pools: Readonly<Record<string, readonly (readonly [hour: number, state: PoolState | undefined])[]>>): Usage {
  return {
    target: 'home',
    span,
    seenMs: Array.from({ length: 24 * 6 + 1 }, (_, look) => fromMs + look * 10 * minuteMs),
    pools: Object.entries(pools).map(([group, changes]) => ({
      ...{ group, pool: `p-${group}` },
      changes: changes.map(([hour, each]) => ({ atMs: fromMs + hour * hourMs, state: each })),
    })),
    quotes: [{ atMs: fromMs - dayMs, ...small, price }],
  };
}

function group(id: string, nodes: number, more: Readonly<Record<string, unknown>> = {}): Subscribable {
  const mapped = mapDeliveryGroup({
    ...{
      AppInstanceGroupId: id,
      AppInstanceGroupName: id,
      BizRegionId: 'cn-hangzhou',
      ChargeType: 'PostPaid',
      Status: 'PUBLISHED',
      ResourceStatus: 'AVAILABLE',
    },
    NodePool: [{ NodePoolId: `p-${id}`, NodeInstanceType: 'small', NodeAmount: nodes, NodeCapacity: 2, StrategyType: 'NODE_FIXED' }],
    Tags: [],
    ...more,
  });
  if (mapped === undefined) throw new Error('the group has no id');
  return mapped;
}

function costsOf(more: Partial<CostInput>, rule = '', mode = 'act') {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: ${mode}}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {office: {everyday: {08:00-20:00: 2 nodes}}, before: {everyday: {00:00-24:00: 5 nodes}}}
limits: {spendPerMonth: [1000 CNY]}
rules:
  scale-on-schedule: [{name: office, groups: {name: "o*"}, schedule: office, method: fixed${rule}}]
  renew-before-expiry:
    - {name: ws, workstations: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true, pricePerMonth: {eds.big: 300 CNY}}
`;
  const policy = compiledPolicy(text, [scaling, renewals], fromMs);
  const target = policy.targets.home;
  if (target === undefined) throw new Error('the policy has no target home');
  const input: CostInput = {
    policy,
    target,
    span,
    usage: usageOf({}),
    fleet: [],
    fleetMs: fromMs + dayMs,
    paid: [],
    monthly: new Map(),
    ...more,
  };
  const costs = accountCosts(input);
  const { rows, unknown } = costTable(costs, ({ resource }) => resource);
  return {
    rows: Object.fromEntries(
      rows.map(({ key = '', cost, saved, potential }) => [key, [cost, saved, potential].map(({ micros }) => yuan(micros))]),
    ),
    unknown: unknown.map(({ key, because, ms }) => [key, because, ms / hourMs]),
  };
}

describe('what a day cost', () => {
  // Ours from noon on: two nodes where four were found.
  const office = {
    office: [
      [0, state(4)],
      [12, state(2, { found: false, foundSet: 'fixed 4', set: 'fixed 2' })],
    ] as const,
  };
  const fleet = [group('office', 2)];

  test('is saved against what was found', () => {
    const { rows, unknown } = costsOf({ usage: usageOf(office), fleet });
    expect(rows['office']?.map((amount) => Math.round(amount))).toEqual([72, 24, 0]);
    expect(unknown).toEqual([]);
  });

  test.each([
    ['a count of the rule', ', baseline: 6 nodes', 48],
    ['a schedule of the rule', ', baseline: before', 36],
    ['what was found, where the rule says so', ', baseline: as-found', 24],
  ])('is saved against %s', (_what, baseline, saved) => {
    expect(Math.round(costsOf({ usage: usageOf(office), fleet }, baseline).rows['office']?.[1] ?? 0)).toBe(saved);
  });

  test('is exactly nothing saved where we never wrote, whatever the baseline says', () => {
    expect(costsOf({ usage: usageOf({ office: [[0, state(4)]] }), fleet }, ', baseline: 6 nodes').rows['office']?.[1]).toBe(0);
  });

  test('has a potential where the rule is in dry run, and none where it acts or covers nothing', () => {
    const usage = usageOf({ office: [[0, state(4)]], lab: [[0, state(4)]] });
    const { rows } = costsOf({ usage, fleet: [group('office', 4), group('lab', 4)] }, '', 'observe');
    // Four nodes all day instead of two from 08:00 to 20:00.
    expect(rows['office']?.map((amount) => Math.round(amount))).toEqual([96, 0, 72]);
    expect(rows['lab']?.[2]).toBe(0);
    expect(costsOf({ usage, fleet: [group('office', 4)] }).rows['office']?.[2]).toBe(0);
  });

  test('has a group that is gone by now, until it went', () => {
    const { rows } = costsOf({
      usage: usageOf({
        gone: [
          [0, state(3)],
          [6, undefined],
        ],
      }),
    });
    expect(Math.round(rows['gone']?.[0] ?? 0)).toBe(18);
  });

  test('is unmeasured where no run has seen the group, which has a line all the same', () => {
    expect(costsOf({ fleet }).unknown).toEqual([['office', 'unmeasured', 24]]);
  });

  test('has no savings where nobody knows what was found, and says so', () => {
    const usage = usageOf({ office: [[0, state(2, { found: false })]] });
    const { rows, unknown } = costsOf({ usage, fleet });
    expect(rows['office']?.slice(1)).toEqual([0, 0]);
    expect(unknown).toEqual([['office', 'no-baseline', 24]]);
  });
});

describe('what subscriptions cost on a day', () => {
  const bought = { ChargeType: 'PrePaid', ExpiredTime: '2027-01-01T00:00:00+08:00', GmtCreate: '2026-10-01T00:00:00+08:00' };
  const workstation = (id: string, more: Partial<Subscribable> = {}): Subscribable =>
    ({
      ...{ kind: 'workstation', id, name: id, region: 'cn-hangzhou', charge: 'subscription', instanceType: 'eds.big', spot: false },
      ...{ createdAtMs: fromMs - dayMs, expiresAtMs: fromMs + 90 * dayMs, unreadable: [], ...more },
    }) as Subscribable;

  test('is the order that covers it, else the quote of its renewal', () => {
    const order = {
      resource: 'a',
      fromMs: fromMs - 10 * dayMs,
      untilMs: fromMs + 20 * dayMs,
      amount: { currency: 'CNY', micros: 600_000_000n },
    };
    const monthly = new Map([['b', { currency: 'CNY', micros: 900_000_000n }]]);
    const { rows } = costsOf({ fleet: [group('a', 1, bought), group('b', 1, bought)], paid: [order], monthly });
    expect([rows['a']?.[0], rows['b']?.[0]]).toEqual([20, 30]);
  });

  test('is unknown without either, and the group has a line that says so', () => {
    const { rows, unknown } = costsOf({ fleet: [group('a', 1, bought)] });
    expect([rows, unknown]).toEqual([{}, [['a', 'no-monthly-price', 24]]]);
  });

  test('is what the policy says of a workstation, for the part of the day in which it was there', () => {
    const later = { createdAtMs: fromMs + 18 * hourMs };
    const { rows, unknown } = costsOf({
      fleet: [workstation('w'), workstation('v', later), workstation('x', { instanceType: 'eds.odd' } as Partial<Subscribable>)],
    });
    expect([rows['w']?.[0], rows['v']?.[0]]).toEqual([10, 2.5]);
    expect(unknown).toEqual([['x', 'no-monthly-price', 24]]);
  });

  test('is unknown of a workstation by the hour, which no run samples', () => {
    const { unknown } = costsOf({
      fleet: [workstation('w', { charge: 'pay-as-you-go', expiresAtMs: undefined } as Partial<Subscribable>)],
    });
    expect(unknown).toEqual([['w', 'not-metered', 24]]);
  });
});
