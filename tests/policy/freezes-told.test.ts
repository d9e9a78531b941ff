import { expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';

const nowMs = Date.parse('2026-12-01T00:00:00+08:00');

function loaded(limits: string, more = '', act = '[scale-on-schedule, log-off-sessions]') {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: ${act}}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {day: {everyday: {08:00-20:00: 2 nodes}}}
limits: {actionsPerRun: 9, actionsPer24h: 9, sessionsCutPerRun: 9, changedByPush: 10%, ${limits}}
${more}
rules:
  scale-on-schedule:
    - {name: all, groups: all, schedule: day}
  log-off-sessions:
    - {name: three, groups: {id: [a, b, c]}, after: {schedule: day, wait: 30m}, who: everyone}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules, { nowMs });
  if (document === undefined) throw new Error(problems.map((problem) => `${problem.line}: ${problem.text}`).join('\n'));
  return { warnings: problems.map((problem) => `${problem.path}: ${problem.text}`), policy: compile(document, nowMs, 60, ruleModules) };
}

const shares = 'shareOfRulePerRun: 40%, shareOfRulePer24h: 40%';
const freeze = (except = '') => `${shares}, freezes: [{because: Fair, from: 2026-12-14, until: 2026-12-19${except}}]`;

test('a freeze says what it stops and what goes on, when the policy is checked and from a week before it begins', () => {
  const { warnings, policy } = loaded(freeze());
  expect(warnings).toEqual([
    'limits.freezes[0]: while it lasts, scale-on-schedule lowers no nodes; it goes on to raise them, to keep exceptions and to extend weekly schedules. ' +
      'log-off-sessions logs nobody off and keeps nobody out; it goes on to let users in again. Add functions to except to keep them going',
  ]);
  const [told] = policy.warnings.filter(({ code }) => code === 'freeze-stops');
  expect(told?.text).toMatch(
    /^While the freeze "Fair" lasts, from 2026-12-14 00:00 to 2026-12-19 00:00, scale-on-schedule lowers no nodes; /,
  );
  expect([told?.fromMs, told?.untilMs]).toEqual([Date.parse('2026-12-07T00:00:00+08:00'), Date.parse('2026-12-19T00:00:00+08:00')]);
});

test.each([
  ['whose functions are all excepted', ', except: [scale-on-schedule, log-off-sessions]', undefined],
  ['whose functions only observe', '', '[]'],
])('a freeze %s stops nothing, and nothing is said', (_name, except, act) => {
  const { warnings, policy } = loaded(freeze(except), '', act);
  expect(warnings.filter((text) => text.includes('freezes'))).toEqual([]);
  expect(policy.warnings.filter(({ code }) => code === 'freeze-stops')).toEqual([]);
});

test.each([
  [
    'sessionsCutPer24h: 0',
    'rules.log-off-sessions[0]: can never end a connected session, since limits.sessionsCutPer24h is 0; raise it, or remove the rule',
  ],
  ['shareOfRulePerRun: 0%', 'rules.log-off-sessions[0]: can never act, since limits.shareOfRulePerRun is 0; raise it, or remove the rule'],
  [
    'shareOfRulePerRun: 33%',
    'rules.log-off-sessions[0]: can never act: it covers 3 at most, and 33% of a rule (limits) is less than one; raise it to 34% or more',
  ],
  ['shareOfRulePerRun: 34%', undefined],
])('with %s a rule that could never act is named', (limit, expected) => {
  const { warnings } = loaded(limit);
  expect(warnings.find((text) => text.startsWith('rules.log-off'))).toBe(expected);
});

test('an exception that could raise nothing is named', () => {
  const exception = 'exceptions: [{because: Launch, groups: all, from: 2026-12-11, until: 2026-12-12, keepAtLeast: 100%}]';
  const named = (limits: string) => loaded(`${shares}, ${limits}`, exception).warnings.some((text) => text.includes('keeps no more than'));
  expect([named('nodesAddedPer24h: 0'), named('nodesAddedPer24h: 1')]).toEqual([true, false]);
});

test.each([
  ['acts', '[scale-on-schedule]', true],
  ['observes', '[]', false],
])('a peak by tag without atMost is an error where the function %s', (_name, act, refused) => {
  const text = (peak: string) => `version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: ${act}}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {day: {everyday: {08:00-20:00: 100%}}}
rules:
  scale-on-schedule:
    - {name: all, groups: all, schedule: day, peak: {tag: peak-nodes${peak}}}
`;
  const errors = (peak: string) =>
    loadPolicy(text(peak), 'policy.yaml', ruleModules, { nowMs })
      .problems.filter(({ severity }) => severity === 'error')
      .map((problem) => `${problem.path}: ${problem.text}`);
  const expected =
    'rules.scale-on-schedule[0].peak: has no atMost, and whoever can set the tag can spend; add atMost: N, the highest peak that is meant';
  expect(errors(', otherwise: 4')).toEqual(refused ? [expected] : []);
  expect(errors(', otherwise: 4, atMost: 9')).toEqual([]);
});

test('the old name of a limit is refused with the new one', () => {
  expect(() => loaded('fleetSharePerRun: 30%')).toThrow('"fleetSharePerRun" was renamed; write shareOfRulePerRun');
  expect(() => loaded('fleetSharePer24h: 30%')).toThrow('"fleetSharePer24h" was renamed; write shareOfRulePer24h');
});
