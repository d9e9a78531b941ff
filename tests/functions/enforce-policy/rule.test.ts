import { describe, expect, it } from 'vitest';
import { ruleModule } from '../../../functions/enforce-policy/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

function load(rule: string) {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {office: {account: "1234567890123456", endpoint: cn-shanghai}}
limits: {}
rules:
  enforce-policy:
    - ${rule}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  const found = problems.filter(({ path }) => path.startsWith('rules.'));
  return { rules: document?.rules['enforce-policy'], texts: found.map(({ line, path, text: message }) => `${line} ${path}: ${message}`) };
}

describe('a rule of enforce-policy', () => {
  it.each([
    [
      '{name: a, groups: {tags: {department: finance}}, sessionTimeout: 15m, nodeCapacity: 4, requireTags: [owner, cost-center]}',
      {
        name: 'a',
        groups: { tags: { department: ['finance'] } },
        sessionTimeout: 15,
        nodeCapacity: 4,
        requireTags: ['owner', 'cost-center'],
      },
    ],
    ['{name: a, groups: all, sessionTimeout: never}', { name: 'a', groups: { all: true }, sessionTimeout: -1 }],
    ['{name: a, groups: all, sessionTimeout: 5h}', { name: 'a', groups: { all: true }, sessionTimeout: 300 }],
    ['{name: a, groups: all, requireTags: owner}', { name: 'a', groups: { all: true }, requireTags: ['owner'] }],
    [
      '{name: a, groups: all, namePattern: "fin-*", skipUserAuthCheck: false, userGroups: [ug-1]}',
      { name: 'a', groups: { all: true }, namePattern: 'fin-*', skipUserAuthCheck: false, userGroups: ['ug-1'] },
    ],
    ['{name: a, targets: [office], tenant: {expiryReminder: true}}', { name: 'a', targets: ['office'], tenant: { expiryReminder: true } }],
  ])('is right: %s', (rule, parsed) => {
    expect(load(rule)).toEqual({ rules: [parsed], texts: [] });
  });

  it.each([
    ['{name: a, groups: all, sessionTimeout: 2m}', /sessionTimeout: "2m" cannot be set; write 3m to 300m, or never/],
    ['{name: a, groups: all, sessionTimeout: 6h}', /write 3m to 300m/],
    ['{name: a, groups: all, sessionTimeout: 15}', /sessionTimeout/],
    ['{name: a, groups: all, nodeCapacity: 0}', /nodeCapacity/],
    ['{name: a, groups: all}', /asks for nothing; add one of sessionTimeout/],
    ['{name: a, sessionTimeout: 15m}', /is for nothing; add groups/],
    ['{name: a, groups: all, sessionTimeout: 15m, tenant: {expiryReminder: true}}', /tenant: is for the account itself/],
    ['{name: a, tenant: {expiryReminder: true}, requireTags: owner}', /requireTags: is for delivery groups/],
    ['{name: a, tenant: {}}', /expiryReminder/],
    ['{name: a, groups: all, userGroups: ["a,b"]}', /is not the id of a user group/],
    [`{name: a, groups: all, userGroups: [${Array.from({ length: 21 }, (_, index) => `ug-${index}`).join(', ')}]}`, /one call takes 20/],
    ['{name: a, groups: all, requireTags: [owner, owner]}', /owner stands here a second time/],
    ['{name: a, groups: all, sesionTimeout: 15m}', /sesionTimeout/],
  ])('is refused with what to do: %s', (rule, text) => {
    expect(load(rule).texts.join('\n')).toMatch(text);
  });

  it.each([
    'resetAfterUnbind: true',
    'preOpenMode: OFF',
    'preOpenAppId: x',
    'perSessionPerApp: true',
    'storagePolicy: {a: 1}',
    'network: {}',
    'domainRules: []',
    'videoPolicy: {}',
  ])('is refused, with the reason, for what nobody can read back: %s', (key) => {
    const { texts } = load(`{name: a, groups: all, sessionTimeout: 15m, ${key}}`);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/cannot be enforced: no operation .*; remove it and set it in the console/);
  });
});
