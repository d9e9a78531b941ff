import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../shared/policy/load.ts';
import { type Case, expectProblems } from './expect-problems.ts';
import { policyText } from './policy-text.ts';

const rules = (...bodies: string[]) =>
  policyText({ rules: `rules:\n  scale-on-schedule:\n${bodies.map((body) => `    - ${body}\n`).join('')}` });
const withGroups = (groups: string) => rules(`{name: x, groups: ${groups}, schedule: office, peak: {tag: peak}}`);
const good = 'groups: {charge: pay-as-you-go}, schedule: office, peak: {tag: peak, otherwise: 2}';

const cases: readonly Case[] = [
  [
    'a mistyped function',
    policyText({ rules: `rules:\n  ▶scale-on-schedul:\n    - {name: office, ${good}}` }),
    'did you mean "scale-on-schedule"?',
  ],
  [
    'rules that are no list',
    policyText({ rules: `rules:\n  scale-on-schedule: ▶{name: office, ${good}}` }),
    'keys with values stand here; write a list',
  ],
  ['rules that are no map', policyText({ rules: 'rules: ▶[]' }), 'a list stands here; write keys with values'],
  ['a rule that is no map', rules('▶5'), 'a single value stands here; write keys with values'],
  ['a rule without a name', rules(`▶{${good}}`), 'the key name is missing; add "name: " with the name of a rule such as office'],
  ['no space after a key', rules(`{▶name:x, ${good}}`), 'a space is missing after the colon; write "name: " and then the value'],
  ['a mistyped key', rules(`{name: x, ${good}, ▶metod: fixed}`), 'did you mean "method"?'],
  ['a mistyped word', rules(`{name: x, ${good}, method: ▶fix}`), 'write one of service-schedule, fixed, usage; did you mean "fixed"?'],
  [
    'two rules of one name',
    rules(`{name: x, ${good}}`, `{name: ▶x, groups: {charge: pay-as-you-go, tags: {a: b}}, schedule: office, peak: {tag: p}}`),
    'another rule of scale-on-schedule has the name "x"; give each its own',
  ],
  [
    'wrong names beside another mistake, all at once',
    rules(`{name: x, targets: [▶cnn], groups: all, schedule: ▶ofice, peak: {tag: a}, method: ▶fix, tell: ▶opps}`),
    '"cnn" is not under targets; write one of cn, or add it under targets; did you mean "cn"?',
    '"ofice" is not under schedules; write one of office, or add it under schedules; did you mean "office"?',
    'did you mean "fixed"?',
    '"opps" is not under channels; there is no section channels with names; add opps there',
  ],
  [
    'a rule without selector',
    rules('▶{name: x, schedule: office, peak: {tag: a}}'),
    'the key groups is missing; add "groups: " with a selector of delivery groups such as {tags: {department: finance}}',
  ],
  ['a selector without keys', withGroups('▶{}'), 'selects by nothing; write all if everything is meant'],
  ['a selector that is a word', withGroups('▶al'), '"al" is not a selector; write all, or keys such as {tags: {department: finance}}'],
  [
    'a selector that is a number',
    withGroups('▶5'),
    'this is not a selector of delivery groups; write a selector of delivery groups such as {tags',
  ],
  ['a selector without a value', withGroups('▶null'), 'has no value; write a selector of delivery groups'],
  [
    'a mistyped key of a selector',
    withGroups('{▶tagz: {a: b}}'),
    'groups.tagz: "tagz" is not a key here; correct it or remove it; did you mean "tags"?',
  ],
  [
    'a mistyped charge type',
    withGroups('{charge: ▶subscriptoin}'),
    'groups.charge: "subscriptoin" is not known here; write one of subscription, pay-as-you-go; did you mean "subscription"?',
  ],
  ['a mistyped charge type in a list', withGroups('{charge: [subscription, ▶prepaid]}'), 'groups.charge[1]: "prepaid" is not known here'],
  [
    'a tag value as a number',
    withGroups('{tags: {cost-center: ▶4100}}'),
    'tags.cost-center: 4100 without quotes is a number, not text; write "4100"',
  ],
  [
    'a tag value that loses its zero',
    withGroups('{tags: {code: ▶0755}}'),
    '0755 without quotes is a number and became 755, not text; write "0755"',
  ],
  [
    'a tag value as a boolean',
    withGroups('{tags: {live: ▶true}}'),
    'true without quotes is a boolean, not text; write "true" if that is meant',
  ],
  ['tags as a list', withGroups('{tags: ▶[department]}'), 'a list stands here; write {department: [finance, hr]}'],
  ['tags without any', withGroups('▶{tags: {}}'), 'has tags without any tag; name one'],
  [
    'a tag both wanted and missing',
    withGroups('▶{tags: {a: b}, missingTag: a}'),
    'wants the tag "a" both present and missing and can never match; remove one of the two',
  ],
  ['both id and ids', withGroups('▶{id: aig-1, ids: [aig-2]}'), 'has both id and ids; put all ids into one of them'],
  ['an age without words', withGroups('{firstSeen: ▶72h}'), '"72h" is not an age; write "over 72h ago" or "under 7d ago"'],
  ['an age without a unit', withGroups('{firstSeen: ▶over 72 ago}'), '"72" is not a length of time; write a whole number with one unit'],
  ['an empty list', withGroups('{region: ▶[]}'), 'the list is empty; name at least one, or leave the key out'],
  [
    'a mistyped key of one alternative',
    rules('{name: x, groups: {charge: subscription}, schedule: office, peak: {▶extranodes: 5}}'),
    'did you mean "extraNodes"?',
  ],
  [
    'a count in quotes',
    rules('{name: x, groups: all, schedule: office, peak: {tag: a, otherwise: ▶"4"}}'),
    '"4" is text because of its quotes; write 4 without them',
  ],
  [
    'a count that is too big',
    rules('{name: x, groups: all, schedule: office, peak: {tag: a, otherwise: ▶400}}'),
    '400 is too big; write at most 100',
  ],
  [
    'a key that needs another, as the function says',
    rules('{name: x, groups: all, schedule: office, peak: {▶extraNodes: 5}}'),
    'is for subscription groups only; add charge: subscription to groups',
  ],
  [
    'none beside channels',
    policyText({
      rules: `rules:\n  scale-on-schedule:\n    - {name: x, ${good}, tell: ▶[none, ops]}`,
      channels: 'channels: {ops: {kind: wecom, url: env:OPS}}',
    }),
    'has none beside channels; write none alone, or the channels without it',
  ],
];

