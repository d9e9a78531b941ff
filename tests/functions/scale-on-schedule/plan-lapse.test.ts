import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { NodePool } from '../../../shared/fleet/delivery-group.ts';
import { noCounts } from '../../../shared/journal/intents/intent-state.ts';
import { guard } from '../../engine/guard-fixture.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, groupOf, policyOf, scheduled, serviceOffice, writtenView } from './plan-fixture.ts';

const freeze = 'National Day';
const ordinary = { 12345: { '08:00-21:00': 4 } };
const value = 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4';

/** A policy that is frozen from 28 September to 10 October, unless told otherwise. */
function contextAt(now: string, frozen = true, written = writtenView(), rules = serviceOffice): PlanContext {
  const policy = policyOf(rules, '', '2026-09-20 00:00');
  const span = { fromMs: shanghai('2026-09-28 00:00'), untilMs: shanghai('2026-10-10 00:00') };
  const freezes = frozen ? [{ because: freeze, except: [], spans: { 'Asia/Shanghai': span } }] : [];
  return { ...contextOf(policy, now, written), policy: { ...policy, freezes } };
}

const group = (disableDate: string, pool: Partial<NodePool> = {}, days: Parameters<typeof scheduled>[0] = ordinary) =>
  groupOf({}, { strategy: scheduled(days, { disableDate, enableDate: '2026-09-01' }), nodeAmount: 0, ...pool });

function decided(on: ReturnType<typeof group>, context: PlanContext) {
  const decision = planner.decide(on, context);
  const [guarded] = guard([decision], {
    functionName: 'scale-on-schedule',
    policy: context.policy,
    target: context.target,
    nowMs: context.nowMs,
    totals: { observed: 1, announced: 1, complete: true },
    byRule: new Map([['office', 1]]),
    nodes: 4,
    counts: noCounts,
    nodesAddedElsewhere: 0,
    resourceOf: () => on,
    sessionUsersOf: () => [],
    tagFirstSeenMs: () => undefined,
  });
  if (guarded === undefined) throw new Error('the guard lost the decision');
  return guarded;
}

const outcome = ({ verdict, because }: ReturnType<typeof decided>) => [verdict, because[0]?.code];

const strategyOf = (decision: ReturnType<typeof decided>) =>
  decision.verdict === 'act' ? decision.action.input.NodePoolStrategy : undefined;

