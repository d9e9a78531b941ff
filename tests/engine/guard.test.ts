import { describe, expect, test } from 'vitest';
import { functionMode } from '../../shared/engine/guard.ts';
import type { Action, Decision } from '../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { noon, policyWith } from './dial.ts';

import { act, always, contextOf, cut, exception, guard, one, type World } from './guard-fixture.ts';

describe('the guard, by resource', () => {
  test.each<[string, Partial<Action>, World, string | undefined]>([
    ['nothing forbids it', {}, {}, 'act'],
    ['the policy ended', {}, { policy: { untilMs: noon } }, 'policy-horizon'],
    ['the policy ends in a millisecond', {}, { policy: { untilMs: noon + 1 } }, 'act'],
    ['the policy has not begun', {}, { policy: { fromMs: noon + 1 } }, 'policy-horizon'],
    ['a freeze', {}, { policy: { freezes: [{ because: 'festival', except: [], spans: always }] } }, 'frozen'],
    [
      'a freeze that excepts the function',
      {},
      { policy: { freezes: [{ because: 'festival', except: ['scale-on-schedule'], spans: always }] } },
      'act',
    ],
    [
      'a freeze, but a schedule would lapse',
      { restores: 'capacity' },
      { policy: { freezes: [{ because: 'festival', except: [], spans: always }] } },
      'act',
    ],
    [
      'a freeze, and what gives back takes nodes away as well',
      { restores: 'capacity', harms: ['lower'] },
      { policy: { freezes: [{ because: 'festival', except: [], spans: always }] } },
      'frozen',
    ],
    ['the policy ended, and what gives back harms nobody', { restores: 'capacity' }, { policy: { untilMs: noon } }, 'act'],
    [
      'the policy ended, and what gives back takes nodes away as well',
      { restores: 'capacity', harmsLater: ['lower'] },
      { policy: { untilMs: noon } },
      'policy-horizon',
    ],
    [
      'never cut on a group, and it cuts a part of it',
      cut,
      {
        ...exception({ groups: { names: ['launch-*'] } }),
        resource: { name: 'alice', partOf: { id: 'g', kind: 'delivery-group', name: 'launch-1', tags: {} } },
      },
      'exception-never',
    ],
    [
      'a freeze that is over',
      {},
      { policy: { freezes: [{ because: 'festival', except: [], spans: { 'Asia/Shanghai': { fromMs: 0, untilMs: noon } } }] } },
      'act',
    ],
    ['never cut, and it cuts', cut, exception({}), 'exception-never'],
    ['never cut, and sessions are at risk', { sessionsAtRisk: 1 }, exception({}), 'exception-never'],
    ['never cut, and it does not', {}, exception({}), 'act'],
    ['never scale down, and it lowers', { harms: ['lower'] }, exception({ never: ['scale-down'] }), 'exception-never'],
    ['never scale down, and it raises', {}, exception({ never: ['scale-down'] }), 'act'],
    ['never tag, for a function of which it stands for all', {}, { ...exception({ never: ['tag'] }), neverWord: 'tag' }, 'exception-never'],
    ['never tag, for another function', {}, exception({ never: ['tag'] }), 'act'],
    ['never renew', {}, { ...exception({ never: ['renew'] }), neverWord: 'renew' }, 'exception-never'],
    ['never approve', {}, { ...exception({ never: ['approve-ota'] }), neverWord: 'approve-ota' }, 'exception-never'],
    ['never enforce', {}, { ...exception({ never: ['enforce'] }), neverWord: 'enforce' }, 'exception-never'],
    [
      'never power off',
      { harms: ['stop'] },
      {
        ...exception({ never: ['power-off'], workstations: { all: true } }),
        functionName: 'power-workstations',
        resource: { kind: 'workstation' },
      },
      'exception-never',
    ],
    ['an exception of another target', cut, exception({ targets: ['other'] }), 'act'],
    [
      'an exception that may apply',
      cut,
      { ...exception({ groups: { tags: { a: ['b'] } } }), resource: { tags: undefined } },
      'exception-unknown',
    ],
    [
      'an exception that may apply to something else',
      {},
      { ...exception({ groups: { tags: { a: ['b'] } } }), resource: { tags: undefined } },
      'act',
    ],
    [
      'a protected group, cut',
      cut,
      { policy: { protect: { users: [], groups: { tags: { tier: ['t'] } } } }, resource: { tags: { tier: 't' } } },
      'protected-group',
    ],
    [
      'a protected group, lowered without a cut',
      { harms: ['lower'] },
      { policy: { protect: { users: [], groups: { all: true } } } },
      'act',
    ],
    [
      'protection unknown',
      cut,
      { policy: { protect: { users: [], groups: { tags: { tier: ['t'] } } } }, resource: { tags: undefined } },
      'protection-unknown',
    ],
    [
      'an owner who protects',
      cut,
      {
        policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 7 * 86_400_000 } } },
        resource: { tags: { keep: '2026-11-25' } },
      },
      'protected-owner',
    ],
    [
      'an owner whose date is over',
      cut,
      {
        policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 7 * 86_400_000 } } },
        resource: { tags: { keep: '2026-11-23' } },
      },
      'act',
    ],
    [
      'an owner whose time is used up',
      cut,
      {
        policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 1000 } } },
        resource: { tags: { keep: '2027-11-25' } },
        tagFirstSeenMs: () => noon - 1000,
      },
      'act',
    ],
    [
      'an unreadable owner tag, first seen now',
      cut,
      { policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 1000 } } }, resource: { tags: { keep: 'forever' } } },
      'protected-owner',
    ],
    [
      'owner tag by nearly its key',
      cut,
      {
        policy: { protect: { users: [], ownerTag: { key: 'keep-until', atMostMs: 1000 } } },
        resource: { tags: { 'Keep Until': 'forever' } },
      },
      'protected-owner',
    ],
    ...[
      { 'Keep Until': '2026-11-23', keep_until: '2027-11-23' },
      { keep_until: '2027-11-23', 'Keep Until': '2026-11-23' },
    ].map((tags): [string, Partial<Action>, World, string] => [
      `owner tags by nearly its key, of which ${String(Object.values(tags)[0]).startsWith('2026') ? 'the first' : 'the last'} is over`,
      cut,
      { policy: { protect: { users: [], ownerTag: { key: 'keep-until', atMostMs: 1000 } } }, resource: { tags } },
      'protected-owner',
    ]),
    [
      'owner tag by nearly its key, beside one that is over',
      cut,
      {
        policy: { protect: { users: [], ownerTag: { key: 'keep-until', atMostMs: 1000 } } },
        resource: { tags: { 'Keep Until': 'forever', 'keep-until': '2026-11-23' } },
      },
      'act',
    ],
    ['no owner tag', cut, { policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 1000 } } } }, 'act'],
    [
      'owner tags unknown',
      cut,
      { policy: { protect: { users: [], ownerTag: { key: 'keep', atMostMs: 1000 } } }, resource: { tags: undefined } },
      'protection-unknown',
    ],
    [
      'a protected user with a session',
      cut,
      { policy: { protect: { users: ['board-*'] } }, sessionUsersOf: () => ['x', 'BOARD-1'] },
      'protected-user',
    ],
    [
      'a protected user on a lowered group',
      { harms: ['lower'] },
      { policy: { protect: { users: ['board-*'] } }, sessionUsersOf: () => ['board-1'] },
      'protected-user',
    ],
    ['other users', cut, { policy: { protect: { users: ['board-*'] } }, sessionUsersOf: () => ['x'] }, 'act'],
    [
      'sessions that cannot be read',
      cut,
      { policy: { protect: { users: ['board-*'] } }, sessionUsersOf: () => undefined },
      'protection-unknown',
    ],
    [
      'sessions that cannot be read, but nobody is cut',
      {},
      { policy: { protect: { users: ['board-*'] } }, sessionUsersOf: () => undefined },
      'act',
    ],
    ['a resource that was not observed', {}, { resourceOf: () => undefined }, 'protection-unknown'],
  ])('%s', (_name, action, world, expected) => expect(one(action, world)).toBe(expected));

  test('leaves keeps and holds as they are, and puts its reason before the planner’s', () => {
    const keep: Decision = { verdict: 'keep', rule: 'r', resource: { id: 'k' }, because: [] };
    const hold: Decision = { verdict: 'hold', rule: 'r', resource: { id: 'h' }, because: [{ code: 'x', text: 'x' }] };
    const [a, b, c] = guard([keep, hold, act('g')], contextOf({ policy: { untilMs: noon } }));
    expect([a, b]).toEqual([keep, hold]);
    expect(c).toMatchObject({ verdict: 'hold', action: { key: 'g' }, because: [{ code: 'policy-horizon' }, { code: 'wish' }] });
  });

  test.each<[Partial<CompiledPolicy['mode']>, 'observe' | 'act']>([
    [{ default: 'observe', act: [] }, 'observe'],
    [{ default: 'observe', act: ['f'] }, 'act'],
    [{ default: 'act', act: [] }, 'act'],
    [{ default: 'observe', act: ['g'] }, 'observe'],
  ])('mode %o makes the function %s', (mode, expected) => {
    expect(functionMode(policyWith({ mode: mode as CompiledPolicy['mode'] }), 'f')).toBe(expected);
  });
});
