import { describe, expect, it } from 'vitest';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { policyOf } from './plan-fixture.ts';

/** Problems of a policy with one rule, as people read them. */
function problemsOf(rule: string, severity: 'error' | 'warning' = 'error', sections = ''): string[] {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {office: {account: "1234567890123456", endpoint: cn-shanghai, calendar: plain}, abroad: {account: "2234567890123456", endpoint: ap-southeast-1, calendar: plain, timezone: Europe/Berlin}}
calendars: {plain: {holidays: [2026-12-31]}}
limits: {actionsPerRun: 10, actionsPer24h: 10, shareOfRulePerRun: 10%, shareOfRulePer24h: 10%, sessionsCutPerRun: 0, sessionsCutPer24h: 0, spendPerMonth: [1 CNY]}
schedules:
  percent: {everyday: {08:00-20:00: 50%}}
  counts: {everyday: {08:00-20:00: 2 nodes}}
  night: {workday: {22:00-06:00: 2 nodes}}
  always: {everyday: {00:00-24:00: 2 nodes}}
  weekend: {saturday: {20:00-24:00: 2 nodes}, sunday: {00:00-04:00: 2 nodes}}
  late: {workday: {13:00-24:00: 2 nodes}}
  off: {everyday: {08:00-20:00: 2 nodes, 22:00-06:00: 0 nodes}}
${sections}rules:
  scale-on-schedule:
    - ${rule}
`;
  return loadPolicy(text, 'policy.yaml', [ruleModule])
    .problems.filter((problem) => problem.severity === severity && (severity === 'error' || problem.path.startsWith('rules.')))
    .map(({ line, path, text: message }) => `${line} ${path}: ${message}`);
}

describe('a rule of scale-on-schedule', () => {
  it.each([
    '{name: a, groups: all, schedule: counts}',
    '{name: a, groups: {charge: pay-as-you-go}, schedule: percent, peak: {tag: peak-nodes, otherwise: 4, atMost: 8}}',
    '{name: a, groups: {charge: subscription}, schedule: percent, peak: {extraNodes: 10}, method: usage, manualChange: report-only}',
    '{name: a, groups: all, schedule: percent, peak: {tag: peak-nodes}, method: service-schedule, stepwise: true, tell: none}',
    '{name: a, groups: all, schedule: counts, baseline: as-found}',
    '{name: a, groups: all, schedule: counts, baseline: always}',
    '{name: a, groups: all, schedule: counts, baseline: 6 nodes}',
    '{name: a, groups: all, schedule: percent, peak: {tag: peak-nodes}, baseline: percent}',
  ])('is right: %s', (rule) => {
    expect(problemsOf(rule)).toEqual([]);
  });

  it.each([
    ['{name: a, groups: all, schedule: percent}', /schedule.*has percentages; add peak/],
    ['{name: a, groups: {charge: subscription}, schedule: percent}', /groups.*add peak: \{extraNodes: N\}/],
    ['{name: a, groups: all, schedule: percent, peak: {extraNodes: 3}}', /extraNodes.*add charge: subscription/],
    ['{name: a, groups: {charge: subscription}, schedule: percent, peak: {tag: p}}', /write peak: \{extraNodes: N\}/],
    ['{name: a, groups: all, schedule: percent, peak: {tag: p, otherwise: 9, atMost: 3}}', /9 is above atMost/],
    ['{name: a, groups: {charge: subscription}, schedule: percent, peak: {extraNodes: 3}, method: fixed}', /fixed cannot serve extraNodes/],
    [
      '{name: a, groups: all, schedule: percent, peak: {tag: p}, method: fixed, stepwise: true}',
      /stepwise.*only means something with method: service-schedule/,
    ],
    ['{name: a, groups: all, schedule: percent, peak: {tag: p, otherwise: 101}}', /otherwise/],
    ['{name: a, groups: all, schedule: percent, peak: {tag: p}, methd: fixed}', /methd/],
    ['{name: a, groups: all, schedule: percent, peak: {tag: p}, method: magic}', /method/],
    ['{name: a, groups: all, schedule: nowhere}', /nowhere/],
    ['{name: a, groups: all, schedule: counts, baseline: nowhere}', /there is no schedule "nowhere"; write as-found/],
    ['{name: a, groups: all, schedule: counts, baseline: percent}', /has percentages, and the rule has no peak by a tag/],
    ['{name: a, groups: all, schedule: counts, baseline: 101 nodes}', /101 is more than the 100 nodes/],
    ['{name: a, groups: all, schedule: counts, baseline: some thing}', /is no baseline; write as-found, a schedule, or 6 nodes/],
  ])('is refused with its line and what to do: %s', (rule, text) => {
    const problems = problemsOf(rule);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(/^17 /);
    expect(problems.join('\n')).toMatch(text);
  });

  const notUsed = /^17 \S+\.method: service-schedule is not used for "\w+", which wants nodes through midnight.*Write method: fixed$/;

  it.each(['night', 'always', 'weekend'])('is warned about a weekly schedule that will not be used: %s', (schedule) => {
    const asked = `{name: a, targets: [office], groups: {charge: pay-as-you-go}, schedule: ${schedule}, method: service-schedule}`;
    expect(problemsOf(asked, 'warning')).toEqual([expect.stringMatching(notUsed)]);
    expect(problemsOf(asked.replace(', method: service-schedule', ''), 'warning')).toEqual([]);
    expect(problemsOf(asked.replace('service-schedule', 'fixed'), 'warning')).toEqual([]);
    expect(problemsOf(asked.replace('office', 'abroad'), 'warning')).toEqual([]);
    expect(problemsOf(asked.replace('targets: [office], ', ''), 'warning')).toEqual([expect.stringMatching(notUsed)]);
  });

  it.each(['counts', 'late', 'off'])('is not warned about a weekly schedule that will be used: %s', (schedule) => {
    expect(problemsOf(`{name: a, groups: {charge: pay-as-you-go}, schedule: ${schedule}, method: service-schedule}`, 'warning')).toEqual(
      [],
    );
  });

  const users = 'protect: {users: [board-*]}\n';
  const unwatched = /protect\.users cannot hold its falling edges; write method: fixed if such users work on these groups$/;

  it.each([
    '{name: a, groups: all, schedule: counts}',
    '{name: a, groups: {charge: pay-as-you-go}, schedule: counts, method: service-schedule}',
    '{name: a, groups: all, schedule: always}',
  ])('is warned that a weekly schedule cannot watch protected users: %s', (rule) => {
    expect(problemsOf(rule, 'warning', users)).toEqual([expect.stringMatching(unwatched)]);
    expect(problemsOf(rule, 'warning')).toEqual([]);
  });

  it.each([
    '{name: a, groups: all, schedule: counts, method: fixed}',
    '{name: a, groups: {charge: pay-as-you-go}, schedule: counts, method: usage}',
    '{name: a, groups: {charge: subscription}, schedule: counts, peak: {extraNodes: 3}}',
    '{name: a, targets: [office], groups: all, schedule: always}',
  ])('is not warned about protected users where nothing falls unwatched: %s', (rule) => {
    expect(problemsOf(rule, 'warning', users)).toEqual([]);
  });

  it('is compiled with its defaults', () => {
    const [rule] = policyOf('- {name: m, groups: all, schedule: minimal}').rules['scale-on-schedule'] ?? [];
    expect(rule).toEqual({ name: 'm', groups: { all: true }, schedule: 'minimal', stepwise: false, manualChange: 'keep-until-next-step' });
  });
});
