import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { disjoint } from '../../shared/policy/check/exception-reach.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { matcher, type Selectable } from '../../shared/policy/selector.ts';

const head = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}, far: {account: "2234567890123456", endpoint: cn-shanghai}}
schedules: {day: {everyday: {08:00-20:00: 1 node}}}
limits: {}
`;

/** What is said of the one exception of a policy. */
function warned(exception: string, rules: string): readonly string[] {
  const text = `${head}exceptions: [{because: x, from: 2026-12-11, until: 2026-12-12, ${exception}}]\nrules:\n${rules}\n`;
  return loadPolicy(text, 'policy.yaml', ruleModules).problems.flatMap(({ path, text: said }) =>
    path.startsWith('exceptions') ? [`${path}: ${said.split(':')[0]}`] : [],
  );
}

const scale = (more: string) => `  scale-on-schedule: [{name: r, schedule: day, peak: {tag: peak-nodes, atMost: 9}, ${more}}]`;
const power = '  power-workstations: [{name: r, workstations: {name: "studio-*"}, schedule: day}]';
const enforce = (more: string) => `  enforce-policy: [{name: r, groups: all, ${more}}]`;
const keeps = 'exceptions[0].keepAtLeast: keeps nothing up';
const forbids = 'exceptions[0].never: forbids nothing';

describe('an exception that can hold nothing is a warning', () => {
  test.each<readonly [string, string, string, readonly string[]]>([
    [
      'its groups have another department',
      'groups: {tags: {department: sales}}, keepAtLeast: 50%',
      scale('groups: {tags: {department: hr}}'),
      [keeps],
    ],
    [
      'its groups lack the tag of the rule',
      'groups: {missingTag: department}, keepAtLeast: 50%',
      scale('groups: {tags: {department: hr}}'),
      [keeps],
    ],
    [
      'its groups are paid otherwise',
      'groups: {charge: subscription}, keepAtLeast: 50%',
      scale('groups: {charge: pay-as-you-go}'),
      [keeps],
    ],
    ['its groups have another name', 'groups: {name: "fin-*"}, keepAtLeast: 50%', scale('groups: {name: [hr-1, "sales-*"]}'), [keeps]],
    ['the rule is for another target', 'groups: all, targets: [far], keepAtLeast: 50%', scale('groups: all, targets: [home]'), [keeps]],
    [
      'the rule has no peak to keep a part of',
      'groups: all, keepAtLeast: 50%',
      '  scale-on-schedule: [{name: r, schedule: day, groups: all}]',
      [keeps],
    ],
    ['there is no rule of scaling', 'groups: all, keepAtLeast: 50%', power, [keeps]],
    ['it keeps groups only and the rule is about workstations', 'groups: all, never: [power-off]', power, [forbids]],
    ['nothing lowers what a node takes', 'groups: all, never: [scale-down]', enforce('requireTags: owner'), [forbids]],
    ['nothing shortens a timeout', 'groups: all, never: [cut-sessions]', enforce('nodeCapacity: 4'), [forbids]],
    ['enforcement may lower what a node takes', 'groups: all, never: [scale-down]', enforce('nodeCapacity: 4'), []],
    ['enforcement may shorten a timeout', 'groups: all, never: [cut-sessions]', enforce('sessionTimeout: 15m'), []],
    ['enforcement is forbidden altogether', 'groups: all, never: [enforce]', enforce('requireTags: owner'), []],
    ['nothing is ever renewed', 'groups: all, never: [renew]', scale('groups: all'), [forbids]],
    [
      'its groups may have the tag of the rule',
      'groups: {tags: {app: aurora}}, keepAtLeast: 50%',
      scale('groups: {tags: {department: hr}}'),
      [],
    ],
    ['names may meet', 'groups: {name: "fin-*"}, keepAtLeast: 50%', scale('groups: {name: "f*-1"}'), []],
    ['it keeps workstations on', 'workstations: {name: studio-7}, keepAtLeast: 50%', power, []],
    ['a part of it holds something', 'groups: all, never: [renew, scale-down]', scale('groups: all'), []],
  ])('where %s', (_, exception, rules, expected) => {
    expect(warned(exception, rules)).toEqual(expected);
  });
});

test('selectors that are said to have nothing in common match no resource together', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const selector = fc
    .record({
      ids: maybe(some('g1', 'g2')),
      names: maybe(some('*', 'a*', 'ab', 'a?', '?b', 'b*')),
      tags: maybe(fc.dictionary(fc.constantFrom('k', 'l'), some('x', 'y'), { minKeys: 1 })),
      missingTags: maybe(some('k', 'l')),
      charge: maybe(some('subscription', 'pay-as-you-go')),
    })
    .map((parts) => Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as CompiledSelector);
  const resource: fc.Arbitrary<Selectable> = fc.record({
    id: fc.constantFrom('g1', 'g2'),
    name: fc.constantFrom('ab', 'a', 'b', 'bb'),
    tags: fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('x', 'y')),
    charge: fc.constantFrom('PrePaid', 'PostPaid'),
  });
  const seen = { apart: 0, together: 0 };
  fc.assert(
    fc.property(selector, selector, fc.array(resource, { minLength: 5, maxLength: 10 }), (a, b, resources) => {
      const apart = disjoint(a, b);
      seen[apart ? 'apart' : 'together'] += 1;
      expect(disjoint(b, a)).toBe(apart);
      if (apart) for (const each of resources) expect([matcher(a)(each, 0), matcher(b)(each, 0)]).not.toEqual(['yes', 'yes']);
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(seen.apart, seen.together)).toBeGreaterThan(100);
});
