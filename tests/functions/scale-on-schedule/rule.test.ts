import { describe, expect, it } from 'vitest';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { policyOf } from './situation.ts';

/** Problems of a policy with one rule, as people read them. */
function problemsOf(rule: string): string[] {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {office: {account: "1234567890123456", endpoint: cn-shanghai}}
limits: {actionsPerRun: 10, actionsPer24h: 10, fleetSharePerRun: 10%, fleetSharePer24h: 10%, sessionsCutPerRun: 0, sessionsCutPer24h: 0, spendPerMonth: [1 CNY]}
schedules:
  percent: {everyday: {08:00-20:00: 50%}}
  counts: {everyday: {08:00-20:00: 2 nodes}}
rules:
  scale-on-schedule:
    - ${rule}
`;
  return loadPolicy(text, 'policy.yaml', [ruleModule])
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ line, path, text: message }) => `${line} ${path}: ${message}`);
}

describe('a rule of scale-on-schedule', () => {
  it.each([
    '{name: a, groups: all, schedule: counts}',
    '{name: a, groups: {charge: pay-as-you-go}, schedule: percent, peak: {tag: peak-nodes, otherwise: 4, atMost: 8}}',
    '{name: a, groups: {charge: subscription}, schedule: percent, peak: {extraNodes: 10}, method: usage, manualChange: report-only}',
    '{name: a, groups: all, schedule: percent, peak: {tag: peak-nodes}, method: service-schedule, stepwise: true, tell: none}',
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
  ])('is refused with its line and what to do: %s', (rule, text) => {
    const problems = problemsOf(rule);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(/^11 /);
    expect(problems.join('\n')).toMatch(text);
  });

  it('is compiled with its defaults', () => {
    const [rule] = policyOf('- {name: m, groups: all, schedule: minimal}').rules['scale-on-schedule'] ?? [];
    expect(rule).toEqual({ name: 'm', groups: { all: true }, schedule: 'minimal', stepwise: false, manualChange: 'keep-until-next-step' });
  });
});
