import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActDecision, Action, Decision, Harm } from '../../shared/planning/decision.ts';

import { act, codeOf, contextOf, cut, guard, type World } from './guard-fixture.ts';

const covered = (count: number) => ({ byRule: new Map([['r', count]]) });
const lower: Partial<Action> = { harms: ['lower'] };
const acts = (count: number, more: Partial<Action> = lower) => Array.from({ length: count }, (_, n) => act(`g${n}`, more));
const history = (actions: number, harmed: string[] = [], sessions = 0): NonNullable<World['counts']> => ({
  ...{ actions, sessions, nodesAdded: 0 },
  harmedWith: (_rule, _harm, ids) => new Set([...harmed, ...ids]).size,
});

describe('the guard, by kind', () => {
  const incomplete = { observed: 99, announced: 100, complete: false };

  test.each<[string, readonly ActDecision[], World, string]>([
    ['no limits', acts(100), {}, 'act'],
    ['as many as the run may', acts(5), { limits: { actionsPerRun: 5 } }, 'act'],
    ['one more than the run may', acts(6), { limits: { actionsPerRun: 5 } }, 'limit-actions-run'],
    ['none may', acts(1), { limits: { actionsPerRun: 0 } }, 'limit-actions-run'],
    ['as many as the day may', acts(2), { limits: { actionsPer24h: 5 }, counts: history(3) }, 'act'],
    ['one more than the day may', acts(3), { limits: { actionsPer24h: 5 }, counts: history(3) }, 'limit-actions-24h'],
    ['exactly the share', acts(30), { limits: { shareOfRulePerRun: 30 } }, 'act'],
    ['one more than the share', acts(31), { limits: { shareOfRulePerRun: 30 } }, 'limit-share-run'],
    ['a share of zero', acts(1), { limits: { shareOfRulePerRun: 0 } }, 'limit-share-run'],
    ['a share of an incomplete observation', acts(1), { limits: { shareOfRulePerRun: 100 }, totals: incomplete }, 'limit-share-incomplete'],
    ['an incomplete observation without a share', acts(5), { limits: { actionsPerRun: 5 }, totals: incomplete }, 'act'],
    [
      'the day’s share, the same resources again',
      acts(3),
      { limits: { shareOfRulePer24h: 3 }, counts: history(9, ['g0', 'g1', 'g2']) },
      'act',
    ],
    [
      'the day’s share, other resources',
      acts(3),
      { limits: { shareOfRulePer24h: 5 }, counts: history(3, ['x', 'y', 'z']) },
      'limit-share-24h',
    ],
    ['one of three, where a third is more than the share', acts(1), { limits: { shareOfRulePerRun: 30 }, ...covered(3) }, 'act'],
    ['two of three', acts(2), { limits: { shareOfRulePerRun: 30 }, ...covered(3) }, 'limit-share-run'],
    ['one of three, for good', acts(1, { harms: ['delete'] }), { limits: { shareOfRulePerRun: 30 }, ...covered(3) }, 'limit-share-run'],
    ['a stop that is no planned step', acts(6, { harms: ['stop'] }), { limits: { actionsPerRun: 5 } }, 'limit-actions-run'],
    ['harm that comes later', acts(6, { harmsLater: ['lower'] }), { limits: { actionsPerRun: 5 } }, 'limit-actions-run'],
    ['as many sessions as the run may', acts(2, cut), { limits: { sessionsCutPerRun: 6 } }, 'act'],
    ['one session more', acts(2, cut), { limits: { sessionsCutPerRun: 5 } }, 'limit-sessions-run'],
    ['no session may, and none is at risk', acts(2, { effect: 'disruptive' }), { limits: { sessionsCutPerRun: 0 } }, 'act'],
    [
      'no session may, and those at risk keep their nodes',
      acts(2, { ...lower, sessionsAtRisk: 9, sessionsCut: 0 }),
      { limits: { sessionsCutPerRun: 0 } },
      'act',
    ],
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
    expect(new Set(guard(decisions, contextOf({ ...covered(100), ...world })).map(codeOf))).toEqual(new Set([expected]));
  });

  const nothing = { actionsPerRun: 0, actionsPer24h: 0, shareOfRulePerRun: 0, shareOfRulePer24h: 0, sessionsCutPerRun: 0 };
  test.each<[string, Partial<Action>]>([
    ['a raise', { restores: 'capacity' }],
    ['what harms nobody', {}],
    ['a planned step down', { ...lower, planned: true }],
    ['a planned step down later', { harmsLater: ['lower'], planned: true }],
    ['the lifting of a drain', { restores: 'access' }],
  ])('limits of zero do not hold %s', (_name, action) => {
    expect(guard(acts(3, action), contextOf({ limits: nothing, ...covered(3) })).map(codeOf)).toEqual(['act', 'act', 'act']);
  });

  test('a planned step that would cut sessions is held by the limits on sessions alone', () => {
    const step: Partial<Action> = { harms: ['lower', 'cut'], sessionsAtRisk: 2, planned: true };
    const codes = (limits: World['limits'] & object) => codeOf(guard([act('a', step)], contextOf({ limits, ...covered(3) }))[0]);
    expect(codes({ ...nothing, sessionsCutPerRun: 2 })).toBe('act');
    expect(codes({ sessionsCutPerRun: 1 })).toBe('limit-sessions-run');
  });

  test('a share of nothing is not said to be one that is too small', () => {
    const [decision] = guard([act('a', lower)], contextOf({ limits: { shareOfRulePerRun: 0 }, ...covered(3) }));
    expect(decision?.because[0]?.text).toBe(
      '1 of 3 resources of rule r would be harmed (lower), and limits.shareOfRulePerRun is 0%: none is.',
    );
  });

  test('what a limit does not hold is counted by it all the same', () => {
    const decisions = [act('a', { restores: 'capacity' }), act('b', { restores: 'capacity' }), act('c', lower)];
    expect(guard(decisions, contextOf({ limits: { actionsPerRun: 2 } })).map(codeOf)).toEqual(['act', 'act', 'limit-actions-run']);
  });

  test('each rule and each kind of harm has a share of its own', () => {
    const of = (rule: string, id: string, harms: readonly Harm[]): ActDecision => ({ ...act(id, { harms }), rule });
    const byRule = new Map([
      ['many', 10],
      ['few', 2],
    ]);
    const decisions = [of('many', 'a', ['lower']), of('many', 'b', ['lower']), of('many', 'c', ['restrict']), of('few', 'd', ['lower'])];
    const codes = (share: number) => guard(decisions, contextOf({ limits: { shareOfRulePerRun: share }, byRule })).map(codeOf);
    expect(codes(20)).toEqual(['act', 'act', 'act', 'act']);
    expect(codes(10)).toEqual(['limit-share-run', 'limit-share-run', 'act', 'act']);
  });

  test('the parts of a resource count as one of what the rule covers', () => {
    const parts = [act('g1/u1', cut), act('g1/u2', cut)];
    const world = { limits: { shareOfRulePerRun: 50 }, ...covered(2) };
    expect(guard(parts, contextOf(world)).map(codeOf)).toEqual(['act', 'act']);
  });

  test('a limit on sessions leaves alone what cuts nobody', () => {
    const decisions = [act('a', cut), act('b'), act('c', cut)];
    const result = guard(decisions, contextOf({ limits: { sessionsCutPerRun: 5 } }));
    expect(result.map(codeOf)).toEqual(['limit-sessions-run', 'act', 'limit-sessions-run']);
  });

  test('what is held already does not count against a limit', () => {
    const decisions = [act('a', cut), act('b', lower), act('c', lower)];
    const result = guard(decisions, contextOf({ limits: { actionsPerRun: 2, sessionsCutPerRun: 0 } }));
    expect(result.map(codeOf)).toEqual(['limit-sessions-run', 'act', 'act']);
  });

  test('the reason names the numbers', () => {
    const [first] = guard(acts(3), contextOf({ limits: { actionsPer24h: 4 }, counts: history(2) }));
    expect(first?.because[0]).toMatchObject({ data: { wanted: 3, before: 2, limit: 4 }, text: expect.stringContaining('is done') });
  });
});

