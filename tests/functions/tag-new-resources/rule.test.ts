import { describe, expect, it } from 'vitest';
import { ruleModule as enforceRules } from '../../../functions/enforce-policy/rule.ts';
import { ruleModule as renewRules } from '../../../functions/renew-before-expiry/rule.ts';
import { ruleModule as scaleRules } from '../../../functions/scale-on-schedule/rule.ts';
import { ruleModule } from '../../../functions/tag-new-resources/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

/** Problems of a policy with one tagging rule beside rules of other functions, as people read them. */
function problemsOf(rule: string, severity: 'error' | 'warning' = 'error', others = ''): string[] {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {office: {account: "1234567890123456", endpoint: cn-shanghai}, abroad: {account: "2234567890123456", endpoint: ap-southeast-1}}
limits: {}
schedules: {office: {everyday: {08:00-20:00: 50%}}}
rules:
  tag-new-resources:
    - ${rule}
${others}`;
  return loadPolicy(text, 'policy.yaml', [scaleRules, renewRules, enforceRules, ruleModule])
    .problems.filter((problem) => problem.severity === severity && problem.path.startsWith('rules.tag-new-resources'))
    .map(({ line, path, text: message }) => `${line} ${path}: ${message}`);
}

const others = `  scale-on-schedule:
    - {name: office, targets: [office], groups: {tags: {department: finance}}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}
    - {name: old, targets: [office], groups: {firstSeen: over 72h ago, missingTag: owner}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}
  renew-before-expiry:
    - {name: let-go, groups: {tags: {lifecycle: retire}}, renew: never}
  enforce-policy:
    - {name: kiosks, groups: {tags: {use: kiosk}}, sessionTimeout: 15m, insist: true}
    - {name: shared, groups: {tags: {shared: "yes"}}, sessionTimeout: 15m, nodeCapacity: 2}
    - {name: labels, groups: {tags: {kind: lab}}, requireTags: owner, insist: true}
`;
const setting = (set: string, more = '') => `{name: a, groups: all, set: ${set}${more}}`;

describe('a rule of tag-new-resources', () => {
  it.each([
    setting('{owner: unassigned, first-seen: "{date}", by: "{creator} via {source}", made: "{time} in {region}"}'),
    '{name: a, targets: [office], groups: {name: "fin-*", missingTag: [owner, department]}, set: {department: finance}, bringsUnder: [], tell: none}',
  ])('is right: %s', (rule) => {
    expect(problemsOf(rule)).toEqual([]);
  });

  it.each([
    [setting('{}'), /sets no tag/],
    [setting('{a: ""}'), /is empty/],
    [setting(`{a: "${'x'.repeat(129)}"}`), /129 characters/],
    [setting(`{${'k'.repeat(129)}: x}`), /129 characters/],
    [setting('{" ": x}'), /is empty/],
    [setting('{a: "{who}"}'), /knows no \{who\}; write one of \{date\}, \{time\}/],
    [setting('{a: "{date"}'), /brace by itself/],
    [setting('{owner: x, b: y, Owner: z}'), /"Owner" and "owner" are nearly the same key/],
    [setting('{a: 4100}'), /4100/],
    [setting('{System/Scheduler/STOP_NEW_USER_CONNECTION: "true"}'), /steers the service itself/],
    [setting('{system/scheduler/GRAYSCALE: "true"}'), /steers the service itself/],
    [setting('{"streamwarden:drain-until": x}'), /Streamwarden sets and lifts itself/],
    [setting(`{${Array.from({ length: 11 }, (_, index) => `k${index}: x`).join(', ')}}`), /sets 11 tags, and one call takes 10/],
    ['{name: a, set: {a: x}}', /groups/],
    [setting('{a: x}', ', bringsUnder: [digest]'), /digest/],
    [setting('{a: x}', ', overwrite: true'), /overwrite/],
  ])('is refused with what to do: %s', (rule, text) => {
    expect(problemsOf(rule).join('\n')).toMatch(text);
  });

  it.each([
    ['{department: finance}', 'department', 'office', 'scale-on-schedule'],
    ['{peak-nodes: "9"}', 'peak-nodes', 'office', 'scale-on-schedule'],
    ['{first-seen: "{date}"}', 'first-seen', 'old', 'scale-on-schedule'],
    ['{owner: unassigned}', 'owner', 'old', 'scale-on-schedule'],
    ['{lifecycle: keep}', 'lifecycle', 'let-go', 'renew-before-expiry'],
    ['{use: kiosk}', 'use', 'kiosks', 'enforce-policy'],
  ])('that sets %s says what it brings into force', (set, key, rule, name) => {
    const [problem, ...more] = problemsOf(setting(set), 'error', others);
    expect(problem).toMatch(new RegExp(`^9 rules.tag-new-resources\\[0\\].set.${key}: .*"${rule}" of ${name}.*bringsUnder: \\[${name}\\]`));
    expect(more).toEqual([]);
    expect(problemsOf(setting(set, `, bringsUnder: [${name}]`), 'error', others)).toEqual([]);
  });

  it('need not speak of enforcement that waits while somebody could be cut, or that only reports', () => {
    expect(problemsOf(setting('{shared: "yes", kind: lab}'), 'error', others)).toEqual([]);
    const warnings = problemsOf(setting('{shared: "yes"}', ', bringsUnder: [enforce-policy]'), 'warning', others);
    expect(warnings.join('\n')).toContain('no rule of enforce-policy goes by a tag that is set here');
  });

  it('need not speak of rules for other targets, and is asked for each function that it leaves out', () => {
    expect(problemsOf('{name: a, targets: [abroad], groups: all, set: {department: finance}}', 'error', others)).toEqual([]);
    const both = problemsOf(setting('{department: x, lifecycle: y}', ', bringsUnder: [scale-on-schedule]'), 'error', others);
    expect(both).toHaveLength(1);
    expect(both[0]).toContain('add bringsUnder: [scale-on-schedule, renew-before-expiry]');
  });

  it('is warned of a function that it names for nothing, and of a tag that it never sets', () => {
    expect(problemsOf(setting('{colour: red}', ', bringsUnder: [renew-before-expiry]'), 'warning', others).join()).toContain(
      'remove renew-before-expiry',
    );
    expect(problemsOf('{name: a, groups: {tags: {owner: x}}, set: {owner: y}}', 'warning').join()).toContain('is never set');
  });
});
