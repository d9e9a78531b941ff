import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { reasonCodes } from '../../../functions/scale-on-schedule/reasons.ts';
import { withoutDate } from '../../../functions/scale-on-schedule/strategy-value.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import type { ActDecision, Action } from '../../../shared/planning/decision.ts';
import { timesHours } from '../../../shared/policy/money.ts';
import { byTag, contextOf, fixed, groupOf, policyOf, poolOf, scheduled, usage, writtenView, wrote } from './plan-fixture.ts';

const office = policyOf(`- {name: office, groups: all, schedule: office, ${byTag}}`);
const studio = policyOf(`- {name: studio, groups: all, schedule: studio, ${byTag}}`);
const fixedOffice = policyOf(`- {name: office, groups: all, schedule: office, ${byTag}, method: fixed}`);
const extra = policyOf('- {name: studio, groups: {charge: subscription}, schedule: studio, peak: {extraNodes: 10}}');
const morning = '2026-11-25 08:40';

function actionOf(group: DeliveryGroup, policy = office, now = morning): Action {
  const decision = planner.decide(group, contextOf(policy, now));
  if (decision.verdict !== 'act') throw new Error(`${decision.verdict}: ${decision.because.map(({ text }) => text).join('; ')}`);
  return decision.action;
}

describe('the action of a weekly schedule', () => {
  const action = actionOf(groupOf(), studio);

  it('sends the whole strategy, weekly in lower case, equal days together, from today on', () => {
    expect(action.operation).toBe('ModifyNodePoolAttribute');
    expect(action.input).toEqual({
      ProductType: 'CloudApp',
      BizRegionId: 'cn-hangzhou',
      PoolId: 'rg-1',
      NodePoolStrategy: {
        StrategyType: 'NODE_SCALING_BY_SCHEDULE',
        WarmUp: true,
        StrategyEnableDate: '2026-11-25',
        StrategyDisableDate: '2027-11-24',
        RecurrenceSchedules: [
          {
            RecurrenceType: 'weekly',
            RecurrenceValues: [1, 2, 3, 4, 5],
            TimerPeriods: [{ StartTime: '09:30', EndTime: '23:30', Amount: 4 }],
          },
          { RecurrenceType: 'weekly', RecurrenceValues: [6, 7], TimerPeriods: [{ StartTime: '13:00', EndTime: '20:00', Amount: 2 }] },
        ],
      },
    });
  });

  it('is keyed by what is to become true, without dates', () => {
    expect(action.key).toBe(`scale-on-schedule/aig-1/${withoutDate(action.writes.value)}`);
    expect(actionOf(groupOf(), studio, '2026-11-26 08:40').key).toBe(action.key);
    expect(action.writes.setting).toBe('node-pool:rg-1');
  });

  it('is written down with the day on which it ends', () => {
    expect(action.writes.value).toBe(`${withoutDate(action.writes.value)} until 2027-11-24`);
  });

  it('reads like the policy', () => {
    expect(action.change).toEqual([
      { field: 'nodes', from: 'fixed at 4 nodes', to: 'weekly schedule: Mon–Fri 09:30–23:30 4 nodes; Sat–Sun 13:00–20:00 2 nodes' },
    ]);
  });

  it('keeps the warm-up that somebody switched on', () => {
    const warm = { ...scheduled({ 1: { '08:00-09:00': 1 } }), warmUp: true };
    expect(actionOf(groupOf({}, { strategy: warm })).input.NodePoolStrategy).toMatchObject({ WarmUp: true });
  });

  it('is compared over 30 days with what the pool would go on to have', () => {
    // Thirty days from Wednesday 08:40: 22 workdays of 14 hours at 4 nodes, 8 rest days of 7 hours at 2; before: 4 nodes all the time. Nodes start six
    // minutes ahead, since warm-up is on, and stop for two minutes.
    const minutes = 22 * (14 * 60 + 8) * 4 + 8 * (7 * 60 + 8) * 2 - 30 * 24 * 60 * 4;
    const micros = (BigInt(minutes) * 2_500_000n) / 60n;
    expect(action.cost).toEqual({ kind: 'estimate', amount: { currency: 'CNY', micros }, per: 'per 30 days' });
  });

  it('says what merging steps costs', () => {
    const decision = planner.decide(groupOf(), contextOf(office, morning));
    const merging = decision.because.find(({ code }) => code === 'touching-merged');
    // Per workday, 3.5 hours at two nodes more: 35 node-hours a week, 150 in 30 days.
    expect(merging?.data).toEqual({ extraNodeHoursPerWeek: 35, extraPer30Days: '375.00 CNY' });
  });
});

