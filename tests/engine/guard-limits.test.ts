import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActDecision, Action, Decision } from '../../shared/engine/decision.ts';
import { guard } from '../../shared/engine/guard.ts';

import { act, codeOf, contextOf, cut, type World } from './guard-world.ts';

describe('the guard, by kind', () => {
  const acts = (count: number, more: Partial<Action> = {}) => Array.from({ length: count }, (_, n) => act(`g${n}`, more));
  const history = (actions: number, resources: string[] = [], sessions = 0): NonNullable<World['counts']> => ({
    ...{ actions, sessions },
    distinctWith: (ids) => new Set([...resources, ...ids]).size,
  });
  const incomplete = { observed: 99, announced: 100, complete: false };

  test.each<[string, readonly ActDecision[], World, string]>([
    ['no limits', acts(100), {}, 'act'],
    ['as many as the run may', acts(5), { limits: { actionsPerRun: 5 } }, 'act'],
    ['one more than the run may', acts(6), { limits: { actionsPerRun: 5 } }, 'limit-actions-run'],
    ['none may', acts(1), { limits: { actionsPerRun: 0 } }, 'limit-actions-run'],
    ['as many as the day may', acts(2), { limits: { actionsPer24h: 5 }, counts: history(3) }, 'act'],
    ['one more than the day may', acts(3), { limits: { actionsPer24h: 5 }, counts: history(3) }, 'limit-actions-24h'],
    ['exactly the share', acts(30), { limits: { fleetSharePerRun: 30 } }, 'act'],
    ['one more than the share', acts(31), { limits: { fleetSharePerRun: 30 } }, 'limit-share-run'],
    ['a share of zero', acts(1), { limits: { fleetSharePerRun: 0 } }, 'limit-share-run'],
    ['a share of an incomplete observation', acts(1), { limits: { fleetSharePerRun: 100 }, totals: incomplete }, 'limit-share-incomplete'],
    ['an incomplete observation without a share', acts(5), { limits: { actionsPerRun: 5 }, totals: incomplete }, 'act'],
    [
      'the day’s share, the same resources again',
      acts(3),
      { limits: { fleetSharePer24h: 3 }, counts: history(9, ['g0', 'g1', 'g2']) },
      'act',
    ],
    [
      'the day’s share, other resources',
      acts(3),
      { limits: { fleetSharePer24h: 5 }, counts: history(3, ['x', 'y', 'z']) },
      'limit-share-24h',
    ],
    ['as many sessions as the run may', acts(2, cut), { limits: { sessionsCutPerRun: 6 } }, 'act'],
    ['one session more', acts(2, cut), { limits: { sessionsCutPerRun: 5 } }, 'limit-sessions-run'],
    ['no session may, and none is at risk', acts(2, { effect: 'disruptive' }), { limits: { sessionsCutPerRun: 0 } }, 'act'],
    ['no session may, and one is', acts(1, cut), { limits: { sessionsCutPerRun: 0 } }, 'limit-sessions-run'],
    ['the day may have four runs’ worth', acts(2, cut), { limits: { sessionsCutPerRun: 6 }, counts: history(9, [], 18) }, 'act'],
    ['and not a session more', acts(2, cut), { limits: { sessionsCutPerRun: 6 }, counts: history(9, [], 19) }, 'limit-sessions-24h'],
    [
      'its own limit beats four runs’ worth',
      acts(1, cut),
      { limits: { sessionsCutPerRun: 6, sessionsCutPer24h: 5 }, counts: history(1, [], 3) },
      'limit-sessions-24h',
    ],
  ])('%s', (_name, decisions, world, expected) => {
    expect(new Set(guard(decisions, contextOf(world)).map(codeOf))).toEqual(new Set([expected]));
  });

  test('a limit on sessions leaves alone what cuts nobody', () => {
    const decisions = [act('a', cut), act('b'), act('c', cut)];
    const result = guard(decisions, contextOf({ limits: { sessionsCutPerRun: 5 } }));
    expect(result.map(codeOf)).toEqual(['limit-sessions-run', 'act', 'limit-sessions-run']);
  });

  test('what is held already does not count against a limit', () => {
    const decisions = [act('a', cut), act('b'), act('c')];
    const result = guard(decisions, contextOf({ limits: { actionsPerRun: 2, sessionsCutPerRun: 0 } }));
    expect(result.map(codeOf)).toEqual(['limit-sessions-run', 'act', 'act']);
  });

  test('the reason names the numbers', () => {
    const [first] = guard(acts(3), contextOf({ limits: { actionsPer24h: 4 }, counts: history(2) }));
    expect(first?.because[0]).toMatchObject({ data: { wanted: 3, before: 2, limit: 4 }, text: expect.stringContaining('none is done') });
  });
});