describe('a weekly schedule that lapses while the change that is wanted is held', () => {
  it.each([
    ['2026-09-30 21:30', 'tomorrow is a holiday'],
    ['2026-10-01 12:00', 'today is a holiday'],
  ])('is extended as it stands in a freeze, on %s, when %s', (now) => {
    const context = contextAt(now);
    const decision = decided(group('2026-10-02'), context);
    const action = { restores: 'capacity', effect: 'write', writes: { value: `${value} until ${endOf(now)}` } };
    expect(decision).toMatchObject({ verdict: 'act', action });
    expect(decision.because.map(({ code, text }) => [code, text]).slice(0, 2)).toEqual([
      ['lapses-soon', expect.stringContaining('with the periods that it has')],
      ['frozen', expect.stringContaining(freeze)],
    ]);
    if (decision.verdict !== 'act') throw new Error('it did not act');
    expect(decision.action.change).toEqual([{ field: 'schedule ends', from: '2026-10-02', to: endOf(now) }]);
    expect(decision.action.harms).toBeUndefined();
    expect(checkInput(modifyNodePoolAttribute, decision.action.input)).toEqual([]);
    expect(strategyOf(decision)).toMatchObject({
      StrategyType: 'NODE_SCALING_BY_SCHEDULE',
      StrategyEnableDate: now.slice(0, 10),
      RecurrenceSchedules: [{ RecurrenceValues: [1, 2, 3, 4, 5], TimerPeriods: [{ StartTime: '08:00', EndTime: '21:00', Amount: 4 }] }],
    });
    // Afterwards the freeze holds the rest, as it would have without the lapse.
    expect(outcome(decided(group(endOf(now)), context))).toEqual(['hold', 'frozen']);
  });

  it('gets the holiday and new dates in one write where nothing is frozen', () => {
    const decision = decided(group('2026-10-02'), contextAt('2026-10-01 12:00', false));
    expect(decision).toMatchObject({ verdict: 'act', action: { change: [{ field: 'nodes' }] } });
    // It begins again by itself on the first workday, with the make-up Saturday behind it.
    expect(strategyOf(decision)).toMatchObject({
      StrategyEnableDate: '2026-10-08',
      StrategyDisableDate: '2027-10-07',
      RecurrenceSchedules: [{ RecurrenceValues: [1, 2, 3, 4, 5, 6] }],
    });
  });

  it('waits for a quiet time while more than two days are left, in a freeze as well', () => {
    expect(outcome(decided(group('2026-10-20'), contextAt('2026-10-01 12:00')))).toEqual(['hold', 'frozen']);
    expect(outcome(decided(group('2026-10-20'), contextAt('2026-10-01 22:00')))).toEqual(['act', 're-arm']);
  });

  it('is extended as it stands where nodes in use forbid the change, freeze or not', () => {
    const inUse = { scalingNodeAmount: 4, scalingNodeUsed: 3 };
    const decision = decided(group('2026-10-02', inUse), contextAt('2026-10-01 12:00', false));
    expect(decision).toMatchObject({ verdict: 'act', action: { restores: 'capacity' } });
    expect(decision.because.map(({ code }) => code).slice(0, 2)).toEqual(['lapses-soon', 'nodes-in-use']);
    const after = decided(group(endOf('2026-10-01'), inUse), contextAt('2026-10-01 12:00', false));
    expect(outcome(after)).toEqual(['hold', 'nodes-in-use']);
  });

  it('is extended even where the rule has gone over to another method', () => {
    const context = contextAt('2026-10-01 12:00', true, writtenView(), serviceOffice.replace('service-schedule', 'fixed'));
    expect(decided(group('2026-10-02'), context)).toMatchObject({ verdict: 'act', action: { change: [{ field: 'schedule ends' }] } });
  });

  it('is replaced in a freeze once it has ended by what the schedule wants, be it ours or not', () => {
    const other = { 12345: { '10:00-12:00': 1 } };
    const ours = [
      {
        value: 'schedule 1:10:00-12:00=1 2:10:00-12:00=1 3:10:00-12:00=1 4:10:00-12:00=1 5:10:00-12:00=1 until 2026-10-01',
        atMs: 0,
        outcome: 'done' as const,
      },
    ];
    const ended = (written = writtenView()) => decided(group('2026-10-01', {}, other), contextAt('2026-10-01 12:00', true, written));
    const raised = (week: ReturnType<typeof ended>) => strategyOf(week);
    const wanted = {
      StrategyEnableDate: '2026-10-08',
      RecurrenceSchedules: [{ RecurrenceValues: [1, 2, 3, 4, 5, 6], TimerPeriods: [{ StartTime: '08:00', EndTime: '21:00' }] }],
    };
    for (const decision of [ended(), ended(writtenView(ours))]) {
      expect(decision.verdict).toBe('act');
      expect(raised(decision)).toMatchObject(wanted);
    }
  });

  it('gets the higher of its periods and those that are wanted where the service would not take its own again', () => {
    const touching = { 12345: { '08:00-12:00': 1, '12:00-21:00': 4 } };
    const decision = decided(group('2026-10-02', {}, touching), contextAt('2026-10-01 12:00'));
    expect(outcome(decision)).toEqual(['act', 'raised-only']);
    expect(strategyOf(decision)).toMatchObject({
      RecurrenceSchedules: [{ RecurrenceValues: [1, 2, 3, 4, 5], TimerPeriods: [{ StartTime: '08:00', EndTime: '21:00', Amount: 4 }] }],
    });
  });

  it("is a person's where that person has set the end, freeze or not", () => {
    const ours = [{ value: `${value} until 2027-08-31`, atMs: shanghai('2026-09-01 08:00'), outcome: 'done' as const }];
    for (const frozen of [true, false]) {
      const decision = decided(group('2026-10-02'), contextAt('2026-10-01 12:00', frozen, writtenView(ours)));
      expect(outcome(decision)).toEqual(['hold', 'manual-change']);
    }
  });
});

/** The last day of a schedule that is enabled on a day: 364 days later. */
function endOf(now: string): string {
  return new Date(Date.parse(`${now.slice(0, 10)}T00:00:00Z`) + 364 * 86_400_000).toISOString().slice(0, 10);
}
