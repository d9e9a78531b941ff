import { describe, expect, it } from 'vitest';
import { ruleModule } from '../../../functions/approve-ota-windows/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

/** Problems of a policy with one rule, as people read them. */
function problemsOf(rule: string, severity: 'error' | 'warning' = 'error'): string[] {
  const text = `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai, calendar: plain}, abroad: {account: "2234567890123456", endpoint: ap-southeast-1}}
calendars: {plain: {holidays: [2026-12-31]}}
limits: {actionsPerRun: 10, actionsPer24h: 10, shareOfRulePerRun: 10%, shareOfRulePer24h: 10%, sessionsCutPerRun: 0, sessionsCutPer24h: 0, spendPerMonth: [1 CNY]}
rules:
  approve-ota-windows:
    - ${rule}
`;
  return loadPolicy(text, 'policy.yaml', [ruleModule])
    .problems.filter((problem) => problem.severity === severity && problem.path.startsWith('rules.'))
    .map(({ path, text: message }) => `${path}: ${message}`);
}

const window = 'window: {days: everyday, at: 02:00-05:00}';
const last = `{name: all, groups: all, ${window}}`;
const first = (more = 'soak: 48h') => `{name: canary, groups: {tags: {ring: canary}}, ${window}, ${more}}`;
const rule = (rings: string, more = '') => `{name: agents, ${more}rings: [${rings}]}`;

describe('a rule of approve-ota-windows', () => {
  it.each([
    rule(`${first()}, ${last}`),
    rule(last, 'type: Fota, neverVersions: ["7.4.1"], approveAhead: 2h, onlyWithSessionsUpTo: 0, targets: [home], tell: none, '),
    rule('{name: all, groups: all, window: {days: [workday, saturday, 2026-12-31], at: 22:00-02:00}}', 'targets: [home], '),
  ])('is right: %s', (text) => {
    expect([problemsOf(text), problemsOf(text, 'warning')]).toEqual([[], []]);
  });

  it.each([
    ['{name: agents}', /rings/],
    [rule(''), /rings/],
    [rule(last, 'type: ImageUpdate, '), /type.*Fota/],
    [rule(last, 'neverVersions: [7.4], '), /neverVersions.*write "7\.4"/],
    [rule(last, 'approveAhead: 5m, '), /approveAhead.*5m is too short.*write 10m or more/],
    [rule(last, 'approveAhead: 2d, '), /approveAhead.*2d is too early.*write 24h or less/],
    [rule(last, 'onlyWithSessionsUpTo: -1, '), /onlyWithSessionsUpTo/],
    [rule(last, 'soaks: 3h, '), /soaks/],
    [rule(last.replace('everyday', 'workdays')), /days.*"workdays" is not a day.*did you mean workday\?/],
    [rule(last.replace('everyday', '2026-02-30')), /days.*2026-02-30.*does not exist/],
    [rule(last.replace('everyday', '[]')), /days/],
    [rule(last.replace('02:00-05:00', '2-5')), /at.*"2" is not a time of day/],
    [rule(last.replace('everyday', 'restday')), /days.*"abroad" has no calendar; add calendar: NAME/],
    [rule(`${first()}, ${first()}, ${last}`), /rings\[?\.?1.*name.*another ring of this rule has the name "canary"/],
    [rule(`${last.replace('all,', 'every,')}, ${first()}`), /can never match: "every" above takes all/],
  ])('is wrong: %s', (text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected);
  });

  it.each([
    [rule(`${first('soak: 0m')}, ${last}`), /rings.*has no soak.*add soak: 48h/],
    [rule(last.replace('}}', '}, soak: 1h}')), /soak.*does nothing.*remove it/],
    [rule(last.replace('02:00-05:00', '02:00-02:20')), /at.*is 20 minutes long.*write a window of 30 minutes or more/],
  ])('is worth a warning: %s', (text, expected) => {
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text, 'warning').join('\n')).toMatch(expected);
  });
});