describe('for any decisions, limits and history', () => {
  const limit = fc.option(fc.nat(12), { nil: undefined });
  const world = fc.record({
    actions: fc.array(fc.record({ sessions: fc.nat(4), disruptive: fc.boolean() }), { maxLength: 15 }),
    limits: fc.record({
      actionsPerRun: limit,
      actionsPer24h: limit,
      fleetSharePerRun: fc.option(fc.nat(100), { nil: undefined }),
      fleetSharePer24h: fc.option(fc.nat(100), { nil: undefined }),
      sessionsCutPerRun: limit,
      sessionsCutPer24h: limit,
    }),
    observed: fc.integer({ min: 15, max: 60 }),
    complete: fc.boolean(),
    before: fc.record({ actions: fc.nat(10), resources: fc.array(fc.nat(20), { maxLength: 8 }), sessions: fc.nat(10) }),
  });
  type World_ = typeof world extends fc.Arbitrary<infer T> ? T : never;

  function setUp({ actions, limits, observed, complete, before }: World_) {
    const decisions = actions.map(({ sessions, disruptive }, n) =>
      act(`g${n}`, { effect: disruptive ? 'disruptive' : 'write', sessionsAtRisk: sessions }),
    );
    const context = contextOf({
      limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
      totals: { observed, announced: complete ? observed : observed + 1, complete },
      counts: {
        ...{ actions: before.actions, sessions: before.sessions },
        distinctWith: (ids) => new Set([...before.resources.map((n) => `g${n}`), ...ids]).size,
      },
    });
    return { decisions, context };
  }

  test('what is admitted stays within every limit, and each kind is admitted whole or not at all', () => {
    fc.assert(
      fc.property(world, (input) => {
        const { decisions, context } = setUp(input);
        const admitted = guard(decisions, context).filter((decision): decision is ActDecision => decision.verdict === 'act');
        const { limits, before, observed, complete } = input;
        const sessions = admitted.reduce((sum, { action }) => sum + (action.sessionsAtRisk ?? 0), 0);
        const touched = new Set([...before.resources.map((n) => `g${n}`), ...admitted.map(({ resource }) => resource.id)]);
        if (admitted.length > 0) {
          if (limits.actionsPerRun !== undefined) expect(admitted.length).toBeLessThanOrEqual(limits.actionsPerRun);
          if (limits.actionsPer24h !== undefined) expect(before.actions + admitted.length).toBeLessThanOrEqual(limits.actionsPer24h);
          if (limits.fleetSharePerRun !== undefined) expect(admitted.length / observed).toBeLessThanOrEqual(limits.fleetSharePerRun / 100);
          if (limits.fleetSharePer24h !== undefined) expect(touched.size / observed).toBeLessThanOrEqual(limits.fleetSharePer24h / 100);
          if (limits.fleetSharePerRun !== undefined || limits.fleetSharePer24h !== undefined) expect(complete).toBe(true);
        }
        if (sessions > 0) {
          const perDay = limits.sessionsCutPer24h ?? (limits.sessionsCutPerRun === undefined ? undefined : limits.sessionsCutPerRun * 4);
          if (limits.sessionsCutPerRun !== undefined) expect(sessions).toBeLessThanOrEqual(limits.sessionsCutPerRun);
          if (perDay !== undefined) expect(before.sessions + sessions).toBeLessThanOrEqual(perDay);
        }
        const risky = decisions.filter(({ action }) => (action.sessionsAtRisk ?? 0) > 0).length;
        expect([0, decisions.length - risky, decisions.length]).toContain(admitted.length);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the input is irrelevant', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), (input, random) => {
        const { decisions, context } = setUp(input);
        const shuffled = decisions
          .map((decision) => ({ decision, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ decision }) => decision);
        const byId = (list: readonly Decision[]) => new Map(list.map((decision) => [decision.resource.id, decision]));
        expect(byId(guard(shuffled, context))).toEqual(byId(guard(decisions, context)));
      }),
    );
  });

  test('guarding twice changes nothing', () => {
    fc.assert(
      fc.property(world, (input) => {
        const { decisions, context } = setUp(input);
        const once = guard(decisions, context);
        expect(guard(once, context)).toEqual(once);
      }),
    );
  });
});
