import { describe, expect, test } from 'vitest';
import { decideAlike, instantsAhead } from '../../cli/run/policies/instants.ts';
import { compileSource } from '../../cli/run/policies/source.ts';
import { weakenedBy } from '../../cli/run/policies/weakened.ts';
import { peopleIn } from '../../shared/policy/approvers.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { dayMs } from '../fixtures/times.ts';

const now = Date.parse('2026-11-25T12:00:00+08:00');

const base = {
  mode: '{default: act}',
  targets: '{home: {account: "1000000000000001", endpoint: cn-shanghai, calendar: c}}',
  protect: '{users: ["board-*", ceo], groups: {tags: {tier: [trading, desk]}}, ownerTag: {key: keep-until, atMost: 7d}}',
  limits: '{actionsPerRun: 10, sessionsCutPerRun: 5, changedByPush: 10%, spendPerMonth: [1000 CNY], FREEZES}',
  freezes: '[{because: closing, from: 2026-11-24, until: 2026-11-28, except: [tag-new-resources]}]',
  exceptions:
    '[{because: launch, groups: {name: ["launch-*"]}, from: 2026-11-26T18:00, until: 2026-11-27T06:00, keepAtLeast: 80%, never: [cut-sessions]}]',
  approvers: '{finance: [li.wei, bo.chen]}',
  ask: '{who: finance, above: 500 CNY, dearerThanLastTimeBy: 10%}',
  more: 'maxPrice: 5000 CNY',
  logOff: '{name: late, groups: all, at: "23:00", days: everyday, who: disconnected, resetAfterUnbind: disabled}',
};

function policyOf(change: Partial<typeof base> = {}, atMs = now): CompiledPolicy {
  const all = { ...base, ...change };
  const text = `version: 1
timezone: Asia/Shanghai
mode: ${all.mode}
targets: ${all.targets}
calendars: {c: {}}
schedules: {day: {everyday: {07:00-20:00: 6 nodes}}}
protect: ${all.protect}
approvers: ${all.approvers}
exceptions: ${all.exceptions}
limits: ${all.limits.replace('FREEZES', `freezes: ${all.freezes}`)}
rules:
  scale-on-schedule: [{name: all, groups: all, schedule: day, method: fixed}]
  log-off-sessions: [${all.logOff}]
  renew-before-expiry: [{name: all, groups: all, consoleAutoRenew: disabled, period: 1 Month, ${all.ask === '' ? '' : `ask: ${all.ask}, `}${all.more}}]
`;
  return compileSource({ name: 'policy.yaml', text }, atMs).policy;
}

const weakened = (change: Partial<typeof base>, from: Partial<typeof base> = {}) =>
  weakenedBy(policyOf(from), policyOf(change), now).map(({ code, text }) => `${code}: ${text}`);

