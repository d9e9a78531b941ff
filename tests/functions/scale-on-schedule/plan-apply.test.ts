import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { journalValue } from '../../../functions/scale-on-schedule/strategy-value.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import { mapDeliveryGroup } from '../../../shared/fleet/map-delivery-group.ts';
import type { Action } from '../../../shared/planning/decision.ts';
import { exceptionsInForce } from '../../../shared/policy/exception.ts';
import { groupProtected } from '../../../shared/policy/protect.ts';
import { applied, type Fields } from './applied-row.ts';
import { contextOf, policyOf, writtenView } from './plan-fixture.ts';

const time = fc.integer({ min: 0, max: 1425 });
const period = fc.tuple(time, fc.integer({ min: 1, max: 9 })).map(([start, Amount]) => {
  const text = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return { StartTime: text(start), EndTime: text(start + 1 + (start % 60)), Amount };
});
const date = fc.integer({ min: -40, max: 400 }).map((days) => new Date(Date.UTC(2026, 10, 25) + days * 864e5).toISOString().slice(0, 10));
const strategy: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ StrategyType: fc.constant('NODE_FIXED'), NodeAmount: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    StrategyType: fc.constant('NODE_SCALING_BY_USAGE'),
    NodeAmount: fc.integer({ min: 1, max: 12 }),
    MaxScalingAmount: fc.integer({ min: 0, max: 12 }),
    ScalingStep: fc.integer({ min: 1, max: 10 }),
    ScalingUsageThreshold: fc.integer({ min: 0, max: 100 }).map(String),
    ScalingDownAfterIdleMinutes: fc.integer({ min: 5, max: 120 }),
  }),
  fc.record({
    StrategyType: fc.constant('NODE_SCALING_BY_SCHEDULE'),
    NodeAmount: fc.constant(0),
    WarmUp: fc.boolean(),
    StrategyEnableDate: date,
    StrategyDisableDate: date,
    RecurrenceSchedules: fc.array(
      fc.record({
        RecurrenceType: fc.constant('Weekly'),
        RecurrenceValues: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        TimerPeriods: fc.array(period, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  }),
);

const row: fc.Arbitrary<Fields> = fc
  .record({
    id: fc.integer({ min: 1, max: 1e9 }),
    charge: fc.constantFrom('PostPaid', 'PostPaid', 'PrePaid'),
    department: fc.constantFrom('finance', 'service', 'design', 'night', 'other'),
    peak: fc.constantFrom('1', '3', '4', '10', '100', 'x', undefined),
    keepUntil: fc.constantFrom(undefined, undefined, undefined, '2026-11-25', '2027-06-01', 'please'),
    status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'MAINTAINING'),
    used: fc.integer({ min: 0, max: 3 }),
    scalingUsed: fc.integer({ min: 0, max: 3 }),
    strategy,
  })
  .map(({ id, charge, department, peak, keepUntil, status, used, scalingUsed, strategy: fields }) => ({
    AppInstanceGroupId: `aig-${id}`,
    AppInstanceGroupName: `${department}-${id}`,
    RegionId: 'cn-hangzhou',
    Status: status,
    ChargeType: charge,
    GmtCreate: '2026-04-27T16:00:00.000+00:00',
    Tags: [
      { Key: 'department', Value: department },
      ...(peak === undefined ? [] : [{ Key: 'peak-nodes', Value: peak }]),
      ...(keepUntil === undefined ? [] : [{ Key: 'keep-until', Value: keepUntil }]),
    ],
    NodePool: [
      {
        NodePoolId: `rg-${id}`,
        NodeInstanceType: 'appstreaming.general.4c8g',
        NodeCapacity: 2,
        NodeUsed: used,
        ScalingNodeAmount: scalingUsed,
        ScalingNodeUsed: scalingUsed,
        ...fields,
      },
    ],
  }));

const policy = policyOf(
  `
- {name: extra, groups: {charge: subscription, tags: {department: [design, service]}}, schedule: studio, peak: {extraNodes: 10}}
- {name: finance, groups: {tags: {department: finance}}, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}}
- {name: service, groups: {tags: {department: service}}, schedule: service, peak: {tag: peak-nodes, otherwise: 12, atMost: 20}}
- {name: design, groups: {tags: {department: design}}, schedule: studio, peak: {tag: peak-nodes, atMost: 100}, stepwise: true}
- {name: usage, groups: {tags: {department: night}, name: "night-1*"}, schedule: studio, peak: {tag: peak-nodes, otherwise: 3, atMost: 100}, method: usage}
- {name: night, groups: {tags: {department: night}}, schedule: late, method: fixed}
`,
  `exceptions:
  - {because: Launch, groups: {tags: {department: [finance, design]}}, from: 2026-12-11 18:00, until: 2026-12-12 09:00, keepAtLeast: 100%}
  - {because: Closing, groups: {name: "*7"}, from: 2026-11-25 07:00, until: 2026-11-26 09:00, never: [scale-down]}
  - {because: Exams, groups: {name: "*3"}, from: 2026-10-09 08:00, until: 2026-12-12 19:00, never: [cut-sessions]}
  - {because: Night, groups: {name: "*6"}, from: 2026-10-10 10:00, until: 2026-12-12 19:00, never: [cut-sessions, scale-down]}
protect: {groups: {name: "finance-2*"}, ownerTag: {key: keep-until, atMost: 30d}}
`,
  '2026-09-20 00:00',
);

const now = fc.oneof(
  fc.constantFrom('2026-10-01 10:00', '2026-10-08 00:05', '2026-10-10 12:00', '2026-12-11 20:00', '2026-12-12 00:00', '2027-01-04 10:00'),
  fc
    .integer({ min: Date.UTC(2026, 8, 22), max: Date.UTC(2027, 1, 10) })
    .map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')),
);

const groupOf = (fields: Fields): DeliveryGroup => mapDeliveryGroup(fields) as DeliveryGroup;
const written = (context: PlanContext, action: Action): PlanContext => ({
  ...context,
  written: writtenView([{ value: action.writes.value, atMs: context.nowMs, outcome: 'done' }]),
});

describe('planning for delivery groups', () => {
  it('has nothing left to do after its action was applied, and sends only what the client accepts', () => {
    const seen = { act: 0, keep: 0, hold: 0 };
    fc.assert(
      fc.property(row, now, (before, at) => {
        const context = contextOf(policy, at);
        const decision = planner.decide(groupOf(before), context);
        seen[decision.verdict] += 1;
        if (decision.verdict !== 'act') return;
        expect(checkInput(modifyNodePoolAttribute, decision.action.input)).toEqual([]);
        const after = groupOf(applied(before, decision.action));
        expect(after.unreadable).toEqual([]);
        // What a value stands in for is known to us only.
        const value = decision.action.writes.value.replace(/ (from|ends|instead of) .*?(?= until |$)/, '');
        expect(journalValue(after.pools?.[0]?.strategy as never, after.charge as never)).toBe(value);
        for (const view of [context, written(context, decision.action)]) expect(planner.decide(after, view).verdict).not.toBe('act');
      }),
      { numRuns: 3000 },
    );
    expect(Object.values(seen).every((count) => count > 100)).toBe(true);
  });

  it('never writes a weekly schedule for a group whose sessions are protected, nor lowers it under sessions', () => {
    let protectedActs = 0;
    fc.assert(
      fc.property(row, now, (before, at) => {
        const context = contextOf(policy, at);
        const group = groupOf(before);
        const inForce = exceptionsInForce(policy, context.target, group, context.nowMs).never.has('cut-sessions');
        const { tags } = group;
        const owned = ['2027-06-01', 'please'].includes(tags?.['keep-until'] ?? '');
        if (!inForce && !owned && groupProtected(policy, context.target, group, context.nowMs) !== 'yes') return;
        const decision = planner.decide(group, context);
        if (decision.verdict !== 'act') return;
        protectedActs += 1;
        expect((decision.action.input.NodePoolStrategy as Fields).StrategyType).not.toBe('NODE_SCALING_BY_SCHEDULE');
        expect(decision.action.sessionsAtRisk ?? 0).toBe(0);
      }),
      { numRuns: 2000 },
    );
    expect(protectedActs).toBeGreaterThan(100);
  });

  it('gives each group the same decision in any order, with other groups or alone', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 12 }), now, fc.infiniteStream(fc.nat()), (rows, at, random) => {
        const context = contextOf(policy, at);
        const groups = rows.map(groupOf);
        const decide = (group: DeliveryGroup) => planner.decide(group, context);
        const shuffled = groups.map((group) => ({ group, key: random.next().value as number })).sort((a, b) => a.key - b.key);
        const reordered = new Map(shuffled.map(({ group }) => [group, decide(group)]));
        for (const group of groups) expect(decide(group)).toEqual(reordered.get(group));
      }),
      { numRuns: 100 },
    );
  });

  it('never lowers a pool below the nodes in use', () => {
    fc.assert(
      fc.property(row, now, (before, at) => {
        const decision = planner.decide(groupOf(before), contextOf(policy, at));
        if (decision.verdict !== 'act') return;
        const sent = decision.action.input.NodePoolStrategy as Fields;
        const [pool] = before.NodePool as [Fields];
        const used = (pool.NodeUsed as number) + (pool.ScalingNodeUsed as number);
        const had = pool.StrategyType === 'NODE_SCALING_BY_SCHEDULE' ? 0 : (pool.NodeAmount as number);
        if (sent.StrategyType === 'NODE_FIXED' && pool.StrategyType === 'NODE_FIXED')
          expect(sent.NodeAmount).toBeGreaterThanOrEqual(Math.min(used, had));
        if (sent.StrategyType === 'NODE_SCALING_BY_USAGE' && before.ChargeType === 'PostPaid') {
          const allowed = pool.StrategyType === 'NODE_SCALING_BY_USAGE' ? had + (pool.MaxScalingAmount as number) : used;
          expect((sent.NodeAmount as number) + (sent.MaxScalingAmount as number)).toBeGreaterThanOrEqual(Math.min(used, allowed));
          if (had > 0) expect(sent.NodeAmount).toBeGreaterThanOrEqual(Math.min(used, had));
        }
        if (sent.StrategyType === 'NODE_SCALING_BY_USAGE' && before.ChargeType === 'PrePaid') {
          expect(sent.MaxScalingAmount).toBeGreaterThanOrEqual(
            Math.min(pool.ScalingNodeUsed as number, (pool.MaxScalingAmount as number | undefined) ?? 0),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});
