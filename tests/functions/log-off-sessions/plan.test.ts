import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planner } from '../../../functions/log-off-sessions/plan.ts';
import type { SessionFacts, SessionGroup } from '../../../shared/fleet/session.ts';
import { partsOf } from '../../../shared/fleet/session-map.ts';
import type { WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { Decision } from '../../../shared/planning/decision.ts';
import { contextOf, groupOf, partsWith, policyOf, sessionOf, writtenView } from './plan-fixture.ts';

const after = 'name: r, groups: all, targets: [home], after: {schedule: office, wait: 30m}';
const everyone = `{${after}, who: everyone}`;
const unbinding = `{${after}, who: everyone, resetAfterUnbind: disabled}`;
const sections = 'protect: {users: [board-*]}';
const policies = {
  everyone: policyOf([everyone], undefined, { sections }),
  unbinding: policyOf([unbinding], undefined, { sections }),
  disconnected: policyOf([unbinding.replace('everyone', 'disconnected')], undefined, { sections }),
  long: policyOf([unbinding.replace('everyone', '{longerThan: 8h}')], undefined, { sections }),
};
const now = '2026-11-24 21:30';
const today = 'after-office 2026-11-24';
const yesterday = 'after-office 2026-11-23';
const fixedPool = (groupOf().pools ?? []).map((pool) => ({ ...pool, strategy: { type: 'fixed', nodes: 1 } as const }));

/** The decisions about a group that was looked at, and its parts. */
function decide(group: SessionGroup, policy = policies.unbinding, written = writtenView(), at = now): readonly Decision[] {
  const context = contextOf(policy, at, written);
  return [group, ...partsOf(group)].map((resource) => planner.decide(resource, context));
}
const line = ({ resource, verdict, because }: Decision) => `${resource.id} ${verdict} ${because[0]?.code}`;
const value = (name: string, outcome: WrittenValue['outcome']): WrittenValue => ({ value: name, atMs: 0, outcome });

describe('what was tried before in a window', () => {
  const lines: readonly (readonly [string, readonly WrittenValue[], string])[] = [
    ['nothing', [], 'act window-open'],
    ['another window', [value(yesterday, 'done')], 'act window-open'],
    ['done', [value(today, 'done')], 'keep logged-off'],
    ['done after an exception that is not there any more', [value(`${today} until 2026-11-24T13:00:00Z`, 'done')], 'keep logged-off'],
    ['an unknown outcome', [value(today, 'unknown')], 'keep logged-off'],
    ['refused', [value(yesterday, 'done'), value(today, 'failed')], 'act log-off-again'],
    ['refused twice', [value(today, 'failed'), value(`${today} again`, 'failed')], 'hold log-off-failed'],
    ['refused, then done', [value(today, 'failed'), value(`${today} again`, 'done')], 'keep logged-off'],
    ['cut off', [value(today, undefined)], 'act window-open'],
    ['refused, then cut off', [value(today, 'failed'), value(`${today} again`, undefined)], 'act log-off-again'],
  ];

  test.each(lines)('%s, by unbinding', (_name, values, expected) => {
    const session = { ...sessionOf(), user: 'ann' };
    const [, decision] = decide(groupOf({ pools: fixedPool, sessions: [session] }), undefined, writtenView({ 'g/ann sessions': values }));
    const unclear = values.some(({ outcome }) => outcome === 'unknown');
    expect(decision && line(decision)).toBe(`g/ann ${unclear ? 'hold log-off-unclear' : expected}`);
  });

  test.each([
    ['done', 'g keep logged-off', 'done'],
    ['an unknown outcome', 'g hold log-off-unclear', 'unknown'],
  ] as const)('%s, for the whole group: nobody is cut after it', (_name, expected, outcome) => {
    const written = writtenView({ 'g sessions': [value(today, outcome)] });
    for (const pools of [groupOf().pools, fixedPool]) {
      expect(decide(groupOf({ pools, sessions: [sessionOf()] }), undefined, written).map(line)).toEqual([
        expected,
        'g/ann keep logged-off',
      ]);
    }
  });

  test('refused twice for the whole group: users are unbound where the rule allows it', () => {
    const written = writtenView({ 'g sessions': [value(today, 'failed'), value(`${today} again`, 'failed')] });
    const group = groupOf({ sessions: [sessionOf()] });
    expect(decide(group, policies.unbinding, written).map(line)).toEqual(['g keep one-by-one', 'g/ann act window-open']);
    expect(decide(group, policies.everyone, written).map(line)).toEqual(['g hold reset-unconfirmed', 'g/ann keep with-group']);
  });

  test('a user who was unbound and came back with several sessions stays in all of them', () => {
    const sessions = [sessionOf({ instanceId: 'ai-7' }), sessionOf({ instanceId: 'ai-8' })];
    const written = writtenView({ 'g/ann sessions': [value(today, 'done')] });
    expect(decide(groupOf({ pools: fixedPool, sessions }), undefined, written).map(line)).toEqual([
      'g keep one-by-one',
      'g/ann keep logged-off',
      'g/ann/ai-8 keep logged-off',
    ]);
  });
});

describe('what is sent', () => {
  test('names the app instance, and claims the window once for each session', () => {
    const [first, second] = partsWith(
      [sessionOf({ persistentId: 'p-1' }), sessionOf({ user: 'ben', instanceId: 'ai-2', link: 'disconnected' })],
      {
        pools: fixedPool,
      },
    );
    const policy = policyOf([unbinding.replace(/}$/, ', persistentSessions: log-off}')]);
    const [ann, ben] = [first, second].map((session) => session && planner.decide(session, contextOf(policy, now)));
    expect(ann).toMatchObject({
      action: {
        operation: 'Unbind',
        input: {
          AppInstanceGroupId: 'g',
          EndUserId: 'ann',
          AppInstanceId: 'ai-1',
          AppInstancePersistentId: 'p-1',
          ProductType: 'CloudApp',
        },
        effect: 'disruptive',
        sessionsAtRisk: 1,
        claim: today,
      },
    });
    // Whoever is disconnected is not cut.
    expect(ben?.verdict === 'act' && ben.action.sessionsAtRisk).toBeUndefined();
  });

  test('for a whole group counts those whom it may cut: all that are not known to be disconnected', () => {
    const sessions = [
      sessionOf(),
      sessionOf({ user: 'ben', link: 'disconnected' }),
      sessionOf({ user: 'cid', status: 'BOUND', link: undefined }),
    ];
    const [decision] = decide(groupOf({ sessions: sessions.map((each, index) => ({ ...each, instanceId: `ai-${index}` })) }));
    expect(decision).toMatchObject({
      verdict: 'act',
      action: { operation: 'LogOffAllSessionsInAppInstanceGroup', sessionsAtRisk: 2, claim: today },
    });
  });
});

