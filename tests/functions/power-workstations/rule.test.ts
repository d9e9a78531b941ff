import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ruleModule } from '../../../functions/power-workstations/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { policyFrom, policyText } from './power-fixture.ts';

function problemsOf(rules: string, severity: 'error' | 'warning' = 'error'): string[] {
  return loadPolicy(policyText(rules), 'policy.yaml', [ruleModule])
    .problems.filter((problem) => problem.severity === severity && problem.path.startsWith('rules.'))
    .map(({ path, text }) => `${path}: ${text}`);
}

describe('a rule of power-workstations', () => {
  test.each([
    '- {name: a, workstations: all, schedule: studio}',
    '- {name: a, workstations: {name: "render-*"}, power: leave-alone, tell: none}',
    '- {name: a, workstations: {officeNetwork: cn-hangzhou+dir-1, user: "a*"}, schedule: always, stopOnlyWithoutSession: true, atOnce: 50}',
  ])('is right: %s', (rule) => {
    expect([...problemsOf(rule), ...problemsOf(rule, 'warning')]).toEqual([]);
  });

  test.each([
    ['{name: a, workstations: all}', /add schedule: NAME, or power: leave-alone/],
    ['{name: a, workstations: all, power: leave-alone, schedule: studio}', /beside a schedule.*remove one/],
    ['{name: a, workstations: all, power: leave-alone, atOnce: 5}', /atOnce: means nothing beside power: leave-alone/],
    ['{name: a, workstations: all, power: leave-alone, stopOnlyWithoutSession: true}', /stopOnlyWithoutSession: means nothing/],
    ['{name: a, workstations: all, power: "off"}', /power/],
    ['{name: a, workstations: all, schedule: studo}', /studo/],
    ['{name: a, workstations: all, schedule: studio, atOnce: 0}', /atOnce/],
    ['{name: a, workstations: all, schedule: studio, atOnce: 2.5}', /atOnce/],
    ['{name: a, workstations: all, schedule: studio, force: true}', /force/],
    ['{name: a, groups: all, schedule: studio}', /groups|workstations/],
    ['{name: a, workstations: {tags: {team: x}}, schedule: studio}', /tags/],
    ['{name: a, schedule: studio}', /workstations/],
  ])('is refused with what to do: %s', (rule, text) => {
    expect(problemsOf(`- ${rule}`).join('\n')).toMatch(text);
  });

  test.each([
    ['{name: a, workstations: {status: RUNNING}, schedule: studio}', /status: selects by what this rule changes/],
    ['{name: a, workstations: all, schedule: studio, stopOnlyWithoutSession: false}', /whoever has a session be cut/],
    ['{name: a, workstations: all, schedule: never}', /only ever stopped/],
  ])('is taken with a warning: %s', (rule, text) => {
    const policy = policyText(`- ${rule}`).replace('schedules:\n', 'schedules:\n  never: {everyday: {08:00-10:00: 0 nodes}}\n');
    const { document, problems } = loadPolicy(policy, 'policy.yaml', [ruleModule]);
    expect(document).toBeDefined();
    expect(problems.map(({ path, text: said }) => `${path}: ${said}`).join('\n')).toMatch(text);
  });

  test('takes nobody’s session unless it says so', () => {
    const policy = policyFrom(policyText('- {name: a, workstations: all, schedule: studio}'), shanghai('2026-11-25 00:00'));
    expect(policy.rules['power-workstations']).toMatchObject([{ name: 'a', stopOnlyWithoutSession: true }]);
  });
});

test('the rules of the example policy are good', () => {
  const example = readFileSync(new URL('../../../policy.example.yaml', import.meta.url), 'utf8');
  const { problems } = loadPolicy(example, 'policy.example.yaml', [ruleModule]);
  expect(problems.filter(({ path }) => path.startsWith('rules.power-workstations'))).toEqual([]);
});
