import { describe, expect, test } from 'vitest';
import type { CompiledLogOffRule } from '../../../functions/log-off-sessions/compiled-rule.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { policyOf, problemsOf } from './plan-fixture.ts';

const after = 'after: {schedule: office, wait: 30m}';
const here = 'name: r, targets: [home], groups: all';
const sure = 'who: everyone, resetAfterUnbind: disabled';

describe('what validate says of a rule', () => {
  test.each<readonly [string, string, readonly RegExp[]]>([
    ['a plain one', `{${here}, ${after}, who: everyone}`, []],
    ['one at a time of day', `{${here}, at: "22:00", days: [workday, saturday], ${sure}}`, []],
    ['one for long sessions', `{${here}, ${after}, who: {longerThan: 8h}, resetAfterUnbind: disabled}`, []],
    ['one with all keys', `{${here}, ${after}, ${sure}, persistentSessions: log-off, drain: 15m, tell: none}`, []],
    ['without a time', `{${here}, who: everyone}`, [/^error .*says no time; add after/]],
    ['with two times', `{${here}, ${after}, at: "22:00", days: everyday, who: everyone}`, [/^error .*at: stands beside after/]],
    ['with a time and no days', `{${here}, at: "22:00", who: everyone}`, [/^error .*at: says no days/]],
    ['with days and no time', `{${here}, ${after}, days: workday, who: everyone}`, [/^error .*days: goes with at only/]],
    ['with a time that ends the day', `{${here}, at: "24:00", days: everyday, who: everyone}`, [/^error .*at: "24:00" is the next day/]],
    ['with a day that is none', `{${here}, at: "22:00", days: workdays, who: everyone}`, [/^error .*days/]],
    ['with a schedule that is none', `{${here}, after: {schedule: offce}, who: everyone}`, [/^error .*after\.schedule: .*offce/]],
    ['with nobody to log off', `{${here}, ${after}, who: nobody}`, [/^error .*who/]],
    [
      'for workdays without a calendar',
      `{name: r, targets: [plain], groups: all, ${after}, who: everyone}`,
      [/^error .*plain has no calendar/],
    ],
    [
      'at a time on workdays without a calendar',
      `{name: r, targets: [plain], groups: all, at: "22:00", days: restday, who: everyone}`,
      [/^error .*days: .*plain has no calendar/],
    ],
    [
      'that can only unbind and does not confirm',
      `{${here}, ${after}, who: disconnected}`,
      [/^warning .*held until you confirm resetAfterUnbind/],
    ],
    ['that confirms the opposite', `{${here}, ${after}, who: disconnected, resetAfterUnbind: enabled}`, [/^warning .*wipes a user's data/]],
    [
      'for subscriptions that does not confirm',
      `{name: r, targets: [home], groups: {charge: subscription}, ${after}, who: everyone}`,
      [/^warning .*held until you confirm/],
    ],
    ['with a drain of nothing', `{${here}, ${after}, ${sure}, drain: 0m}`, [/^error .*drain: keeps nobody out/]],
    ['with a drain before the end', `{${here}, ${after}, ${sure}, drain: 31m}`, [/^error .*drain: begins before the schedule has ended/]],
    ['with a drain of hours', `{${here}, at: "22:00", days: everyday, ${sure}, drain: 3h}`, [/^error .*drain: is longer than two hours/]],
  ])('%s', (_name, rule, expected) => {
    const problems = problemsOf([rule]);
    expect(problems).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern);
  });

  test.each([
    ['{office: {everyday: {00:00-24:00: 1 node}}}', 1],
    ['{office: {everyday: {00:00-07:00: 25%, 07:00-24:00: 100%}}}', 1],
    ['{office: {everyday: {12:00-12:00: 1 node}}}', 0],
    ['{office: {everyday: {06:00-22:00: 1 node, 22:00-06:00: 2 nodes}}}', 1],
    ['{office: {everyday: {00:00-24:00: 1 node}, sunday: {00:00-23:00: 1 node}}}', 0],
    ['{office: {everyday: {00:00-24:00: 0 nodes}}}', 0],
    ['{office: {everyday: {08:00-21:00: 1 node}}}', 0],
  ])('a schedule without an end is told: %s', (schedules, count) => {
    const never = problemsOf([`{${here}, ${after}, who: everyone}`], schedules).filter((each) =>
      each.includes('has no end in an ordinary week'),
    );
    expect(never).toHaveLength(count);
  });
});

describe('a log-off at a time of day', () => {
  const startsOf = (days: string, from = '2026-11-20 00:00', target = 'home') => {
    const policy = policyOf([`{name: r, targets: [${target}], groups: all, at: "22:00", days: ${days}, ${sure}}`], undefined, { from });
    const [rule] = policy.rules['log-off-sessions'] as readonly CompiledLogOffRule[];
    const all = Object.values(rule?.starts ?? {})[0];
    const within = (list: readonly number[] = [], a: string, b: string) => list.filter((ms) => ms >= shanghai(a) && ms < shanghai(b));
    return {
      starts: (a: string, b: string) => within(all?.startsMs, a, b),
      unknown: (a: string, b: string) => within(all?.unknownMs, a, b),
    };
  };

  test('falls on the days that it names, by the clock of the target', () => {
    const week = ['2026-11-23 00:00', '2026-11-30 00:00'] as const;
    expect(startsOf('everyday', undefined, 'plain').starts(...week)).toHaveLength(7);
    expect(startsOf('[tuesday, sunday]', undefined, 'plain').starts(...week)).toEqual([
      shanghai('2026-11-24 22:00'),
      shanghai('2026-11-29 22:00'),
    ]);
    expect(startsOf('workday').starts(...week)).toHaveLength(5);
    expect(startsOf('restday').starts(...week)).toHaveLength(2);
  });

  test('knows holidays and make-up workdays', () => {
    // The National Day week of 2026, with a Saturday that makes up for it.
    const october = startsOf('workday', '2026-09-01 00:00').starts('2026-10-01 00:00', '2026-10-11 00:00');
    expect(october).toEqual(['2026-10-08', '2026-10-09', '2026-10-10'].map((date) => shanghai(`${date} 22:00`)));
  });

  test('is in doubt on days that are not published, unless the kind of day does not matter', () => {
    const year = ['2027-03-01 00:00', '2027-03-08 00:00'] as const;
    expect(startsOf('workday').unknown(...year)).toHaveLength(7);
    expect(startsOf('everyday').unknown(...year)).toEqual([]);
    expect(startsOf('[workday, restday]').unknown(...year)).toEqual([]);
  });
});