describe('whatever is observed', () => {
  const knownStatus = fc.constantFrom('RUNNING', 'BOUND');
  const anySession: fc.Arbitrary<Omit<SessionFacts, 'instanceId'>> = fc.record({
    user: fc.constantFrom('ann', 'ben', 'board-1', undefined),
    status: fc.oneof(
      { weight: 3, arbitrary: knownStatus },
      { weight: 1, arbitrary: fc.constantFrom('IDLE', 'CLOSING', 'UNAVAILABLE', 'DREAMING', undefined) },
    ),
    link: fc.constantFrom('connected' as const, 'disconnected' as const, undefined),
    usedMs: fc.constantFrom(0, 28_799_000, 28_800_000, undefined),
    persistentId: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant('p-1') }),
  });
  const anySessions = fc
    .array(anySession, { maxLength: 4 })
    .map((list) => list.map((each, index): SessionFacts => ({ ...each, instanceId: `ai-${index}` })));
  const anyGroup = fc
    .record({
      sessions: fc.oneof({ weight: 6, arbitrary: anySessions }, { weight: 1, arbitrary: fc.constant('unknown' as const) }),
      charge: fc.constantFrom('pay-as-you-go' as const, 'subscription' as const, undefined),
      status: fc.oneof(
        { weight: 5, arbitrary: fc.constant('PUBLISHED') },
        { weight: 1, arbitrary: fc.constantFrom('MAINTAINING', 'DREAMING', undefined) },
      ),
      pools: fc.constantFrom(groupOf().pools, fixedPool, [], undefined),
    })
    .map(groupOf);
  const anyRule = fc.constantFrom(...(Object.keys(policies) as (keyof typeof policies)[]));
  const anyTime = fc.constantFrom('2026-11-24 20:59', '2026-11-24 21:00', now, '2026-11-24 23:29', '2026-11-24 23:30');

  test('the whole group is cut only where everyone may be, by a call that the service takes', () => {
    fc.assert(
      fc.property(anyGroup, anyRule, anyTime, (group, rule, at) => {
        const [whole] = decide(group, policies[rule], writtenView(), at);
        if (whole?.verdict !== 'act') return;
        const { sessions } = group;
        expect(sessions === undefined || sessions === 'unknown').toBe(false);
        expect([group.charge, group.status, group.pools?.[0]?.strategy?.type]).toEqual(['pay-as-you-go', 'PUBLISHED', 'schedule']);
        expect([now, '2026-11-24 23:29']).toContain(at);
        expect(['everyone', 'unbinding']).toContain(rule);
        for (const { user, status, persistentId } of sessions as readonly SessionFacts[]) {
          expect(persistentId).toBeUndefined();
          if (status === 'CLOSING') continue;
          expect(['ann', 'ben']).toContain(user);
          expect(['RUNNING', 'BOUND']).toContain(status);
        }
      }),
    );
  });

  test('a session is unbound only where the rule means it and nothing about it is unknown', () => {
    fc.assert(
      fc.property(anyGroup, anyRule, anyTime, (group, rule, at) => {
        const sessions = new Map(partsOf(group).map((part) => [part.id, part]));
        for (const decision of decide(group, policies[rule], writtenView(), at).slice(1)) {
          const session = sessions.get(decision.resource.id);
          if (decision.verdict !== 'act' || session?.kind !== 'session') continue;
          expect([now, '2026-11-24 23:29']).toContain(at);
          expect([rule === 'everyone', session.user === undefined, session.persistentId]).toEqual([false, false, undefined]);
          expect(['RUNNING', 'BOUND']).toContain(session.status);
          if (rule === 'disconnected') expect(session.link).toBe('disconnected');
          if (rule === 'long') expect(session.usedMs).toBe(28_800_000);
        }
      }),
    );
  });

  test('a session in a state that is not known never acts', () => {
    fc.assert(
      fc.property(fc.string(), anyRule, (status, rule) => {
        fc.pre(!['RUNNING', 'BOUND', 'CLOSING', 'CLOSED'].includes(status));
        const group = groupOf({ pools: fixedPool, sessions: [sessionOf({ status, link: 'disconnected', usedMs: 1e9 })] });
        expect(decide(group, policies[rule]).map(({ verdict }) => verdict)).not.toContain('act');
      }),
    );
  });

  test('a group and its sessions are never both cut', () => {
    fc.assert(
      fc.property(anyGroup, anyRule, (group, rule) => {
        const [whole, ...parts] = decide(group, policies[rule]);
        if (whole?.verdict === 'act') expect(parts.map(({ verdict }) => verdict)).not.toContain('act');
      }),
    );
  });
});