describe('merging on a single day', () => {
  it('is said, and is no amount a week', () => {
    const evening = 'exceptions: [{because: Launch, groups: all, from: 2026-11-25 23:30, until: 2026-11-25 23:50, keepAtLeast: 50%}]';
    const night = policyOf(`- {name: studio, groups: all, schedule: studio, ${byTag}}`, evening);
    const { because } = planner.decide(groupOf(), contextOf(night, morning));
    const merged = because.find(({ code }) => code === 'touching-merged');
    expect(merged?.text).toBe('steps that touch, or are too short or too many, became one period at the higher level');
    expect(because.map(({ code }) => code)).toContain('day-deviates');
  });
});

describe('the action of a fixed count', () => {
  it('is priced by all the counts that the schedule sets in 30 days, each raised ten minutes ahead, and the one that stays at night', () => {
    const { cost } = actionOf(groupOf({}, { strategy: fixed(4) }), fixedOffice);
    // 22 workdays: one node more from 07:50 to 21:00, two more from 08:50 to 18:30; three nodes stop in all, for two minutes each.
    const minutes = 30 * 1440 + 22 * (790 + 2 * 580 + 3 * 2) - 4 * 30 * 1440;
    expect(cost).toEqual({
      ...{ kind: 'estimate', per: 'per 30 days' },
      amount: timesHours({ currency: 'CNY', micros: 2_500_000n }, minutes * 60_000),
    });
  });

  it('of a schedule that stands unchanged costs nothing more: it is what that wants anyhow', () => {
    const kept = { value: 'office: 100%, 40% of 4', sinceMs: 0 };
    const written = { values: () => [wrote('fixed 2', '2026-11-25 07:50')], external: () => kept };
    const { action: next } = planner.decide(
      groupOf({}, { strategy: fixed(2) }),
      contextOf(fixedOffice, '2026-11-25 08:50', written),
    ) as ActDecision;
    expect(next.change[0]?.to).toBe('fixed at 4 nodes');
    expect(next.cost?.amount.micros).toBe(0n);
    expect(next.once).toBeUndefined();
  });

  it('is disruptive where nodes go while some are in use, and counts the sessions that could be on them', () => {
    const action = actionOf(groupOf({}, { strategy: fixed(9), nodeUsed: 1, capacity: 4 }), fixedOffice);
    expect(action).toMatchObject({ effect: 'disruptive', sessionsAtRisk: 4, sessionsCut: 0, harms: ['lower'] });
  });

  it('is an ordinary write where nothing is in use, or where nodes are added', () => {
    expect(actionOf(groupOf({}, { strategy: fixed(9) }), fixedOffice)).toMatchObject({ effect: 'write', harms: ['lower'] });
    const raised = actionOf(groupOf({}, { strategy: fixed(1), nodeUsed: 1 }), fixedOffice);
    expect(raised.effect).toBe('write');
    expect(raised).toMatchObject({ restores: 'capacity' });
    expect(raised.harms).toBeUndefined();
  });
});