describe('a policy guards less than the one before it', () => {
  test.each<[string, Partial<typeof base>, readonly RegExp[]]>([
    ['a user is not protected', { protect: base.protect.replace(', ceo', '') }, [/^protection: protect.users: ceo/]],
    ['a pattern is narrower', { protect: base.protect.replace('board-*', 'board-1*') }, [/^protection: protect.users: board-\*/]],
    ['a group is not protected', { protect: base.protect.replace(', desk', '') }, [/^protection: protect.groups protects other/]],
    ['no group is protected', { protect: '{users: ["board-*", ceo], ownerTag: {key: keep-until, atMost: 7d}}' }, [/groups is gone/]],
    ['owners protect by another tag', { protect: base.protect.replace('keep-until', 'keep') }, [/the tag keep-until/]],
    ['owners protect for a shorter time', { protect: base.protect.replace('7d', '6d') }, [/atMost is shorter/]],
    ['nothing is protected', { protect: '{}' }, [/board-\*/, /ceo/, /groups is gone/, /keep-until/]],
    [
      'a limit is higher',
      { limits: base.limits.replace('actionsPerRun: 10', 'actionsPerRun: 11') },
      [/^limit: limits.actionsPerRun: 10 → 11/],
    ],
    ['a limit is gone', { limits: base.limits.replace('actionsPerRun: 10, ', '') }, [/^limit: limits.actionsPerRun: 10 → none/]],
    [
      'a limit of a day is higher than the one that a limit per run gave it',
      { limits: base.limits.replace('sessionsCutPerRun: 5', 'sessionsCutPerRun: 5, sessionsCutPer24h: 21') },
      [/sessionsCutPer24h: 20 → 21/],
    ],
    ['more may be spent', { limits: base.limits.replace('1000 CNY', '1000.01 CNY') }, [/^limit: limits.spendPerMonth/]],
    ['another currency may be spent', { limits: base.limits.replace('[1000 CNY]', '[1000 CNY, 1 USD]') }, [/spendPerMonth: none → /]],
    ['more is ordered in a run', { limits: base.limits.replace('actionsPerRun: 10', 'actionsPerRun: 10, ordersPerRun: 51') }, [/50 → 51/]],
    ['the next push may do more', { limits: base.limits.replace('10%', '11%') }, [/^limit: limits.changedByPush: 10% → 11%/]],
    ['the next push may do anything', { limits: base.limits.replace('changedByPush: 10%, ', '') }, [/10% → none/]],
    [
      'a freeze ends earlier',
      { freezes: base.freezes.replace('until: 2026-11-28', 'until: 2026-11-27') },
      [
        /^freeze: freeze "closing": lifted from 2026-11-27 00:00 until 2026-11-28 00:00 for scale-on-schedule, renew-before-expiry, log-off-sessions$/,
      ],
    ],
    [
      'a freeze begins later',
      { freezes: base.freezes.replace('2026-11-24', '2026-11-26') },
      [/from 2026-11-25 12:00 until 2026-11-26 00:00/],
    ],
    ['a freeze is gone', { freezes: '[]' }, [/until 2026-11-28 00:00/]],
    [
      'a freeze has a gap',
      { freezes: `[{because: a, from: 2026-11-24, until: 2026-11-26}, {because: b, from: 2026-11-27, until: 2026-11-28}]` },
      [/from 2026-11-26 00:00 until 2026-11-27 00:00/],
    ],
    [
      'a freeze leaves a function alone',
      { freezes: base.freezes.replace('[tag-new-resources]', '[tag-new-resources, log-off-sessions]') },
      [/for log-off-sessions$/],
    ],
    ['an exception is gone', { exceptions: '[]' }, [/^exception: exception "launch" ends early, or asks for less, from 2026-11-26 18:00/]],
    [
      'an exception ends early',
      { exceptions: base.exceptions.replace('27T06', '27T05') },
      [/from 2026-11-27 05:00 until 2026-11-27 06:00/],
    ],
    ['an exception keeps less', { exceptions: base.exceptions.replace('80%', '79%') }, [/"launch"/]],
    ['an exception forbids less', { exceptions: base.exceptions.replace(', never: [cut-sessions]', '') }, [/"launch"/]],
    ['an exception is for fewer groups', { exceptions: base.exceptions.replace('launch-*', 'launch-1*') }, [/"launch"/]],
    [
      'an exception is for another target',
      {
        exceptions: base.exceptions.replace('groups:', 'targets: [away], groups:'),
        targets: base.targets.replace('}}', '}, away: {account: "2000000000000002", endpoint: cn-shanghai, calendar: c}}'),
      },
      [/"launch"/],
    ],
    ['an approver is gone', { approvers: '{finance: [li.wei]}' }, [/^approval: approvers.finance/]],
    ['an approver is new', { approvers: '{finance: [li.wei, bo.chen, me]}' }, [/^approval: approvers.finance/]],
    ['two users are no longer one person', { approvers: '{finance: [li.wei, bo.chen]}' }, [/^approval: approvers.finance/]],
    ['nobody is asked', { ask: '' }, [/^approval: rule all: nobody is asked any more/]],
    ['an order is asked about from a higher price on', { ask: base.ask.replace('500', '501') }, [/ask.above: .* → /]],
    ['a rise of the price is asked about less', { ask: base.ask.replace('10%', '11%') }, [/a higher price than last time/]],
    ['a first order is not asked about', { ask: '{who: finance, above: 500 CNY, dearerThanLastTimeBy: 10%}' }, [/without a last price/]],
    ['links count', { ask: base.ask.replace('}', ', links: true}') }, [/approvals by link count/]],
    ['silence orders', { more: 'maxPrice: 5000 CNY, unanswered: renew 1 Week' }, [/unanswered: renew 1 Week/]],
    ['a renewal may cost more', { more: 'maxPrice: 5001 CNY' }, [/maxPrice/]],
    ['a renewal may cost anything', { more: 'renewAheadAtMost: 400d' }, [/maxPrice .* is gone/]],
  ])('where %s', (what, change, texts) => {
    const before: Readonly<Record<string, Partial<typeof base>>> = {
      'two users are no longer one person': { approvers: '{finance: [{user: [li.wei, li.admin]}, bo.chen]}' },
      'a first order is not asked about': { ask: '{who: finance, dearerThanLastTimeBy: 10%}' },
    };
    const from = before[what] ?? {};
    const found = weakened(change, from);
    expect(found).toHaveLength(texts.length);
    for (const text of texts) expect(found).toContainEqual(expect.stringMatching(text));
  });

  test('where a function begins to act', () => {
    const found = weakened({}, { mode: '{default: observe, act: [scale-on-schedule]}' });
    expect(found).toEqual(['act: renew-before-expiry begins to act', 'act: log-off-sessions begins to act']);
  });

  test('where a limit has another name and a higher number', () => {
    const [before, after] = [policyOf(), policyOf({ limits: base.limits.replace('actionsPerRun: 10', 'shareOfRulePerRun: 50%') })];
    const { actionsPerRun: _renamed, ...others } = before.limits;
    const old = { ...before, limits: { ...others, fleetSharePerRun: 20 } as CompiledPolicy['limits'] };
    expect(weakenedBy(old, after, now)).toEqual([{ code: 'limit', text: 'limits.fleetSharePerRun: 20 → none' }]);
  });

  test('where a target was renamed meanwhile', () => {
    expect(weakened({ targets: base.targets.replace('home', 'office'), freezes: '[]', exceptions: '[]' })).toHaveLength(2);
  });
});