test('sessions are asked for only while a log-off is due', () => {
  const needsDetail = (at: string, change: Partial<SessionGroup> = {}) =>
    planner.needsDetail?.(groupOf(change), contextOf(policies.unbinding, at));
  expect(['2026-11-24 21:29', now, '2026-11-24 23:29', '2026-11-24 23:30'].map((at) => needsDetail(at))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([needsDetail(now, { status: 'MAINTAINING' }), needsDetail(now, { status: undefined })]).toEqual([false, false]);
});

test('a day whose kind is not published holds', () => {
  const policy = policyOf([everyone], '{office: {workday: {08:00-21:00: 1 node}}}');
  expect(decide(groupOf({ sessions: [sessionOf()] }), policy, writtenView(), '2027-03-02 21:30').map(line)).toEqual([
    'g hold unpublished-day',
    'g/ann hold unpublished-day',
  ]);
});

test('a policy that was not compiled for the schedule holds', () => {
  const policy = { ...policies.everyone, timelines: {} };
  expect(decide(groupOf(), policy).map(line)).toEqual(['g hold schedule-not-compiled']);
});

test('past the end of the compiled policy nothing is done', () => {
  expect(decide(groupOf({ sessions: [sessionOf()] }), undefined, writtenView(), '2028-01-10 21:30').map(line)).toEqual([
    'g hold policy-horizon',
    'g/ann hold policy-horizon',
  ]);
});

test('a session whose app instance is closing needs nothing', () => {
  const closing = sessionOf({ status: 'CLOSING' });
  expect(decide(groupOf({ pools: fixedPool, sessions: [closing] })).map(line)).toEqual(['g keep nobody-to-log-off', 'g/ann keep ending']);
  // Beside others it is in nobody's way.
  const [whole] = decide(groupOf({ sessions: [closing, sessionOf({ user: 'ben', instanceId: 'ai-2' })] }));
  expect(whole).toMatchObject({ verdict: 'act', action: { sessionsAtRisk: 1 } });
});

describe('keeping new users out', () => {
  const policy = policyOf([unbinding.replace(/}$/, ', drain: 15m}')]);
  const soon = '2026-11-24 21:15';
  const drained = { 'System/Scheduler/STOP_NEW_USER_CONNECTION': 'true', 'streamwarden:drain-until': '2026-11-24T13:45:00Z' };

  test.each<readonly [string, readonly WrittenValue[], string]>([
    ['nothing was tried', [], 'act drain-due'],
    ['it was cut off before anything was set', [value(today, undefined)], 'act drain-due'],
    ['it is not known whether it was set', [value(today, 'unknown')], 'keep drain-unclear'],
    ['it was set, and taken away', [value(today, 'done')], 'keep drain-removed'],
    ['it was refused twice', [value(today, 'failed'), value(`${today} again`, 'failed')], 'hold drain-failed'],
  ])('where %s', (_name, values, expected) => {
    const decisions = decide(groupOf(), policy, writtenView({ 'g new-users': values }), soon);
    expect(decisions.map(line)).toEqual([`g ${expected}`]);
  });

  test('is claimed once for a window, ends shortly after its beginning, and is not sent while the group is not serving', () => {
    expect(decide(groupOf(), policy, writtenView(), soon)[0]).toMatchObject({
      action: {
        claim: `drain ${today}`,
        effect: 'disruptive',
        input: { Tags: Object.entries(drained).map(([Key, Value]) => ({ Key, Value })) },
      },
    });
    expect(decide(groupOf({ status: 'MAINTAINING' }), policy, writtenView(), soon).map(line)).toEqual(['g keep outside-window']);
  });

  test('ends with the window where that is shorter', () => {
    const brief = policyOf(
      [unbinding.replace('wait: 30m', 'wait: 115m').replace(/}$/, ', drain: 15m}')],
      '{office: {everyday: {08:00-06:00: 1 node}}}',
    );
    const decision = planner.decide(groupOf(), contextOf(brief, '2026-11-24 07:45'));
    expect(decision.verdict).toBe('keep');
    const short = policyOf(
      [unbinding.replace('wait: 30m', 'wait: 1h').replace(/}$/, ', drain: 15m}')],
      '{office: {everyday: {08:00-06:40: 1 node}}}',
    );
    expect(planner.decide(groupOf(), contextOf(short, '2026-11-24 07:30'))).toMatchObject({
      action: { change: [{ to: 'kept out until 2026-11-24 07:50' }] },
    });
  });

  test('is over, read right before the call, where somebody was quicker', () => {
    const gone = planner.decide({ kind: 'drain', id: 'g/(drain)', partOf: groupOf() }, contextOf(policy, now));
    expect(line(gone)).toBe('g/(drain) keep not-drained');
  });

  test('takes the value of a tag for what it is: an own key of the group', () => {
    const inherited = Object.create(drained) as Record<string, string>;
    expect(decide(groupOf({ tags: inherited }), policy, writtenView(), '2026-11-24 12:00').map(line)).toEqual(['g keep outside-window']);
  });
});