describe('the action of usage scaling', () => {
  const group = groupOf({ charge: 'subscription' }, { strategy: usage(3, 0) });
  const action = actionOf(group, extra, '2026-11-25 10:00');

  it('sends back the settings as read and leaves bought nodes out', () => {
    expect(action.input.NodePoolStrategy).toEqual({
      StrategyType: 'NODE_SCALING_BY_USAGE',
      MaxScalingAmount: 10,
      ScalingStep: 2,
      ScalingUsageThreshold: '70',
      ScalingDownAfterIdleMinutes: 10,
    });
  });

  it('is priced as if the ceiling were reached, and says so', () => {
    // Ten nodes for 14 hours on 22 workdays but for the time that is over, three for seven hours on 8 rest days, and two minutes to stop.
    const minutes = 22 * 10 * 842 + 8 * 3 * 422;
    const amount = timesHours({ currency: 'CNY', micros: 2_500_000n }, minutes * 60_000);
    expect(action.cost).toEqual({ kind: 'estimate', per: 'per 30 days', bound: 'at most', amount });
  });

  it('puts nobody at risk, since the service waits for idle nodes', () => {
    const lower = actionOf(
      groupOf({ charge: 'subscription' }, { strategy: usage(3, 10), scalingNodeAmount: 5, scalingNodeUsed: 2 }),
      extra,
    );
    expect(lower).toMatchObject({ effect: 'write', harms: ['lower'] });
    expect(lower.sessionsAtRisk).toBeUndefined();
  });
});

describe('the action that moves dates', () => {
  const lapsing = (disableDate: string) => groupOf({}, { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate }) });

  it('costs the days that it would end before, and keeps capacity up whether the schedule lapses soon or later', () => {
    const early = actionOf(lapsing('2026-12-10'), office, '2026-11-25 22:00');
    expect(early).toMatchObject({ effect: 'write', change: [{ field: 'schedule ends', from: '2026-12-10', to: '2027-11-24' }] });
    expect(early.restores).toBe('capacity');
    // Twelve workdays of 13 hours are left of the 30 days, and two minutes to stop.
    const amount = timesHours({ currency: 'CNY', micros: 2_500_000n }, 12 * 4 * 782 * 60_000);
    expect(early.once).toEqual({ kind: 'estimate', per: 'one-off, from 2026-12-10 to 2026-12-25', amount });
    expect(early.cost).toBeUndefined();
    expect(actionOf(lapsing('2026-11-26')).restores).toBe('capacity');
  });

  it('has another key than a change of nodes', () => {
    expect(actionOf(lapsing('2026-11-26')).key).not.toBe(actionOf(groupOf()).key);
  });
});

describe('prices', () => {
  it('are needed only where nodes would change', () => {
    const context = contextOf(office, morning);
    const need = {
      kind: 'node-price',
      key: 'node-price/cn-hangzhou/appstreaming.general.4c8g',
      region: 'cn-hangzhou',
      instanceType: 'appstreaming.general.4c8g',
    };
    expect(planner.needs(groupOf(), context)).toEqual([need]);
    expect(planner.needs(groupOf({}, { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }) }), context)).toEqual([]);
    expect(planner.needs(groupOf({ status: 'FAILED' }), context)).toEqual([]);
  });

  it('that are unknown leave the cost out and the decision as it is', () => {
    const decision = planner.decide(groupOf(), contextOf(office, morning, writtenView(), false));
    expect(decision.verdict).toBe('act');
    expect(decision.because.map(({ code }) => code)).toContain('price-unknown');
  });
});

it('every reason that a decision carries is documented', () => {
  const groups = [
    groupOf(),
    groupOf({ status: 'FAILED' }),
    groupOf({ pools: [poolOf(), poolOf()] }),
    groupOf({ tags: { 'peak-nodes': 'x' } }),
  ];
  for (const group of groups) {
    for (const { code } of planner.decide(group, contextOf(office, morning)).because) expect(Object.keys(reasonCodes)).toContain(code);
  }
});