describe('an act whose harm is held', () => {
  const raise = act('raise', { restores: 'capacity' }).action;
  const mixed = act('g', { ...lower, withoutHarm: { action: raise, because: { code: 'raised-only', text: 'only the raise' } } });
  const freezes = [{ because: 'fair', except: [], spans: { 'Asia/Shanghai': { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER } } }];

  test.each<[string, World, string]>([
    ['a freeze', { policy: { freezes } }, 'frozen'],
    ['a limit', { limits: { actionsPerRun: 0 } }, 'limit-actions-run'],
    ['an exception', { policy: { exceptions: [] } }, ''],
  ])('is done as far as it does none, in spite of %s', (_name, world, code) => {
    const [decision] = guard([mixed], contextOf(world));
    if (code === '') expect(decision).toMatchObject({ verdict: 'act', action: { key: 'g' } });
    else expect(decision).toMatchObject({ verdict: 'act', action: raise, because: [{ code: 'raised-only' }, { code }, { code: 'wish' }] });
    expect(decision?.verdict === 'act' && decision.action.withoutHarm).toBeUndefined();
  });
});

describe('an act that settling puts off', () => {
  /** The first two of what is left. */
  const two = (list: readonly ActDecision[]): readonly Decision[] =>
    list.map((each, at): Decision => (at < 2 ? each : { ...each, verdict: 'hold', because: [{ code: 'waits', text: 'waits' }] }));

  test('takes the place of what may not act', () => {
    const frozenHarm = {
      policy: { exceptions: [{ because: 'x', groups: { all: true as const }, never: ['scale-down'] as const, spans: {} }] },
    };
    const decisions = [act('a', cut), act('b', cut), act('c', { restores: 'capacity' }), act('d', { restores: 'capacity' }), act('e')];
    expect(guard(decisions, contextOf({ ...frozenHarm, limits: { sessionsCutPerRun: 0 } }), two).map(codeOf)).toEqual([
      'limit-sessions-run',
      'limit-sessions-run',
      'act',
      'act',
      'waits',
    ]);
  });

  test('is not done in part where its kind is beyond a limit', () => {
    const decisions = acts(5, cut);
    expect(new Set(guard(decisions, contextOf({ limits: { sessionsCutPerRun: 3 } }), two).map(codeOf))).toEqual(
      new Set(['limit-sessions-run']),
    );
  });
});