describe('a policy guards no less than the one before it', () => {
  test.each<[string, Partial<typeof base>, Partial<typeof base>?]>([
    ['where it is the same', {}],
    ['where a wider pattern protects', { protect: base.protect.replace('board-*', 'BOARD*') }],
    ['where a wider selector protects', { protect: base.protect.replace('{tags: {tier: [trading, desk]}}', 'all') }],
    ['where owners protect for longer', { protect: base.protect.replace('7d', '8d') }],
    ['where limits are lower', { limits: base.limits.replace('10,', '9,').replace('10%', '5%').replace('1000 CNY', '999 CNY') }],
    ['where a limit is new', { limits: base.limits.replace('actionsPerRun', 'actionsPer24h: 50, actionsPerRun') }],
    ['where a freeze is longer', { freezes: base.freezes.replace('11-28', '11-29') }],
    [
      'where two freezes are in place of one',
      { freezes: '[{because: a, from: 2026-11-24, until: 2026-11-26}, {because: b, from: 2026-11-26, until: 2026-11-29}]' },
    ],
    ['where a freeze that is over is gone', { freezes: '[]' }, { freezes: '[{because: old, from: 2026-11-20, until: 2026-11-25}]' }],
    [
      'where an exception that is over is gone',
      { exceptions: '[]' },
      { exceptions: base.exceptions.replace('2026-11-26T18', '2026-11-24T18').replace('2026-11-27T06', '2026-11-25T06') },
    ],
    [
      'where an exception asks for more',
      { exceptions: base.exceptions.replace('80%', '90%').replace('27T06', '27T09').replace('launch-*', 'l*') },
    ],
    ['where everything is asked about', { ask: '{who: finance}' }],
    ['where a renewal may cost less', { more: 'maxPrice: 4000 CNY' }],
    [
      'where nothing acts',
      { mode: '{default: observe}', protect: '{}', freezes: '[]', exceptions: '[]', limits: '{FREEZES}', approvers: '{finance: [li.wei]}' },
    ],
    ['where only what cannot be harmed by it acts', { mode: '{default: observe, act: [renew-before-expiry]}', protect: '{}' }],
    ['where a function stops acting', { mode: '{default: observe}' }],
  ])('%s', (_what, change, from = {}) => expect(weakened(change, from)).toEqual([]));
});

describe('the instants of the coming week', () => {
  const at = (text: string) => Date.parse(`${text}:00+08:00`);

  test('are steps, windows, exceptions, freezes and midnights of both policies, each once', () => {
    const later = policyOf({ logOff: base.logOff.replace('23:00', '21:00') });
    const instants = instantsAhead('log-off-sessions', [policyOf(), later], now);
    expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    for (const text of [
      '2026-11-25T21:00',
      '2026-11-25T23:00',
      '2026-11-26T00:00',
      '2026-11-26T18:00',
      '2026-11-28T00:00',
      '2026-12-01T21:00',
    ])
      expect(instants).toContain(at(text));
    expect(instants.every((ms) => ms > now && ms < now + 7 * dayMs)).toBe(true);
  });

  test('are earlier and later ones too where a rule has a drain or a wait', () => {
    const logOff = '{name: late, groups: all, after: {schedule: day, wait: 45m}, drain: 20m, who: everyone, resetAfterUnbind: disabled}';
    const instants = instantsAhead('log-off-sessions', [policyOf({ logOff })], now);
    for (const text of ['2026-11-25T20:00', '2026-11-25T20:45']) expect(instants).toContain(at(text));
  });

  test('end where a policy does', () => {
    const ends = { ...policyOf(), untilMs: now + 2 * dayMs };
    expect(Math.max(...instantsAhead('scale-on-schedule', [ends, policyOf()], now))).toBeLessThan(now + 2 * dayMs);
  });

  test('need no look where two policies say the same, whenever they were compiled and whoever is told', () => {
    const earlier = policyOf({}, now - 30 * dayMs);
    expect(decideAlike(earlier, policyOf(), now)).toBe(true);
    expect(decideAlike(earlier, policyOf({ limits: base.limits.replace('10%', '20%') }), now)).toBe(true);
    expect(decideAlike(earlier, policyOf({ logOff: base.logOff.replace('23:00', '22:59') }), now)).toBe(false);
    expect(decideAlike(earlier, policyOf({ protect: '{}' }), now)).toBe(false);
  });
});

test.each<[string, CompiledPolicy['approvers'], number]>([
  ['nobody', {}, 0],
  ['one', { a: ['li.wei'], b: ['li.wei'] }, 1],
  ['one with two users', { a: ['li.wei'], b: [{ user: ['li.wei', 'li.admin'] }], c: ['li.admin'] }, 1],
  ['two', { a: ['li.wei', 'bo.chen'] }, 2],
])('a policy names %s', (_what, approvers, count) => expect(peopleIn({ approvers })).toBe(count));