describe('rules: an error says line, column and what to do for', () => {
  test.each(cases)('%s', (_title, marked, ...expected) => expectProblems(marked, expected));
});

const scale = (name: string, groups: string, more = '') =>
  `{name: ${name}, groups: ${groups}, schedule: office, peak: {tag: peak, otherwise: 2}${more}}`;

const warnings: readonly Case[] = [
  [
    'a rule below one that takes everything',
    rules(scale('a', 'all'), `▶${scale('b', '{tags: {x: y}}')}`),
    'can never match: "a" above takes all that it selects; move it up, or remove it',
  ],
  [
    'a rule below a wider one',
    rules(
      scale('a', '{tags: {x: [y, z]}, name: "fin-*"}'),
      `▶${scale('b', '{tags: {x: y, q: r}, name: "fin-a*", charge: pay-as-you-go}')}`,
    ),
    'can never match: "a" above',
  ],
  [
    'a rule whose targets are all taken, by one rule each',
    policyText({
      targets:
        'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai, calendar: china}\n  sg: {account: "2234567890123456", role: warden, endpoint: ap-southeast-1, calendar: china}',
      rules: `rules:\n  scale-on-schedule:\n    - ${scale('a', 'all', ', targets: [cn]')}\n    - ${scale('b', 'all', ', targets: [sg]')}\n    - ▶${scale('c', '{tags: {x: y}}')}`,
    }),
    'can never match: "a" and "b" above',
  ],
  [
    'a region that no target looks after',
    withGroups('{region: ▶cn-beijing}'),
    'no target of this rule looks after cn-beijing, so this rule can never match; add it to regions of a target',
  ],
  [
    'one of several regions that no target looks after',
    withGroups('{region: ▶[cn-hangzhou, cn-beijing]}'),
    'no target of this rule looks after cn-beijing; add it',
  ],
];

test('rules of a function that a reader does not have are told to never run', () => {
  const { document, problems } = loadPolicy(policyText({}), 'policy.yaml', []);
  expect(document?.rules).toEqual({});
  expect(problems.map(({ path, text }) => `${path}: ${text}`)).toContain(
    'rules.scale-on-schedule: not available yet; these rules never run',
  );
});

describe('rules: a warning for', () => {
  test.each(warnings)('%s', (_title, marked, ...expected) => {
    expectProblems(marked, expected, 'warning');
  });
});

const fine: readonly Case[] = [
  ['a wider rule below a narrower one', rules(scale('a', '{tags: {x: y}}'), scale('b', 'all'))],
  ['a rule that differs in a tag value', rules(scale('a', '{tags: {x: y}}'), scale('b', '{tags: {x: [y, z]}}'))],
  ['a rule that differs in a pattern', rules(scale('a', '{name: "fin-?"}'), scale('b', '{name: "fin-*"}'))],
  ['an older age below a younger bound', rules(scale('a', '{firstSeen: over 72h ago}'), scale('b', '{firstSeen: over 24h ago}'))],
  [
    'a rule that another takes on one of its targets only',
    policyText({
      targets:
        'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai, calendar: china}\n  sg: {account: "2234567890123456", role: warden, endpoint: ap-southeast-1, calendar: china}',
      rules: `rules:\n  scale-on-schedule:\n    - ${scale('a', 'all', ', targets: [cn]')}\n    - ${scale('b', '{tags: {x: y}}')}`,
    }),
  ],
];

describe('rules: no problem with', () => {
  test.each(fine)('%s', (_title, marked) => {
    expectProblems(marked, []);
    expectProblems(marked, [], 'warning');
  });
});