describe('nodes beyond the highest level of 30 days', () => {
  const raise = (id: string, nodesAdded: number, more: Partial<Action> = {}) => act(id, { restores: 'capacity', nodesAdded, ...more });
  const addedBefore = (nodesAdded: number) => ({ ...history(0), nodesAdded });
  const codes = (decisions: readonly Decision[], world: World) => guard(decisions, contextOf(world)).map(codeOf);

  test('smaller raises come first, and what does not fit is held', () => {
    const decisions = [raise('a', 5), raise('b', 2), raise('c', 4), raise('d', 1)];
    expect(codes(decisions, { limits: { nodesAddedPer24h: 7 } })).toEqual(['limit-nodes-added', 'act', 'act', 'act']);
    expect(codes(decisions, { limits: { nodesAddedPer24h: 0 } })).toEqual(Array(4).fill('limit-nodes-added'));
  });

  test('what was added before counts, on the other targets as well', () => {
    const world = { limits: { nodesAddedPer24h: 10 }, counts: addedBefore(3), nodesAddedElsewhere: 4 };
    expect(codes([raise('a', 3)], world)).toEqual(['act']);
    expect(codes([raise('a', 4)], world)).toEqual(['limit-nodes-added']);
  });

  test('without the limit twice what there was may be added, and additions do not widen it', () => {
    expect(codes([raise('a', 100)], { nodes: 50 })).toEqual(['act']);
    expect(codes([raise('a', 101)], { nodes: 50 })).toEqual(['limit-nodes-added']);
    // Of the 80 nodes 30 were added today: there were 50.
    expect(codes([raise('a', 70)], { nodes: 80, counts: addedBefore(30) })).toEqual(['act']);
    expect(codes([raise('a', 71)], { nodes: 80, counts: addedBefore(30) })).toEqual(['limit-nodes-added']);
  });

  test('a small target may begin', () => expect(codes([raise('a', 20)], { nodes: 1 })).toEqual(['act']));

  test('a group whose raise does not fit gets back the level that it had', () => {
    const capped = act('capped', { restores: 'capacity' }).action;
    const [decision] = guard([raise('a', 9, { withoutAdding: capped })], contextOf({ limits: { nodesAddedPer24h: 8 } }));
    expect(decision).toMatchObject({ verdict: 'act', action: capped, because: [{ code: 'limit-nodes-added' }, { code: 'wish' }] });
  });
});

describe('for any decisions, limits and history', () => {
  const limit = fc.option(fc.nat(12), { nil: undefined });
  const share = fc.option(fc.nat(100), { nil: undefined });
  const harm = fc.constantFrom<readonly Harm[]>([], ['lower'], ['stop'], ['cut'], ['lower', 'cut'], ['restrict']);
  const world = fc.record({
    actions: fc.array(fc.record({ sessions: fc.nat(4), harms: harm, planned: fc.boolean(), rule: fc.constantFrom('r', 's') }), {
      maxLength: 15,
    }),
    limits: fc.record({
      ...{ actionsPerRun: limit, actionsPer24h: limit, shareOfRulePerRun: share, shareOfRulePer24h: share },
      ...{ sessionsCutPerRun: limit, sessionsCutPer24h: limit },
    }),
    observed: fc.integer({ min: 15, max: 60 }),
    complete: fc.boolean(),
    before: fc.record({ actions: fc.nat(10), resources: fc.array(fc.nat(20), { maxLength: 8 }), sessions: fc.nat(10) }),
  });
  type World_ = typeof world extends fc.Arbitrary<infer T> ? T : never;

  function setUp({ actions, limits, observed, complete, before }: World_) {
    const decisions = actions.map(({ sessions, harms, planned, rule }, n): ActDecision => {
      const sessionsAtRisk = harms.includes('cut') ? sessions : 0;
      return { ...act(`g${n}`, { harms, sessionsAtRisk, ...(planned ? { planned } : {}) }), rule };
    });
    const context = contextOf({
      limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
      totals: { observed, announced: complete ? observed : observed + 1, complete },
      byRule: new Map([
        ['r', observed],
        ['s', 3],
      ]),
      counts: {
        ...{ actions: before.actions, sessions: before.sessions, nodesAdded: 0 },
        harmedWith: (_rule, _harm, ids) => new Set([...before.resources.map((n) => `g${n}`), ...ids]).size,
      },
    });
    return { decisions, context };
  }

  const isBound = ({ action }: ActDecision) => (action.harms ?? []).length > 0 && !action.planned;

  test('what harms stays within every limit, each kind whole or not at all, and nothing else is held but by sessions that it cuts', () => {
    fc.assert(
      fc.property(world, (input) => {
        const { decisions, context } = setUp(input);
        const guarded = guard(decisions, context);
        const admitted = guarded.filter((decision): decision is ActDecision => decision.verdict === 'act');
        const { limits, before, observed, complete } = input;
        const cutBy = ({ action }: ActDecision) => action.sessionsAtRisk ?? 0;
        for (const [at, decision] of decisions.entries()) {
          if (!isBound(decision) && cutBy(decision) === 0) expect(guarded[at]?.verdict).toBe('act');
        }
        const sessions = admitted.reduce((sum, decision) => sum + cutBy(decision), 0);
        const perDay = limits.sessionsCutPer24h ?? (limits.sessionsCutPerRun === undefined ? undefined : limits.sessionsCutPerRun * 4);
        if (sessions > 0) {
          if (limits.sessionsCutPerRun !== undefined) expect(sessions).toBeLessThanOrEqual(limits.sessionsCutPerRun);
          if (perDay !== undefined) expect(before.sessions + sessions).toBeLessThanOrEqual(perDay);
        }
        const bound = admitted.filter(isBound);
        if (bound.length === 0) return;
        if (limits.actionsPerRun !== undefined) expect(admitted.length).toBeLessThanOrEqual(limits.actionsPerRun);
        if (limits.actionsPer24h !== undefined) expect(before.actions + admitted.length).toBeLessThanOrEqual(limits.actionsPer24h);
        if (limits.shareOfRulePerRun !== undefined || limits.shareOfRulePer24h !== undefined) expect(complete).toBe(true);
        for (const rule of ['r', 's']) {
          for (const each of ['lower', 'stop', 'cut', 'restrict'] as const) {
            const harmed = admitted.filter(({ rule: its, action }) => its === rule && action.harms?.includes(each));
            if (!harmed.some(isBound)) continue;
            const most = (percent: number) =>
              Math.max(each !== 'cut' && percent > 0 ? 1 : 0, Math.floor(((rule === 'r' ? observed : 3) * percent) / 100));
            const touched = new Set([...before.resources.map((n) => `g${n}`), ...harmed.map(({ resource }) => resource.id)]);
            if (limits.shareOfRulePerRun !== undefined) expect(harmed.length).toBeLessThanOrEqual(most(limits.shareOfRulePerRun));
            if (limits.shareOfRulePer24h !== undefined) expect(touched.size).toBeLessThanOrEqual(most(limits.shareOfRulePer24h));
          }
        }
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
        const byId = (list: readonly Decision[]) => new Map(list.map((decision) => [decision.resource.id, codeOf(decision)]));
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
